#include "switch-drivers/sonic/plan.h"

#include "switch-drivers/sonic/exchange.h"
#include "switch-drivers/sonic/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace switchyard::switch_drivers::sonic {

namespace {

constexpr std::string_view kPort = "PORT";
constexpr std::string_view kMember = "VLAN_MEMBER";
constexpr std::string_view kSubinterface = "VLAN_SUB_INTERFACE";
constexpr std::string_view kAdmin = "admin_status";

// A row "A|B" hangs on the row "A" of its table: an address on its interface.
bool hangs_on_another(const RowKey& row) {
  return (row.table == kSubinterface || row.table == "INTERFACE") &&
         row.key.find('|') != std::string::npos;
}

// A row whose fields decide what SONiC makes of it; it does not follow when they change.
bool is_remade(const RowKey& row, const Fields& from, const Fields& to) {
  const auto differs = [&](const char* field) {
    const auto a = from.find(field);
    const auto b = to.find(field);
    return (a == from.end()) != (b == to.end()) || (a != from.end() && a->second != b->second);
  };
  if (row.table == kMember) return differs("tagging_mode");
  return row.table == kSubinterface && (differs("vrf_name") || differs("vlan"));
}

bool goes(const RowKey& row, const Fields& fields, const ConfigDb& to) {
  const auto wished = to.find(row);
  return wished == to.end() || is_remade(row, fields, wished->second);
}

std::string field_of(const ConfigDb& rows, const RowKey& key, std::string_view field) {
  const auto row = rows.find(key);
  if (row == rows.end()) return {};
  const auto found = row->second.find(std::string{field});
  return found == row->second.end() ? std::string{} : found->second;
}

std::string untagged_vlan(const ConfigDb& rows) {
  for (const auto& [key, fields] : rows) {
    const auto tagging = fields.find("tagging_mode");
    if (key.table == kMember && tagging != fields.end() && tagging->second == "untagged")
      return key.key;
  }
  return {};
}

// Order of removal. Additions are made the other way round.
int rank_of(const RowKey& row) {
  constexpr std::array<std::string_view, 4> kOrder{"PORT_STORM_CONTROL", kSubinterface, "INTERFACE",
                                                   kMember};
  const auto at = std::find(kOrder.begin(), kOrder.end(), row.table);
  return static_cast<int>(2 * (at - kOrder.begin())) + (hangs_on_another(row) ? 0 : 1);
}

RowKey port_row(const std::string& port) { return {std::string{kPort}, port}; }

// "no interface …" of what FRR may only forget once the kernel has lost it.
bool forgets(const frr::FrrCommand& command) { return command.text.starts_with("no interface "); }

bool starts_neighbor(const frr::FrrCommand& command) {
  return command.text.starts_with("no neighbor ") && command.text.ends_with(" shutdown");
}

// A batch before the reading back, with every new neighbour shut down as soon as it exists, and
// what starts neighbours after it.
struct Additions {
  std::vector<frr::FrrCommand> closed{};
  std::vector<frr::FrrCommand> opening{};
  std::vector<frr::FrrCommand> forgotten{};
};

Additions apart(const std::vector<frr::FrrCommand>& commands) {
  Additions additions;
  for (const frr::FrrCommand& command : commands) {
    auto& part = forgets(command)           ? additions.forgotten
                 : starts_neighbor(command) ? additions.opening
                                            : additions.closed;
    part.push_back(command);
    if (frr::word(command.text, 0) != "neighbor" || frr::word(command.text, 2) != "interface")
      continue;
    const std::string shut = fmt::format("neighbor {} shutdown", frr::word(command.text, 1));
    additions.closed.push_back({command.block, {}, shut});
    additions.opening.push_back({command.block, {}, "no " + shut});
  }
  return additions;
}

class Planner {
 public:
  Planner(const PortState& from, const PortState& to) : from_(from), to_(to), now_(from.rows) {
    plan_.port = to.port;
    const RowKey port = port_row(to.port);
    plan_.through_shut = field_of(from.rows, port, kAdmin) != field_of(to.rows, port, kAdmin) ||
                         has_table(from.rows, kSubinterface) != has_table(to.rows, kSubinterface) ||
                         has_table(from.rows, kMember) != has_table(to.rows, kMember) ||
                         has_table(from.rows, "INTERFACE") ||
                         untagged_vlan(from.rows) != untagged_vlan(to.rows);
  }

  [[nodiscard]] bool through_shut() const { return plan_.through_shut; }

  void route(const std::vector<frr::FrrCommand>& commands) {
    if (!commands.empty()) send(frr_batch(frr::render_frr(commands)));
  }

  void send(Command command) { steps_->push_back({std::move(command), now_}); }

  void close() {
    if (!plan_.through_shut) return;
    change_fields(port_row(to_.port), {{std::string{kAdmin}, "down"}});
    await_port("down");
  }

  // Everything that does not stay, and then the wait for it.
  void remove_rows() {
    std::vector<RowKey> gone;
    for (const auto& [key, fields] : from_.rows)
      if (key.table != kPort && goes(key, fields, to_.rows)) gone.push_back(key);
    std::ranges::stable_sort(gone, {}, rank_of);
    for (const RowKey& key : gone) {
      now_.erase(key);
      send(remove_row(key));
    }
    for (const RowKey& key : gone)
      await_gone(key);
    const bool left = has_table(from_.rows, kMember) && !has_table(now_, kMember);
    if (left) send(await_unbridged(to_.port));
  }

  // What people read, and the MTU before the subinterfaces that may not exceed it.
  void dress_port() {
    const RowKey key = port_row(to_.port);
    Fields wished = to_.rows.at(key);
    // Opened last, and only when something had to be closed.
    wished.erase(std::string{kAdmin});
    change_fields(key, wished);
    const auto& present = now_[key];
    if (present.contains("description") && !wished.contains("description")) {
      now_[key].erase("description");
      send(remove_fields(key, {"description"}));
    }
  }

  void add_rows() {
    std::vector<RowKey> added;
    for (const auto& [key, fields] : to_.rows)
      if (key.table != kPort) added.push_back(key);
    std::ranges::stable_sort(added, std::greater{}, rank_of);
    for (const RowKey& key : added)
      add_row(key, to_.rows.at(key));
  }

  // The port last: what is open is whole.
  void open(const std::vector<frr::FrrCommand>& neighbors) {
    steps_ = &plan_.last_steps;
    route(neighbors);
    const RowKey key = port_row(to_.port);
    if (field_of(to_.rows, key, kAdmin) == "up" && field_of(now_, key, kAdmin) != "up") {
      change_fields(key, {{std::string{kAdmin}, "up"}});
      await_port("up");
    }
  }

  PortPlan finish() { return std::move(plan_); }

 private:
  void await_port(const char* status) {
    send(await_field({.database = "STATE_DB",
                      .row = "PORT_TABLE|" + to_.port,
                      .field = std::string{kAdmin},
                      .value = status}));
  }

  // The fields that differ, in one command.
  void change_fields(const RowKey& key, const Fields& wished) {
    Fields changed;
    for (const auto& [name, value] : wished)
      if (field_of(now_, key, name) != value) changed.emplace(name, value);
    if (changed.empty()) return;
    for (const auto& [name, value] : changed)
      now_[key][name] = value;
    send(set_fields(key, changed));
  }

  void await_gone(const RowKey& key) {
    if (key.table == kMember) {
      send(await_field({.database = "STATE_DB",
                        .row = "VLAN_MEMBER_TABLE|" + key.key,
                        .field = "state",
                        .value = ""}));
    }
    const bool is_interface = key.table == kSubinterface || key.table == "INTERFACE";
    if (!is_interface || hangs_on_another(key)) return;
    send(await_field({.database = "STATE_DB",
                      .row = "INTERFACE_TABLE|" + key.key,
                      .field = "vrf",
                      .value = ""}));
    send(await_field({.database = "COUNTERS_DB",
                      .row = "COUNTERS_RIF_NAME_MAP",
                      .field = key.key,
                      .value = ""}));
  }

  void add_row(const RowKey& key, const Fields& fields) {
    const auto present = now_.find(key);
    if (present == now_.end()) {
      now_[key] = fields;
      send(set_fields(key, fields));
      await_made(key, fields);
      return;
    }
    std::vector<std::string> surplus;
    for (const auto& [name, value] : present->second)
      if (!fields.contains(name)) surplus.push_back(name);
    change_fields(key, fields);
    if (surplus.empty()) return;
    for (const std::string& name : surplus)
      now_[key].erase(name);
    send(remove_fields(key, surplus));
  }

  void await_made(const RowKey& key, const Fields& fields) {
    if (key.table == kMember) {
      send(await_field({.database = "STATE_DB",
                        .row = "VLAN_MEMBER_TABLE|" + key.key,
                        .field = "state",
                        .value = "ok"}));
    } else if (key.table == kSubinterface) {
      send(await_field({.database = "STATE_DB",
                        .row = "INTERFACE_TABLE|" + key.key,
                        .field = "vrf",
                        .value = fields.at("vrf_name")}));
    }
  }

  const PortState& from_;
  const PortState& to_;
  ConfigDb now_;
  PortPlan plan_{};
  std::vector<Step>* steps_{&plan_.steps};
};

}  // namespace

PortPlan plan_port(const PortState& from, const PortState& to,
                   const frr::FrrLines& shared_present) {
  Planner planner(from, to);
  const frr::FrrPlan routing = frr::plan_frr(
      {.own = from.frr, .shared = from.frr_shared}, {.own = to.frr, .shared = to.frr_shared},
      {.shared_present = shared_present, .through_shut = planner.through_shut()});
  const Additions additions = apart(routing.add);
  planner.route(routing.remove);
  planner.close();
  planner.route(additions.closed);
  planner.remove_rows();
  planner.route(additions.forgotten);
  planner.dress_port();
  planner.add_rows();
  planner.open(additions.opening);
  for (const frr::BgpPeer& peer : routing.resets)
    planner.send(reset(peer));
  for (const frr::BgpPeer& peer : routing.soft_clears)
    planner.send(soft_clear(peer));
  return planner.finish();
}

}  // namespace switchyard::switch_drivers::sonic

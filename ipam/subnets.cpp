// The subnets table with its ranges and counters.
#include "ipam/subnets.h"

#include "core/db/error.h"
#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/stored.h"
#include "ipam/vrfs.h"

#include <algorithm>
#include <map>

namespace switchyard::ipam {
namespace {

constexpr int kMostShards = 32;
constexpr int kAddressesAShard = 64;

const std::string kColumns =
    "SELECT name, vrf, family, net_start, length, project, whole, gateway, hold_down, version "
    "FROM subnets ";
using Row = std::tuple<std::string, std::string, int, std::string, int, std::string, int,
                       std::string, long long, long long>;

Family family_of(int number) { return number == 6 ? Family::V6 : Family::V4; }

Subnet to_subnet(const Row& row) {
  const auto& [name, vrf, family, start, length, project, whole, gateway, hold, version] = row;
  Subnet subnet{
      .name = name,
      .vrf = {vrf},
      .prefix = {stored(from_key(start, family_of(family))), static_cast<std::uint8_t>(length)},
      .project = project,
      .whole = whole != 0,
      .hold_down = std::chrono::seconds{hold},
      .version = version};
  if (!gateway.empty()) subnet.gateway = stored(parse_ip(gateway));
  return subnet;
}

template <class... Parameters>
std::vector<Subnet> select_subnets(db::Session& session, const std::string& where,
                                   const Parameters&... parameters) {
  std::vector<Subnet> subnets;
  for (const auto& row :
       db::select<std::string, std::string, int, std::string, int, std::string, int, std::string,
                  long long, long long>(session, kColumns + where, parameters...))
    subnets.push_back(to_subnet(row));
  return subnets;
}

// Puts the ranges of subnets between two names (both included) where they belong.
void read_ranges(db::Session& session, std::vector<Subnet>& subnets) {
  if (subnets.empty()) return;
  std::map<std::string, Subnet*> by_name;
  for (Subnet& subnet : subnets)
    by_name[subnet.name] = &subnet;
  for (const auto& [name, start, end, note] :
       db::select<std::string, std::string, std::string, std::string>(
           session,
           "SELECT subnet, range_start, range_end, note FROM subnet_ranges "
           "WHERE subnet >= :low AND subnet <= :high ORDER BY subnet, range_start",
           by_name.begin()->first, by_name.rbegin()->first)) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) continue;
    const Family family = found->second->prefix.network.family;
    found->second->reserved.push_back(
        {stored(from_key(start, family)), stored(from_key(end, family)), note});
  }
}

void write_ranges(db::Session& session, const Subnet& subnet) {
  for (const AddressRange& range : subnet.reserved)
    db::execute(
        session,
        "INSERT INTO subnet_ranges (subnet, range_start, range_end, note) VALUES (:subnet, " +
            session.key("start") + ", " + session.key("end") + ", :note)",
        subnet.name, to_key(range.first), to_key(range.last), range.note);
}

std::string gateway_text(const Subnet& subnet) {
  return subnet.gateway ? to_string(*subnet.gateway) : std::string{};
}

Status check_overlap(db::Session& session, const Subnet& subnet) {
  const auto others = select_subnets(
      session,
      "WHERE vrf = :vrf AND family = :family AND net_start <= " + session.key("last") +
          " AND net_end >= " + session.key("first") + " LIMIT 1",
      subnet.vrf.value, static_cast<int>(subnet.prefix.network.family),
      to_key(last_address(subnet.prefix)), to_key(subnet.prefix.network));
  if (others.empty()) return {};
  return failure(Errc::Conflict, describe(subnet) + " overlaps " + describe(others.front()) +
                                     "; choose another prefix or another VRF");
}

Status insert_row(db::Session& session, const Subnet& subnet, int shards) {
  try {
    db::execute(
        session,
        "INSERT INTO subnets (name, vrf, family, net_start, net_end, length, project, whole, "
        "gateway, hold_down, shards, version) VALUES (:name, :vrf, :family, " +
            session.key("start") + ", " + session.key("end") +
            ", :length, :project, :whole, :gateway, :hold_down, :shards, :version)",
        subnet.name, subnet.vrf.value, static_cast<int>(subnet.prefix.network.family),
        to_key(subnet.prefix.network), to_key(last_address(subnet.prefix)),
        static_cast<int>(subnet.prefix.length), subnet.project, subnet.whole ? 1 : 0,
        gateway_text(subnet), static_cast<long long>(subnet.hold_down.count()), shards,
        subnet.version);
    return {};
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return failure(Errc::Conflict,
                   "a subnet named " + subnet.name + " exists already; choose another name");
  }
}

tl::unexpected<Error> no_subnet(std::string_view name) {
  return failure(Errc::NotFound, "subnet " + std::string{name} + " does not exist");
}

// Every allocation runs this: only what changes, and numbers of ours as text.
std::string update_text(const CounterChange& change, int shard) {
  std::string set;
  const auto add = [&](const std::string& column, long long amount) {
    if (amount != 0)
      set += (set.empty() ? "" : ", ") + column + " = " + column + " + (" + std::to_string(amount) +
             ")";
  };
  add("used", change.used);
  add("held", change.held);
  add("reserved", change.reserved);
  return "UPDATE subnet_usage SET " + (set.empty() ? "used = used" : set) +
         " WHERE subnet = :subnet AND shard = " + std::to_string(shard);
}

// The first taken address of `subnet` in `range`, in words.
std::optional<std::string> taken_in(db::Session& session, const Subnet& subnet,
                                    const AddressRange& range) {
  const auto row = db::select_one<std::string, std::string, std::string>(
      session,
      "SELECT addr, state, owner FROM addresses WHERE vrf = :vrf AND addr >= " +
          session.key("first") + " AND addr <= " + session.key("last") + " ORDER BY addr LIMIT 1",
      subnet.vrf.value, to_key(range.first), to_key(range.last));
  if (!row) return std::nullopt;
  const auto& [key, state, owner] = *row;
  return to_string(stored(from_key(key, range.first.family))) + " (" + state + ", " + owner + ")";
}

Status update_row(db::Session& session, const Subnet& subnet) {
  if (db::execute(session,
                  "UPDATE subnets SET project = :project, whole = :whole, gateway = :gateway, "
                  "hold_down = :hold, version = version + 1 WHERE name = :name AND version = :old",
                  subnet.project, subnet.whole ? 1 : 0, gateway_text(subnet),
                  static_cast<long long>(subnet.hold_down.count()), subnet.name,
                  subnet.version) != 0)
    return {};
  if (!find_subnet(session, subnet.name)) return no_subnet(subnet.name);
  return failure(Errc::Conflict, "subnet " + subnet.name +
                                     " was changed by somebody else; read it again and repeat");
}

}  // namespace

int shards_of(Uint128 capacity) {
  if (capacity >= Uint128{kMostShards} * kAddressesAShard) return kMostShards;
  return std::max(1, static_cast<int>(capacity) / kAddressesAShard);
}

bool count(db::Session& session, const Subnet& subnet, int shard, const CounterChange& change) {
  return db::execute(
             session,
             update_text(change, shard) + " AND version = " + std::to_string(subnet.version),
             subnet.name) != 0;
}

void count_back(db::Session& session, std::string_view subnet, int shard,
                const CounterChange& change) {
  db::execute(session, update_text(change, shard), std::string{subnet});
}

RestTerms find_rest_terms(db::Session& session, std::string_view subnet) {
  const auto row = db::select_one<long long, int>(
      session, "SELECT hold_down, shards FROM subnets WHERE name = :name", std::string{subnet});
  if (!row) return {};
  return {std::chrono::seconds{std::get<0>(*row)}, std::get<1>(*row)};
}

Result<Subnet> insert_subnet(db::Session& session, const Subnet& wanted, Timestamp now) {
  if (const Status good = check(wanted); !good) return tl::unexpected(good.error());
  if (const Status locked = lock_vrf(session, wanted.vrf); !locked)
    return tl::unexpected(locked.error().in("subnet " + wanted.name));
  if (const Status alone = check_overlap(session, wanted); !alone)
    return tl::unexpected(alone.error());
  Subnet subnet = wanted;
  // Starts at the time, so that a subnet removed and made again never repeats a version somebody
  // still remembers.
  subnet.version = to_micros(now);
  const int shards = shards_of(size_of(subnet.prefix));
  if (const Status inserted = insert_row(session, subnet, shards); !inserted)
    return tl::unexpected(inserted.error());
  write_ranges(session, subnet);
  for (int shard = 0; shard < shards; ++shard)
    db::execute(session,
                "INSERT INTO subnet_usage (subnet, shard, used, held, reserved, version) "
                "VALUES (:subnet, :shard, 0, 0, 0, :version)",
                subnet.name, shard, subnet.version);
  return subnet;
}

std::optional<Subnet> find_subnet(db::Session& session, std::string_view name) {
  auto found = select_subnets(session, "WHERE name = :name", std::string{name});
  if (found.empty()) return std::nullopt;
  read_ranges(session, found);
  return std::move(found.front());
}

std::optional<std::string> find_subnet_of(db::Session& session, const VrfName& vrf,
                                          const IpAddress& address) {
  const auto row = db::select_one<std::string, std::string>(
      session,
      "SELECT name, net_end FROM subnets WHERE vrf = :vrf AND net_start <= " +
          session.key("address") + " ORDER BY net_start DESC LIMIT 1",
      vrf.value, to_key(address));
  if (!row || std::get<1>(*row) < to_key(address)) return std::nullopt;
  return std::get<0>(*row);
}

std::vector<SubnetUsage> list_subnets(db::Session& session, const SubnetFilter& filter,
                                      std::string_view after, std::size_t limit) {
  auto subnets = select_subnets(session,
                                "WHERE name > :after AND (vrf = :vrf OR :any_vrf = 1) AND "
                                "(project = :project OR :any_project = 1) ORDER BY name LIMIT " +
                                    std::to_string(std::min(limit, kMaxPage)),
                                std::string{after}, filter.vrf, filter.vrf.empty() ? 1 : 0,
                                filter.project, filter.project.empty() ? 1 : 0);
  if (subnets.empty()) return {};
  read_ranges(session, subnets);
  std::map<std::string, Utilisation> usage;
  for (const auto& [name, used, held, reserved] :
       db::select<std::string, long long, long long, long long>(
           session,
           "SELECT subnet, SUM(used), SUM(held), SUM(reserved) FROM subnet_usage "
           "WHERE subnet >= :low AND subnet <= :high GROUP BY subnet",
           subnets.front().name, subnets.back().name))
    usage[name] = {used, held, reserved, 0};
  std::vector<SubnetUsage> list;
  for (Subnet& subnet : subnets) {
    Utilisation counted = usage[subnet.name];
    counted.total = capacity(subnet);
    list.push_back({std::move(subnet), counted});
  }
  return list;
}

std::optional<Utilisation> find_utilisation(db::Session& session, std::string_view name) {
  const auto subnet = find_subnet(session, name);
  if (!subnet) return std::nullopt;
  const auto sums = db::select_one<long long, long long, long long>(
      session,
      "SELECT SUM(used), SUM(held), SUM(reserved) FROM subnet_usage WHERE subnet = :subnet "
      "GROUP BY subnet",
      subnet->name);
  if (!sums) return std::nullopt;
  return Utilisation{std::get<0>(*sums), std::get<1>(*sums), std::get<2>(*sums), capacity(*subnet)};
}

Result<Subnet> update_subnet(db::Session& session, const Subnet& wanted) {
  const auto stored_now = find_subnet(session, wanted.name);
  if (!stored_now) return no_subnet(wanted.name);
  Subnet subnet = wanted;
  subnet.vrf = stored_now->vrf;
  subnet.prefix = stored_now->prefix;
  if (const Status good = check(subnet); !good) return tl::unexpected(good.error());
  if (const Status updated = update_row(session, subnet); !updated)
    return tl::unexpected(updated.error());
  ++subnet.version;
  // Waits for allocations under way and makes the next ones read the new definition.
  db::execute(session, "UPDATE subnet_usage SET version = :version WHERE subnet = :subnet",
              subnet.version, subnet.name);
  for (const AddressRange& range : withheld(subnet))
    if (const auto taken = taken_in(session, subnet, range))
      return failure(Errc::Conflict, describe(subnet) + ": " + *taken + " would become " +
                                         range.note + "; release it first");
  db::execute(session, "DELETE FROM subnet_ranges WHERE subnet = :subnet", subnet.name);
  write_ranges(session, subnet);
  return subnet;
}

Status remove_subnet(db::Session& session, std::string_view name, std::optional<long long> version,
                     Timestamp now) {
  const auto subnet = find_subnet(session, name);
  if (!subnet) return no_subnet(name);
  if (version && *version != subnet->version)
    return failure(Errc::Conflict,
                   describe(*subnet) + " was changed by somebody else; read it again and repeat");
  if (const Status locked = lock_vrf(session, subnet->vrf); !locked) return locked;
  // Deleting the counters first waits for allocations under way and refuses later ones.
  db::execute(session, "DELETE FROM subnet_usage WHERE subnet = :subnet", subnet->name);
  if (db::execute(session, "DELETE FROM subnets WHERE name = :name AND version = :version",
                  subnet->name, subnet->version) == 0)
    return failure(Errc::Conflict,
                   describe(*subnet) + " was changed by somebody else; read it again and repeat");
  delete_all_expired(session, *subnet, now);
  if (const auto taken =
          taken_in(session, *subnet, {subnet->prefix.network, last_address(subnet->prefix), {}}))
    return failure(Errc::Conflict, describe(*subnet) + " still has address " + *taken +
                                       "; release it, and let or make its hold-down end");
  db::execute(session, "DELETE FROM subnet_ranges WHERE subnet = :subnet", subnet->name);
  return {};
}

}  // namespace switchyard::ipam

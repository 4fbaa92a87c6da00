// The facade's drains: a switch that is to be worked on says so to fabric and servers before it
// goes, and nobody is cut off without being named.
#include "core/db/query.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/service.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/site_views.h"
#include "provisioner/store/events.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/wishes.h"
#include "provisioner/store/work.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace switchyard::provisioner {
namespace {

using switch_drivers::PortMode;

constexpr std::size_t kNamed = 5;  // servers in one message

bool carries_a_tenant(PortMode mode) {
  return mode == PortMode::Routed || mode == PortMode::Segment;
}

// Why the server cannot do with this port alone; nothing when it can.
std::optional<std::string> why_no_path(db::Session& session, const NicRecord& nic) {
  const std::string where = nic.switch_name + " " + nic.port;
  if (nic.switch_drained) return where + ": that switch is drained, too";
  const auto view = find_port_view(session, nic.switch_name, nic.port);
  if (!view || view->wished_mode != to_string(PortMode::Routed)) return where + " is not routed";
  if (view->sync != "in-sync") return where + " is " + view->sync;
  if (view->sessions.empty()) return where + ": no session was seen yet";
  for (const SessionView& one : view->sessions) {
    if (one.state != "Established")
      return fmt::format("{}: its session in VRF {} is {}", where, one.vrf, one.state);
    if (one.accepted.empty())
      return fmt::format("{}: nothing was announced in VRF {}", where, one.vrf);
  }
  return std::nullopt;
}

void look_at_paths(db::Session& session, const std::string& switch_name, PortMode mode,
                   SwitchServerView& view) {
  if (mode == PortMode::Segment) {
    view.other_paths = "unknown";
    view.why = "it is in VLANs: its own bond decides, and nothing can ask it to use another NIC";
    return;
  }
  std::vector<std::string> missing;
  for (const NicRecord& nic : list_nics(session, view.server)) {
    if (nic.switch_name == switch_name) continue;
    const auto why = why_no_path(session, nic);
    if (!why) {
      view.other_paths = "yes";
      return;
    }
    missing.push_back(*why);
  }
  view.other_paths = "no";
  view.why = missing.empty() ? "it is cabled to no other switch"
                             : fmt::format("{}", fmt::join(missing, "; "));
}

std::vector<SwitchServerView> servers_of(db::Session& session, const std::string& switch_name) {
  std::vector<SwitchServerView> servers;
  std::map<std::string, PortMode> modes;  // by port
  for (const WishRecord& wish : list_wishes(session, switch_name))
    modes[wish.port] = wish.wish.mode;
  for (const auto& [server, port, deployment, project] :
       db::select<std::string, std::string, std::string, std::string>(
           session,
           "SELECT n.server, n.port, s.deployment, d.project FROM nics n JOIN servers s ON s.name "
           "= n.server JOIN deployments d ON d.id = s.deployment WHERE n.switch_name = :s ORDER BY "
           "n.server, n.port",
           switch_name)) {
    const auto mode = modes.find(port);
    if (mode == modes.end() || !carries_a_tenant(mode->second)) continue;
    servers.push_back(
        {.server = server, .deployment = deployment, .project = project, .port = port});
    look_at_paths(session, switch_name, mode->second, servers.back());
  }
  return servers;
}

Status nobody_is_lost(db::Session& session, const std::string& name) {
  std::vector<std::string> lost;
  std::size_t more = 0;
  for (const SwitchServerView& one : servers_of(session, name)) {
    if (one.other_paths == "yes") continue;
    if (lost.size() < kNamed)
      lost.push_back(one.server + " (" + one.why + ")");
    else
      ++more;
  }
  if (lost.empty()) return {};
  return failure(
      Errc::Conflict,
      fmt::format("switch {}: without it these servers may have no path: {}{}; mend that, or ask "
                  "for it all the same",
                  name, fmt::join(lost, ", "), more > 0 ? fmt::format(" and {} more", more) : ""));
}

tl::unexpected<Error> no_switch(const std::string& name) {
  return failure(Errc::NotFound, "there is no switch " + name);
}

}  // namespace

Result<Page<SwitchServerView>> Service::list_switch_servers(const std::string& name,
                                                            const PageRequest& page) {
  return db::read(pool_, "servers of switch " + name,
                  [&](db::Session& session) -> Result<Page<SwitchServerView>> {
                    if (!find_switch_record(session, name)) return no_switch(name);
                    auto servers = servers_of(session, name);
                    const auto key = [](const SwitchServerView& one) {
                      return one.server + " " + one.port;
                    };
                    std::erase_if(servers, [&](const auto& one) { return key(one) <= page.after; });
                    const auto most = static_cast<std::size_t>(page.size) + 1;
                    if (servers.size() > most) servers.resize(most);
                    return page_of(std::move(servers), page, key);
                  });
}

Result<SwitchView> Service::drain_switch(const std::string& name, const DrainRequest& request,
                                         std::optional<long long> version, Mode mode) {
  return set_drained(name, &request, version, mode);
}

Result<SwitchView> Service::undrain_switch(const std::string& name,
                                           std::optional<long long> version, Mode mode) {
  return set_drained(name, nullptr, version, mode);
}

Result<SwitchView> Service::set_drained(const std::string& name, const DrainRequest* request,
                                        std::optional<long long> version, Mode mode) {
  return write_or_try<SwitchView>(
      pool_, "drain switch " + name, mode, [&](db::Session& session) -> Result<SwitchView> {
        const auto record = find_switch_record(session, name);
        if (!record) return no_switch(name);
        if (version && *version != record->version)
          return failure(Errc::Conflict, "switch " + name + " has changed meanwhile");
        if (request != nullptr && !request->lose_servers)
          if (const Status safe = nobody_is_lost(session, name); !safe)
            return tl::unexpected(safe.error());
        const Timestamp now = db::now(session);
        const std::string reason = request != nullptr ? request->reason : "";
        if (db::execute(session,
                        "UPDATE switches SET drained_at = :d, drain_reason = :r, version = version "
                        "+ 1 WHERE name = :n AND version = :v",
                        request != nullptr ? to_micros(now) : 0LL, reason, name,
                        record->version) != 1)
          return failure(Errc::Conflict, "switch " + name + " has changed meanwhile");
        append_event(session, {.type = "switch.drain", .subject = "switches/" + name},
                     {{"switch", name}, {"drained", request != nullptr}, {"reason", reason}}, now);
        poke_on_commit(session, wakeup_, {switch_topic(name), kEventTopic});
        return *find_switch_view(session, name);
      });
}

}  // namespace switchyard::provisioner

#include "provisioner/site_views.h"

#include "core/db/query.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/service_page.h"
#include "provisioner/service_work.h"
#include "provisioner/store/wishes.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

template <class View> std::optional<View> first_of(std::vector<View> found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// Servers with their NICs in one question; `which` is the end of a SELECT over s (servers) and d
// (deployments).
template <class... Parameters>
std::vector<ServerView> select_servers(db::Session& session, const std::string& which,
                                       const Parameters&... parameters) {
  std::vector<ServerView> servers;
  for (const auto& [name, profile, state, reason, deployment, version, hardware, secure_boot,
                    project, nic, mac, at, port] :
       db::select<std::string, std::string, std::string, std::string, std::string, long long,
                  std::string, std::string, std::string, std::string, std::string, std::string,
                  std::string>(
           session,
           "SELECT p.name, p.profile, p.state, p.reason, p.deployment, p.version, p.hardware, "
           "p.secure_boot, p.project, COALESCE(n.name, ''), COALESCE(n.mac, ''), "
           "COALESCE(n.switch_name, ''), "
           "COALESCE(n.port, '') FROM (SELECT s.name, s.profile, s.state, s.reason, s.deployment, "
           "s.version, s.hardware, s.secure_boot, COALESCE(d.project, '') AS project FROM servers "
           "s LEFT JOIN deployments d "
           "ON d.id = s.deployment WHERE " +
               which + ") p LEFT JOIN nics n ON n.server = p.name ORDER BY p.name, n.name",
           parameters...)) {
    if (servers.empty() || servers.back().name != name)
      servers.push_back({.name = name,
                         .profile = profile,
                         .state = state,
                         .reason = reason,
                         .deployment = deployment,
                         .project = project,
                         .hardware = hardware,
                         .secure_boot = secure_boot.empty() ? "default" : secure_boot,
                         .version = version});
    if (!nic.empty()) servers.back().nics.push_back({nic, mac, at, port});
  }
  return servers;
}

void add_facts(SwitchView& view, const std::string& text) {
  const nlohmann::json facts = nlohmann::json::parse(text, nullptr, false);
  if (!facts.is_object()) return;
  view.problems = facts.value("problems", std::vector<std::string>{});
  for (const auto& item : facts.value("capabilities", nlohmann::json::array()))
    view.capabilities.push_back(
        {item.value("name", ""), item.value("supported", false), item.value("limitation", "")});
}

// Switches with their VRFs in one question; `which` is the end of a SELECT over switches.
std::vector<SwitchView> select_switches(db::Session& session, const std::string& which,
                                        const std::string& parameter) {
  std::vector<SwitchView> switches;
  for (const auto& [name, nos, address, asn, state, error, contact, facts, version, drained_at,
                    reason, changing, vrf] :
       db::select<std::string, std::string, std::string, long long, std::string, std::string,
                  long long, std::string, long long, long long, std::string, long long,
                  std::string>(
           session,
           "SELECT p.name, p.nos, p.address, p.asn, p.state, p.error, p.last_contact, p.facts, "
           "p.version, p.drained_at, p.drain_reason, p.changing, COALESCE(v.vrf, '') FROM (SELECT "
           "name, nos, address, asn, state, error, last_contact, facts, version, drained_at, "
           "drain_reason, (SELECT COUNT(*) FROM port_wishes WHERE switch_name = s.name AND " +
               unsettled_sql() + ") AS changing FROM switches s WHERE " + which +
               ") p LEFT JOIN switch_vrfs v ON v.switch_name = p.name ORDER BY p.name, v.vrf",
           parameter)) {
    if (switches.empty() || switches.back().name != name) {
      switches.push_back({.name = name,
                          .nos = nos,
                          .address = address,
                          .asn = static_cast<std::uint32_t>(asn),
                          .state = state,
                          .error = error,
                          .last_contact = from_micros(contact),
                          .drained = drained_at != 0,
                          .drain_reason = reason,
                          .changing_ports = changing,
                          .version = version});
      add_facts(switches.back(), facts);
    }
    if (!vrf.empty()) switches.back().vrfs.push_back(vrf);
  }
  return switches;
}

std::string sync_of(const WishRecord& wish, bool differs) {
  if (wish.is_settled()) return differs ? "drifted" : "in-sync";
  return wish.error.empty() ? "changing" : "failed";
}

void add_wish(PortView& view, const WishRecord& wish) {
  view.wished_mode = std::string(switch_drivers::to_string(wish.wish.mode));
  view.wish = switch_drivers::summary(wish.wish);
  view.differences = parse_differences(wish.report);
  view.sync = sync_of(wish, !view.differences.empty());
  view.error = wish.error;
  view.sessions = parse_sessions(wish.sessions);
  view.observed_at = from_micros(wish.observed_at);
  view.wish_version = wish.version;
  for (SessionView& session : view.sessions)
    for (const switch_drivers::Attachment& attachment : wish.wish.attachments)
      if (attachment.vrf.value == session.vrf)
        for (const Prefix& prefix : attachment.accept)
          session.expected.push_back(to_string(prefix));
}

// Ports with the server at the other end; `which` is the end of a SELECT over p (ports).
template <class... Parameters>
std::vector<PortView> select_ports(db::Session& session, const std::string& which,
                                   const Parameters&... parameters) {
  std::vector<PortView> ports;
  for (const auto& [switch_name, name, role, server] :
       db::select<std::string, std::string, std::string, std::string>(
           session,
           "SELECT p.switch_name, p.name, p.role, COALESCE(n.server, '') FROM ports p LEFT JOIN "
           "nics n ON n.switch_name = p.switch_name AND n.port = p.name WHERE " +
               which,
           parameters...))
    ports.push_back({.switch_name = switch_name,
                     .name = name,
                     .role = role,
                     .server = server,
                     .sync = "unknown"});
  return ports;
}

// Both are sorted by port.
void add_wishes(std::vector<PortView>& ports, const std::vector<WishRecord>& wishes) {
  auto wish = wishes.begin();
  for (PortView& port : ports) {
    wish =
        std::find_if(wish, wishes.end(), [&](const WishRecord& w) { return w.port >= port.name; });
    if (wish != wishes.end() && wish->port == port.name) add_wish(port, *wish);
  }
}

}  // namespace

std::vector<ServerView> list_server_views(db::Session& session, const Viewer& viewer,
                                          const std::string& state, const PageRequest& page) {
  const std::string project = project_of(viewer);
  return select_servers(session,
                        "s.name > :a AND (:s = '' OR s.state = :t) AND (:p = '' OR s.deployment = "
                        "'' OR d.project = :q) ORDER BY s.name" +
                            limit(page),
                        page.after, state, state, project, project);
}

std::optional<ServerView> find_server_view(db::Session& session, const std::string& name) {
  return first_of(select_servers(session, "s.name = :n", name));
}

std::vector<SwitchView> list_switch_views(db::Session& session, const PageRequest& page) {
  return select_switches(session, "name > :a ORDER BY name" + limit(page), page.after);
}

std::optional<SwitchView> find_switch_view(db::Session& session, const std::string& name) {
  return first_of(select_switches(session, "name = :n", name));
}

std::vector<PortView> list_port_views(db::Session& session, const std::string& switch_name,
                                      const PageRequest& page) {
  auto ports =
      select_ports(session, "p.switch_name = :s AND p.name > :a ORDER BY p.name" + limit(page),
                   switch_name, page.after);
  if (!ports.empty())
    add_wishes(ports, list_wishes(session, switch_name, page.after, ports.back().name));
  return ports;
}

std::optional<PortView> find_port_view(db::Session& session, const std::string& switch_name,
                                       const std::string& port) {
  auto found =
      first_of(select_ports(session, "p.switch_name = :s AND p.name = :p", switch_name, port));
  if (!found) return std::nullopt;
  if (const auto wish = find_wish(session, switch_name, port)) add_wish(*found, *wish);
  return found;
}

}  // namespace switchyard::provisioner

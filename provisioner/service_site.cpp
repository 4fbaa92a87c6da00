// The facade's view of the site: inventory, servers, switches, ports, catalogs.
#include "core/db/query.h"
#include "provisioner/inventory_import.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

// Servers with their NICs in one question; `which` is the end of a SELECT over s (servers) and d
// (deployments).
template <class... Parameters>
std::vector<ServerView> select_servers(db::Session& session, const std::string& which,
                                       const Parameters&... parameters) {
  std::vector<ServerView> servers;
  for (const auto& [name, profile, state, reason, deployment, version, project, nic, mac, at,
                    port] :
       db::select<std::string, std::string, std::string, std::string, std::string, long long,
                  std::string, std::string, std::string, std::string, std::string>(
           session,
           "SELECT p.name, p.profile, p.state, p.reason, p.deployment, p.version, p.project, "
           "COALESCE(n.name, ''), COALESCE(n.mac, ''), COALESCE(n.switch_name, ''), "
           "COALESCE(n.port, '') FROM (SELECT s.name, s.profile, s.state, s.reason, s.deployment, "
           "s.version, COALESCE(d.project, '') AS project FROM servers s LEFT JOIN deployments d "
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
                         .version = version});
    if (!nic.empty()) servers.back().nics.push_back({nic, mac, at, port});
  }
  return servers;
}

std::optional<ServerView> find_server_view(db::Session& session, const std::string& name) {
  auto found = select_servers(session, "s.name = :n", name);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
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
  for (const auto& [name, nos, address, asn, state, error, contact, facts, version, vrf] :
       db::select<std::string, std::string, std::string, long long, std::string, std::string,
                  long long, std::string, long long, std::string>(
           session,
           "SELECT p.name, p.nos, p.address, p.asn, p.state, p.error, p.last_contact, p.facts, "
           "p.version, COALESCE(v.vrf, '') FROM (SELECT name, nos, address, asn, state, error, "
           "last_contact, facts, version FROM switches WHERE " +
               which +
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
                          .version = version});
      add_facts(switches.back(), facts);
    }
    if (!vrf.empty()) switches.back().vrfs.push_back(vrf);
  }
  return switches;
}

std::string sync_of(const WishRecord& wish, bool differs) {
  if (wish.settled_version == wish.version) return differs ? "drifted" : "in-sync";
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

CatalogView to_view(const catalogs::NetworkCatalog& catalog) {
  CatalogView view{.name = catalog.name, .description = catalog.description, .mtu = catalog.mtu};
  for (const catalogs::CatalogAttachment& attachment : catalog.attachments) {
    CatalogAttachmentView shown{
        .vrf = attachment.vrf.value, .ipv4 = attachment.ipv4, .ipv6 = attachment.ipv6};
    for (const Prefix& prefix : attachment.advertise)
      shown.advertise.push_back(to_string(prefix));
    view.attachments.push_back(std::move(shown));
  }
  return view;
}

}  // namespace

Service::Service(db::Pool& pool, ipam::Allocator& allocator, const Clock& clock, Wakeup& wakeup,
                 const Sealer& sealer, const Site& site)
    : pool_(pool),
      allocator_(allocator),
      clock_(clock),
      wakeup_(wakeup),
      sealer_(sealer),
      site_(site) {}

Result<ImportReport> Service::import_inventory(std::string_view file, std::string_view yaml,
                                               Mode mode) {
  yaml::Problems problems;
  const Inventory inventory = parse_inventory(file, yaml, problems);
  if (!problems.empty()) return tl::unexpected(problems.as_error());
  std::vector<std::string> topics{kInventoryTopic};
  for (const InventorySwitch& item : inventory.switches)
    topics.push_back(switch_topic(item.name));
  return write_or_try<ImportReport>(pool_, "import inventory", mode, [&](db::Session& session) {
    poke_on_commit(session, wakeup_, topics);
    return import_into(session, inventory, sealer_, site_, clock_.now());
  });
}

Result<Page<ServerView>> Service::list_servers(const Viewer& viewer, const std::string& state,
                                               const PageRequest& page) {
  return db::read(pool_, "list servers", [&](db::Session& session) -> Result<Page<ServerView>> {
    const std::string project = project_of(viewer);
    // A developer sees the pool and the own project's servers.
    auto servers = select_servers(session,
                                  "s.name > :a AND (:s = '' OR s.state = :t) AND (:p = '' OR "
                                  "s.deployment = '' OR d.project = :q) ORDER BY s.name" +
                                      limit(page),
                                  page.after, state, state, project, project);
    return page_of(std::move(servers), page, [](const ServerView& server) { return server.name; });
  });
}

Result<ServerView> Service::find_server(const Viewer& viewer, const std::string& name) {
  return db::read(pool_, "find server", [&](db::Session& session) -> Result<ServerView> {
    auto view = find_server_view(session, name);
    if (!view || (!view->project.empty() && !may_see(viewer, view->project)))
      return failure(Errc::NotFound, "there is no server " + name);
    return std::move(*view);
  });
}

Result<ServerView> Service::set_maintenance(const std::string& name, bool on,
                                            const std::string& reason,
                                            std::optional<long long> version) {
  return db::write(
      pool_, "maintenance of " + name, [&](db::Session& session) -> Result<ServerView> {
        const auto record = find_server_record(session, name);
        if (!record) return failure(Errc::NotFound, "there is no server " + name);
        if (version && *version != record->version)
          return failure(Errc::Conflict, "server " + name + " has changed meanwhile");
        const std::string from = on ? "available" : "maintenance",
                          to = on ? "maintenance" : "available";
        if (record->state != from)
          return failure(Errc::Conflict, "server " + name + " is " + record->state + "; only " +
                                             from + " servers can go to " + to);
        db::execute(session,
                    "UPDATE servers SET state = :t, reason = :r, version = version + 1 WHERE name "
                    "= :n AND version = :v",
                    to, on ? reason : std::string(), name, record->version);
        return *find_server_view(session, name);
      });
}

Result<Page<SwitchView>> Service::list_switches(const PageRequest& page) {
  return db::read(pool_, "list switches", [&](db::Session& session) -> Result<Page<SwitchView>> {
    return page_of(select_switches(session, "name > :a ORDER BY name" + limit(page), page.after),
                   page, [](const SwitchView& view) { return view.name; });
  });
}

Result<SwitchView> Service::find_switch(const std::string& name) {
  return db::read(pool_, "find switch", [&](db::Session& session) -> Result<SwitchView> {
    auto found = select_switches(session, "name = :n", name);
    if (found.empty()) return failure(Errc::NotFound, "there is no switch " + name);
    return std::move(found.front());
  });
}

Result<Page<PortView>> Service::list_ports(const std::string& switch_name,
                                           const PageRequest& page) {
  return db::read(pool_, "list ports", [&](db::Session& session) -> Result<Page<PortView>> {
    if (!find_switch_record(session, switch_name))
      return failure(Errc::NotFound, "there is no switch " + switch_name);
    auto ports =
        select_ports(session, "p.switch_name = :s AND p.name > :a ORDER BY p.name" + limit(page),
                     switch_name, page.after);
    if (!ports.empty())
      add_wishes(ports, list_wishes(session, switch_name, page.after, ports.back().name));
    return page_of(std::move(ports), page, [](const PortView& port) { return port.name; });
  });
}

Result<PortView> Service::find_port(const std::string& switch_name, const std::string& port) {
  return db::read(pool_, "find port", [&](db::Session& session) -> Result<PortView> {
    auto found = select_ports(session, "p.switch_name = :s AND p.name = :p", switch_name, port);
    if (found.empty())
      return failure(Errc::NotFound, "switch " + switch_name + " has no port " + port);
    if (const auto wish = find_wish(session, switch_name, port)) add_wish(found.front(), *wish);
    return std::move(found.front());
  });
}

Status Service::scan_switch(const std::string& name) {
  const long long now = to_micros(clock_.now());
  return db::write(pool_, "scan switch " + name, [&](db::Session& session) -> Status {
    if (db::execute(session, "UPDATE switches SET scan_wanted = :n WHERE name = :s", now, name) !=
        1)
      return failure(Errc::NotFound, "there is no switch " + name);
    poke_on_commit(session, wakeup_, {switch_topic(name)});
    return {};
  });
}

Result<Page<CatalogView>> Service::list_catalogs(const PageRequest& page) {
  return db::read(
      pool_, "list network catalogs", [&](db::Session& session) -> Result<Page<CatalogView>> {
        std::vector<catalogs::NetworkCatalog> found;
        for (const auto& [body] : db::select<std::string>(
                 session,
                 "SELECT body FROM network_catalogs WHERE name > :a ORDER BY name" + limit(page),
                 page.after)) {
          auto catalog = catalogs::parse_network_catalog(body);
          if (!catalog) return tl::unexpected(catalog.error());
          found.push_back(std::move(*catalog));
        }
        return page_of<CatalogView>(
            std::move(found), page, [](const auto& catalog) { return catalog.name; },
            [](const auto& catalog) { return to_view(catalog); });
      });
}

Result<Page<ImageView>> Service::list_images(const PageRequest& page) {
  return db::read(pool_, "list images", [&](db::Session& session) -> Result<Page<ImageView>> {
    std::vector<ImageView> images;
    for (const auto& [name, description] : db::select<std::string, std::string>(
             session,
             "SELECT name, description FROM os_images WHERE name > :a ORDER BY name" + limit(page),
             page.after))
      images.push_back({name, description});
    return page_of(std::move(images), page, [](const ImageView& image) { return image.name; });
  });
}

}  // namespace switchyard::provisioner

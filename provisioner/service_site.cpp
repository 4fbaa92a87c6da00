// The facade's view of the site: inventory, servers, switches, ports, catalogs.
#include "core/db/query.h"
#include "provisioner/inventory_import.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

ServerView to_view(db::Session& session, const ServerRecord& r) {
  ServerView view{.name = r.name,
                  .profile = r.profile,
                  .state = r.state,
                  .reason = r.reason,
                  .deployment = r.deployment,
                  .version = r.version};
  for (const NicRecord& nic : list_nics(session, r.name))
    view.nics.push_back({nic.name, nic.mac, nic.switch_name, nic.port});
  const auto project = db::select_one<std::string>(
      session, "SELECT project FROM deployments WHERE id = :i", r.deployment);
  if (project) view.project = std::get<0>(*project);
  return view;
}

SwitchView to_view(db::Session& session, const SwitchRecord& r) {
  SwitchView view{.name = r.name,
                  .nos = r.nos,
                  .address = r.address,
                  .asn = static_cast<std::uint32_t>(r.asn),
                  .state = r.state,
                  .error = r.error,
                  .last_contact = from_micros(r.last_contact),
                  .version = r.version};
  for (const auto& [vrf] : db::select<std::string>(
           session, "SELECT vrf FROM switch_vrfs WHERE switch_name = :s ORDER BY vrf", r.name))
    view.vrfs.push_back(vrf);
  const nlohmann::json facts = nlohmann::json::parse(r.facts, nullptr, false);
  if (!facts.is_object()) return view;
  view.problems = facts.value("problems", std::vector<std::string>{});
  for (const auto& item : facts.value("capabilities", nlohmann::json::array()))
    view.capabilities.push_back(
        {item.value("name", ""), item.value("supported", false), item.value("limitation", "")});
  return view;
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

PortView port_view(db::Session& session, const std::string& switch_name, const std::string& port,
                   const std::string& role) {
  PortView view{.switch_name = switch_name, .name = port, .role = role, .sync = "unknown"};
  const auto server = db::select_one<std::string>(
      session, "SELECT server FROM nics WHERE switch_name = :s AND port = :p", switch_name, port);
  if (server) view.server = std::get<0>(*server);
  if (const auto wish = find_wish(session, switch_name, port)) add_wish(view, *wish);
  return view;
}

// Rows of one name column as a page: the query answers one more than fits.
template <class View, class Make>
Page<View> page_of_names(const std::vector<std::tuple<std::string>>& names, int size, Make make) {
  Page<View> page;
  std::string last;
  for (const auto& [name] : names) {
    if (static_cast<int>(page.items.size()) == size) {
      page.next = last;
      break;
    }
    page.items.push_back(make(name));
    last = name;
  }
  return page;
}

std::string limit(const PageRequest& page) { return " LIMIT " + std::to_string(page.size + 1); }

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
    const auto names =
        db::select<std::string>(session,
                                "SELECT name FROM servers WHERE name > :a AND (:s = '' OR state = "
                                ":t) AND (:p = '' OR deployment = '' OR deployment IN "
                                "(SELECT id FROM deployments WHERE project = :q)) ORDER BY name" +
                                    limit(page),
                                page.after, state, state, project, project);
    return page_of_names<ServerView>(names, page.size, [&](const std::string& name) {
      return to_view(session, *find_server_record(session, name));
    });
  });
}

Result<ServerView> Service::find_server(const Viewer& viewer, const std::string& name) {
  return db::read(pool_, "find server", [&](db::Session& session) -> Result<ServerView> {
    const auto record = find_server_record(session, name);
    if (!record) return failure(Errc::NotFound, "there is no server " + name);
    ServerView view = to_view(session, *record);
    if (!view.project.empty() && !may_see(viewer, view.project))
      return failure(Errc::NotFound, "there is no server " + name);
    return view;
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
        return to_view(session, *find_server_record(session, name));
      });
}

Result<Page<SwitchView>> Service::list_switches(const PageRequest& page) {
  return db::read(pool_, "list switches", [&](db::Session& session) -> Result<Page<SwitchView>> {
    const auto names = db::select<std::string>(
        session, "SELECT name FROM switches WHERE name > :a ORDER BY name" + limit(page),
        page.after);
    return page_of_names<SwitchView>(names, page.size, [&](const std::string& name) {
      return to_view(session, *find_switch_record(session, name));
    });
  });
}

Result<SwitchView> Service::find_switch(const std::string& name) {
  return db::read(pool_, "find switch", [&](db::Session& session) -> Result<SwitchView> {
    const auto record = find_switch_record(session, name);
    if (!record) return failure(Errc::NotFound, "there is no switch " + name);
    return to_view(session, *record);
  });
}

Result<Page<PortView>> Service::list_ports(const std::string& switch_name,
                                           const PageRequest& page) {
  return db::read(pool_, "list ports", [&](db::Session& session) -> Result<Page<PortView>> {
    if (!find_switch_record(session, switch_name))
      return failure(Errc::NotFound, "there is no switch " + switch_name);
    const auto names = db::select<std::string>(
        session,
        "SELECT name FROM ports WHERE switch_name = :s AND name > :a ORDER BY name" + limit(page),
        switch_name, page.after);
    return page_of_names<PortView>(names, page.size, [&](const std::string& name) {
      const auto role = db::select_one<std::string>(
          session, "SELECT role FROM ports WHERE switch_name = :s AND name = :p", switch_name,
          name);
      return port_view(session, switch_name, name, std::get<0>(*role));
    });
  });
}

Result<PortView> Service::find_port(const std::string& switch_name, const std::string& port) {
  return db::read(pool_, "find port", [&](db::Session& session) -> Result<PortView> {
    const auto role = db::select_one<std::string>(
        session, "SELECT role FROM ports WHERE switch_name = :s AND name = :p", switch_name, port);
    if (!role) return failure(Errc::NotFound, "switch " + switch_name + " has no port " + port);
    return port_view(session, switch_name, port, std::get<0>(*role));
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
        Page<CatalogView> result;
        for (const auto& [body] : db::select<std::string>(
                 session,
                 "SELECT body FROM network_catalogs WHERE name > :a ORDER BY name" + limit(page),
                 page.after)) {
          if (static_cast<int>(result.items.size()) == page.size) {
            result.next = result.items.back().name;
            break;
          }
          const auto catalog = catalogs::parse_network_catalog(body);
          if (!catalog) return tl::unexpected(catalog.error());
          CatalogView view{
              .name = catalog->name, .description = catalog->description, .mtu = catalog->mtu};
          for (const catalogs::CatalogAttachment& attachment : catalog->attachments) {
            CatalogAttachmentView shown{
                .vrf = attachment.vrf.value, .ipv4 = attachment.ipv4, .ipv6 = attachment.ipv6};
            for (const Prefix& prefix : attachment.advertise)
              shown.advertise.push_back(to_string(prefix));
            view.attachments.push_back(std::move(shown));
          }
          result.items.push_back(std::move(view));
        }
        return result;
      });
}

Result<Page<ImageView>> Service::list_images(const PageRequest& page) {
  return db::read(pool_, "list images", [&](db::Session& session) -> Result<Page<ImageView>> {
    const auto names = db::select<std::string>(
        session, "SELECT name FROM os_images WHERE name > :a ORDER BY name" + limit(page),
        page.after);
    return page_of_names<ImageView>(names, page.size, [&](const std::string& name) {
      const auto row = db::select_one<std::string>(
          session, "SELECT description FROM os_images WHERE name = :n", name);
      return ImageView{name, std::get<0>(*row)};
    });
  });
}

}  // namespace switchyard::provisioner

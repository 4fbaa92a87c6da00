// The facade's view of the site: inventory, servers, switches, ports.
#include "catalogs/render/template_engine.h"
#include "core/db/query.h"
#include "provisioner/inventory_import.h"
#include "provisioner/probe/vantage_worker.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"
#include "provisioner/site_views.h"
#include "provisioner/store/probes.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/vantage_points.h"

namespace switchyard::provisioner {
namespace {

VantageView to_view(db::Session& session, const VantageRecord& record) {
  VantageView view{.name = record.name,
                   .address = record.address,
                   .port = record.port,
                   .user = record.login,
                   .gate = record.gate,
                   .state = record.state,
                   .error = record.error,
                   .last_contact = from_micros(record.last_contact),
                   .watched = count_watched_probes(session, record.name),
                   .version = record.version};
  for (const VantageVrf& served : record.vrfs)
    view.vrfs.push_back({served.vrf.value, served.device});
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
      site_(site),
      templates_(std::make_unique<catalogs::TemplateEngine>()) {}

Service::~Service() = default;

Result<ImportReport> Service::import_inventory(std::string_view file, std::string_view yaml,
                                               Mode mode) {
  yaml::Problems problems;
  const Inventory inventory = parse_inventory(file, yaml, problems);
  if (!problems.empty()) return tl::unexpected(problems.as_error());
  std::vector<std::string> topics{kInventoryTopic, kProbeTopic};
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
    return page_of(list_server_views(session, viewer, state, page), page,
                   [](const ServerView& server) { return server.name; });
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

Result<Page<SwitchView>> Service::list_switches(const PageRequest& page) {
  return db::read(pool_, "list switches", [&](db::Session& session) -> Result<Page<SwitchView>> {
    return page_of(list_switch_views(session, page), page,
                   [](const SwitchView& view) { return view.name; });
  });
}

Result<SwitchView> Service::find_switch(const std::string& name) {
  return db::read(pool_, "find switch", [&](db::Session& session) -> Result<SwitchView> {
    auto found = find_switch_view(session, name);
    if (!found) return failure(Errc::NotFound, "there is no switch " + name);
    return std::move(*found);
  });
}

Result<Page<PortView>> Service::list_ports(const std::string& switch_name,
                                           const PageRequest& page) {
  return db::read(pool_, "list ports", [&](db::Session& session) -> Result<Page<PortView>> {
    if (!find_switch_record(session, switch_name))
      return failure(Errc::NotFound, "there is no switch " + switch_name);
    return page_of(list_port_views(session, switch_name, page), page,
                   [](const PortView& port) { return port.name; });
  });
}

Result<PortView> Service::find_port(const std::string& switch_name, const std::string& port) {
  return db::read(pool_, "find port", [&](db::Session& session) -> Result<PortView> {
    auto found = find_port_view(session, switch_name, port);
    if (!found) return failure(Errc::NotFound, "switch " + switch_name + " has no port " + port);
    return std::move(*found);
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

Result<Page<VantageView>> Service::list_vantage_points(const PageRequest& page) {
  return db::read(pool_, "list vantage points",
                  [&](db::Session& session) -> Result<Page<VantageView>> {
                    return page_of<VantageView>(
                        list_vantage_records(session, page.after, page.size + 1), page,
                        [](const VantageRecord& one) { return one.name; },
                        [&](const VantageRecord& one) { return to_view(session, one); });
                  });
}

}  // namespace switchyard::provisioner

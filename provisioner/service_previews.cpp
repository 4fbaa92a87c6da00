// The facade's previews: what a version of a catalog would change, before anybody does it.
// Everything is worked out from what is stored, so that ten thousand servers cost no exchange with
// a switch.
#include "catalogs/catalog_definition.h"
#include "catalogs/check_catalog.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/digest.h"
#include "provisioner/judge_policy.h"
#include "provisioner/port_policy.h"
#include "provisioner/replan.h"
#include "provisioner/service.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/work.h"
#include "switch-drivers/registry.h"

#include <algorithm>
#include <map>
#include <optional>

namespace switchyard::provisioner {
namespace {

using switch_drivers::IntentChange;
using switch_drivers::PortIntent;

struct Known {
  std::map<std::string, std::vector<NicRecord>> nics{};  // by server

  struct Switch {
    std::string nos{};
    switch_drivers::SwitchContext context{};
    std::map<std::string, IntentChange> ports{};
  };

  std::map<std::string, Switch> switches{};
};

void read_nics(db::Session& session, Known& known) {
  for (NicRecord& nic : list_all_nics(session)) {
    std::string server = nic.server;
    known.nics[std::move(server)].push_back(std::move(nic));
  }
}

// Every switch with the wishes there are for its ports.
void read_switches(db::Session& session, Known& known) {
  for (const auto& [name, nos, asn, bridge] :
       db::select<std::string, std::string, long long, std::string>(
           session, "SELECT name, nos, asn, bridge FROM switches"))
    known.switches[name] = {
        .nos = nos, .context = {.asn = {static_cast<std::uint32_t>(asn)}, .bridge = bridge}};
  for (const auto& [name, port, text, drained_at] :
       db::select<std::string, std::string, std::string, long long>(
           session,
           "SELECT switch_name, p.port, wish, drained_at FROM port_wishes p JOIN switches s ON "
           "s.name = switch_name")) {
    auto intent = switch_drivers::parse_port_intent(text);
    const PortIntent wish =
        drained_or_not(intent ? std::move(*intent) : PortIntent{.port = port}, drained_at != 0);
    known.switches[name].ports[port] = {wish, wish};
  }
}

// What the request is about: the catalog as its version, or its files, have it.
Result<catalogs::NetworkCatalog> network_of(
    db::Session& session, const PreviewRequest& request,
    const std::optional<catalogs::NetworkCatalog>& checked) {
  if (checked) return *checked;
  auto version = find_catalog_version(session, request.catalog, request.version);
  if (!version) return tl::unexpected(version.error());
  return std::move(version->network);
}

class Preview {
 public:
  Preview(const PreviewRequest& request, const catalogs::NetworkCatalog& network, Known& known)
      : request_(request), network_(network), known_(known) {}

  void add(const DeploymentRecord& deployment) {
    ServerPreview server{.deployment = deployment.id,
                         .server = deployment.server,
                         .project = deployment.project,
                         .from_version = deployment.catalog_version};
    const auto nics = known_.nics.find(deployment.server);
    if (nics == known_.nics.end() || !is_wanted(deployment, nics->second)) return;
    DeploymentRecord moved = deployment;
    auto plan = replan(deployment.plan, network_);
    if (!plan) {
      server.needs_install = plan.error().message;
      ++preview_.needs_install;
    } else {
      moved.plan = std::move(*plan);
      add_ports(server, routed_wishes(nics->second, moved));
      ++(server.ports.empty() ? preview_.unchanged : preview_.changed);
    }
    // Of everything there is, only what will not be moved is named.
    if (is_narrow() || !server.needs_install.empty()) preview_.servers.push_back(std::move(server));
  }

  Result<CatalogPreview> finish() {
    preview_.catalog = network_.name;
    for (const auto& [name, one] : known_.switches) {
      if (!request_.switch_name.empty() && name != request_.switch_name) continue;
      if (Status added = add_switch(name, one); !added) return tl::unexpected(added.error());
    }
    return std::move(preview_);
  }

 private:
  [[nodiscard]] bool is_narrow() const {
    return !request_.server.empty() || !request_.switch_name.empty();
  }

  [[nodiscard]] bool is_wanted(const DeploymentRecord& deployment,
                               const std::vector<NicRecord>& nics) const {
    if (!request_.server.empty() && deployment.server != request_.server) return false;
    return request_.switch_name.empty() ||
           std::ranges::find(nics, request_.switch_name, &NicRecord::switch_name) != nics.end();
  }

  void add_ports(ServerPreview& server, std::vector<PortWish> wishes) {
    for (PortWish& wish : wishes) {
      auto& ports = known_.switches[wish.switch_name].ports;
      const std::string port = wish.intent.port;
      IntentChange& change =
          ports.try_emplace(port, IntentChange{{.port = port}, {.port = port}}).first->second;
      if (change.former == wish.intent) continue;
      if (is_narrow())
        server.ports.push_back(
            {wish.switch_name, port, summary(change.former), summary(wish.intent)});
      else
        server.ports.push_back({wish.switch_name, port, "", ""});
      change.wished = std::move(wish.intent);
    }
  }

  Status add_switch(const std::string& name, const Known::Switch& known) {
    SwitchPreview shown{.switch_name = name, .nos = known.nos};
    std::vector<IntentChange> changes;
    for (const auto& [port, change] : known.ports) {
      if (change.former != change.wished) ++shown.ports;
      changes.push_back(change);
    }
    if (shown.ports == 0) return {};
    auto commands = switch_drivers::describe_change(known.nos, known.context, changes);
    if (!commands) return tl::unexpected(commands.error().in("switch " + name));
    shown.bytes = commands->size();
    shown.sha256 = sha256_hex(*commands);
    if (is_narrow()) shown.commands = std::move(*commands);
    preview_.switches.push_back(std::move(shown));
    return {};
  }

  const PreviewRequest& request_;
  const catalogs::NetworkCatalog& network_;
  Known& known_;
  CatalogPreview preview_{};
};

}  // namespace

Result<CatalogPreview> Service::preview_catalog(const PreviewRequest& request) {
  std::optional<catalogs::NetworkCatalog> checked;
  if (request.version == 0) {
    auto check = catalogs::check_catalog(*templates_, judge_policy, {.files = request.files});
    if (!check) return tl::unexpected(check.error());
    if (!check->faults.empty()) return tl::unexpected(catalogs::as_error(check->faults));
    checked = std::move(check->definition.network);
  }
  return db::read(pool_, "preview a catalog", [&](db::Session& session) -> Result<CatalogPreview> {
    const auto network = network_of(session, request, checked);
    if (!network) return tl::unexpected(network.error());
    const auto deployments = list_deployments_of_catalog(session, network->name);
    if (!deployments) return tl::unexpected(deployments.error());
    if (!request.server.empty() && std::ranges::none_of(*deployments, [&](const auto& d) {
          return d.server == request.server;
        }))
      return failure(Errc::Invalid, "server " + request.server +
                                        " has no active deployment with catalog " + network->name);
    Known known;
    read_nics(session, known);
    read_switches(session, known);
    if (!request.switch_name.empty() && !known.switches.contains(request.switch_name))
      return failure(Errc::Invalid, "there is no switch " + request.switch_name);
    Preview preview(request, *network, known);
    for (const DeploymentRecord& deployment : *deployments)
      preview.add(deployment);
    return preview.finish();
  });
}

}  // namespace switchyard::provisioner

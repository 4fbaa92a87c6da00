#include "provisioner/check_real_servers.h"

#include "catalogs/render_server.h"
#include "core/db/transaction.h"
#include "provisioner/catalog_view.h"
#include "provisioner/replan.h"
#include "provisioner/store/image_versions.h"
#include "provisioner/store/work.h"

#include <map>
#include <string>
#include <utility>

namespace switchyard::provisioner {
namespace {

constexpr std::size_t kMost = 20;

struct RealServer {
  DeploymentRecord deployment{};
  std::vector<NicRecord> nics{};
  std::vector<catalogs::NetworkTool> tools{};
};

// Servers of one kind look the same to a template, but for their values.
std::string kind_of(const RealServer& server) {
  std::string kind = server.deployment.image + " " +
                     std::to_string(server.deployment.image_version) + " " +
                     std::to_string(server.nics.size());
  for (const PlannedVrf& vrf : server.deployment.plan.vrfs) {
    kind += " " + vrf.vrf.value;
    for (const IpAddress& address : vrf.addresses)
      kind += std::to_string(static_cast<int>(address.family));
    kind += vrf.anycast.empty() ? "" : "a";
  }
  return kind;
}

Result<std::map<std::string, RealServer>> one_of_each(db::Session& session,
                                                      const catalogs::NetworkCatalog& network) {
  auto deployments = list_deployments_of_catalog(session, network.name);
  if (!deployments) return tl::unexpected(deployments.error());
  std::map<std::string, RealServer> found;
  for (DeploymentRecord& deployment : *deployments) {
    if (found.size() == kMost) break;
    // One that would have to be installed anew gets another plan then.
    auto plan = replan(deployment.plan, network);
    if (!plan) continue;
    deployment.plan = std::move(*plan);
    auto tools = network_tools(session, deployment.image, deployment.image_version);
    if (!tools) return tl::unexpected(tools.error());
    RealServer server{.deployment = std::move(deployment), .tools = std::move(*tools)};
    server.nics = list_nics(session, server.deployment.server);
    std::string kind = kind_of(server);
    found.emplace(std::move(kind), std::move(server));
  }
  return found;
}

}  // namespace

Result<std::vector<catalogs::Fault>> check_real_servers(
    db::Pool& pool, catalogs::TemplateEngine& engine, const catalogs::TemplateFiles& files,
    const catalogs::CatalogDefinition& definition) {
  const auto servers =
      db::read(pool, "servers of catalog " + definition.network.name,
               [&](db::Session& session) { return one_of_each(session, definition.network); });
  if (!servers) return tl::unexpected(servers.error());
  std::vector<catalogs::Fault> faults;
  for (const auto& [kind, server] : *servers) {
    const auto made = catalogs::render_server(
        engine, files, definition, catalog_view(server.deployment, server.nics, server.tools));
    if (!made) return tl::unexpected(made.error());
    for (catalogs::Fault fault : made->faults) {
      fault.message += " (server " + server.deployment.server + ", which uses it now)";
      faults.push_back(std::move(fault));
    }
  }
  return faults;
}

}  // namespace switchyard::provisioner

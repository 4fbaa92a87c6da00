#include "provisioner/steps/deployment_files.h"

#include "catalogs/render_server.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/catalog_view.h"
#include "provisioner/host_files.h"
#include "provisioner/setup_files.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/image_versions.h"

#include <fmt/core.h>

namespace switchyard::provisioner {
namespace {

struct Versions {
  CatalogVersion catalog{};
  std::vector<catalogs::NetworkTool> tools{};  // of the image
};

Result<Versions> versions_of(db::Session& session, const DeploymentRecord& deployment) {
  auto catalog = find_catalog_version(session, deployment.catalog, deployment.catalog_version);
  if (!catalog) return tl::unexpected(catalog.error());
  auto tools = network_tools(session, deployment.image, deployment.image_version);
  if (!tools) return tl::unexpected(tools.error());
  return Versions{std::move(*catalog), std::move(*tools)};
}

// By the versions that the order got.
Result<std::vector<HostFile>> files_of_catalog(const Job& job, StepContext& context) {
  const DeploymentRecord& deployment = job.deployment;
  const auto versions =
      db::read(context.pool, "versions of " + deployment.id,
               [&](db::Session& session) { return versions_of(session, deployment); });
  if (!versions) return tl::unexpected(versions.error());
  const catalogs::TemplateFiles& templates = versions->catalog.files;
  const auto made = catalogs::render_server(*context.templates, templates,
                                            catalogs::parse_catalog(templates).definition,
                                            catalog_view(deployment, job.nics, versions->tools));
  if (!made) return tl::unexpected(made.error());
  if (!made->faults.empty())
    return failure(Errc::Invalid,
                   fmt::format("catalog {} version {}: {}", deployment.catalog,
                               deployment.catalog_version, to_string(made->faults.front())));
  std::vector<HostFile> files;
  for (const catalogs::RenderedFile& file : made->files)
    files.push_back({file.path, file.mode, file.owner, file.content});
  if (!deployment.plan.ssh_keys.empty()) files.push_back(authorized_keys(deployment.plan));
  return files;
}

}  // namespace

Result<std::vector<HostFile>> deployment_files(const Job& job, StepContext& context) {
  auto files = job.deployment.catalog_version > 0 ? files_of_catalog(job, context)
                                                  : render_host_files(job.deployment, job.nics);
  if (!files) return files;
  for (HostFile& file : render_setup_files(job.deployment, context.site.servers))
    files->push_back(std::move(file));
  return files;
}

}  // namespace switchyard::provisioner

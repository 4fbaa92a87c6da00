#include "provisioner/order_variables.h"

#include "catalogs/catalog_definition.h"
#include "core/db/transaction.h"
#include "provisioner/store/catalog_versions.h"

#include <optional>

namespace switchyard::provisioner {
namespace {

// Nothing: the catalog is the inventory's, or there is none.
Result<std::optional<std::string>> schema_of(db::Session& session, const std::string& catalog) {
  const int published = published_version(session, kNetworkCatalogs, catalog);
  if (published == 0) return std::optional<std::string>{};
  const auto version = find_catalog_version(session, catalog, published);
  if (!version) return tl::unexpected(version.error());
  return std::optional(catalogs::parse_catalog(version->files).definition.schema);
}

}  // namespace

Status check_variables(db::Pool& pool, catalogs::TemplateEngine& engine,
                       const DeployRequest& request) {
  const auto schema =
      db::read(pool, "variables of catalog " + request.catalog,
               [&](db::Session& session) { return schema_of(session, request.catalog); });
  if (!schema) return tl::unexpected(schema.error());
  if (!*schema) {
    if (request.variables == "{}") return {};
    return failure(Errc::Invalid, "catalog " + request.catalog + " has no variables");
  }
  const auto values = engine.check_values(**schema, request.variables);
  if (!values) return tl::unexpected(values.error());
  std::string wrong;
  for (const catalogs::Fault& fault : values->faults)
    wrong += (wrong.empty() ? "" : "; ") + fault.message;
  if (wrong.empty()) return {};
  return failure(Errc::Invalid, "variables of catalog " + request.catalog + ": " + wrong);
}

}  // namespace switchyard::provisioner

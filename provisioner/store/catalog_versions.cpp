#include "provisioner/store/catalog_versions.h"

#include "core/db/query.h"
#include "core/digest.h"

#include <nlohmann/json.hpp>

#include <tuple>

namespace switchyard::provisioner {

using nlohmann::json;

std::string sum_of(const catalogs::TemplateFiles& files) { return sha256_hex(json(files).dump()); }

Result<CatalogVersion> find_catalog_version(db::Session& session, const std::string& name,
                                            int version) {
  const auto row = db::select_one<std::string, std::string, std::string, long long>(
      session,
      "SELECT sha256, files, author, created FROM catalog_versions WHERE name = :n AND version = "
      ":v",
      name, version);
  if (!row)
    return failure(Errc::NotFound,
                   "catalog " + name + " has no version " + std::to_string(version));
  CatalogVersion found{.name = name, .version = version};
  std::string files;
  std::tie(found.sha256, files, found.author, found.created) = *row;
  try {
    found.files = json::parse(files).get<catalogs::TemplateFiles>();
  } catch (const json::exception& thrown) {
    return failure(Errc::Invalid, "stored catalog " + name + ": " + thrown.what());
  }
  return found;
}

void insert_catalog_version(db::Session& session, const CatalogVersion& catalog) {
  db::execute(session,
              "INSERT INTO catalog_versions (name, version, sha256, files, author, created) VALUES "
              "(:n, :v, :s, :f, :a, :c)",
              catalog.name, catalog.version, catalog.sha256, json(catalog.files).dump(),
              catalog.author, catalog.created);
}

}  // namespace switchyard::provisioner

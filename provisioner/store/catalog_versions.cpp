#include "provisioner/store/catalog_versions.h"

#include "catalogs/catalog_definition.h"
#include "core/db/query.h"
#include "core/digest.h"

#include <nlohmann/json.hpp>

#include <tuple>

namespace switchyard::provisioner {

using nlohmann::json;

std::string sum_of(const catalogs::TemplateFiles& files) { return sha256_hex(json(files).dump()); }

int published_version(db::Session& session, const std::string& name) {
  const auto row =
      db::select_one<int>(session, "SELECT pushed FROM network_catalogs WHERE name = :n", name);
  return row ? std::get<0>(*row) : 0;
}

Result<CatalogVersion> find_catalog_version(db::Session& session, const std::string& name,
                                            int version) {
  const auto row =
      db::select_one<std::string, std::string, std::string, long long, std::string, std::string>(
          session,
          "SELECT sha256, files, author, created, state, body FROM catalog_versions WHERE name = "
          ":n AND version = "
          ":v",
          name, version);
  if (!row)
    return failure(Errc::NotFound,
                   "catalog " + name + " has no version " + std::to_string(version));
  CatalogVersion found{.name = name, .version = version};
  std::string files, body;
  std::tie(found.sha256, files, found.author, found.created, found.state, body) = *row;
  try {
    found.files = json::parse(files).get<catalogs::TemplateFiles>();
  } catch (const json::exception& thrown) {
    return failure(Errc::Invalid, "stored catalog " + name + ": " + thrown.what());
  }
  if (body.empty()) {  // pushed before catalogs had templates for switches
    found.network = catalogs::parse_catalog(found.files).definition.network;
    return found;
  }
  auto network = catalogs::parse_network_catalog(body);
  if (!network) return tl::unexpected(network.error());
  found.network = std::move(*network);
  return found;
}

void set_catalog_state(db::Session& session, const std::string& name, int version,
                       const std::string& state) {
  db::execute(session, "UPDATE catalog_versions SET state = :s WHERE name = :n AND version = :v",
              state, name, version);
}

void insert_catalog_version(db::Session& session, const CatalogVersion& catalog) {
  db::execute(session,
              "INSERT INTO catalog_versions (name, version, sha256, files, author, created, state, "
              "body) VALUES (:n, :v, :s, :f, :a, :c, :st, :b)",
              catalog.name, catalog.version, catalog.sha256, json(catalog.files).dump(),
              catalog.author, catalog.created, catalog.state,
              catalogs::to_json_text(catalog.network));
}

}  // namespace switchyard::provisioner

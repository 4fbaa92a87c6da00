#include "provisioner/store/versions.h"

#include "core/db/query.h"
#include "core/digest.h"

#include <nlohmann/json.hpp>

#include <tuple>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

std::vector<VersionState> states_of(db::Session& session, const VersionedKind& kind,
                                    const std::string& name) {
  std::vector<VersionState> versions;
  for (const auto& [version, state, author, created] :
       db::select<int, std::string, std::string, long long>(
           session,
           std::string("SELECT version, state, author, created FROM ") + kind.table +
               " WHERE name = :n ORDER BY version",
           name))
    versions.push_back({version, state, author, from_micros(created)});
  return versions;
}

}  // namespace

std::string sum_of(const catalogs::TemplateFiles& files) { return sha256_hex(json(files).dump()); }

int published_version(db::Session& session, const VersionedKind& kind, const std::string& name) {
  const auto row = db::select_one<int>(
      session, std::string("SELECT pushed FROM ") + kind.of_names + " WHERE name = :n", name);
  return row ? std::get<0>(*row) : 0;
}

NewestVersion newest_version(db::Session& session, const VersionedKind& kind,
                             const std::string& name) {
  const auto newest =
      db::select_one<int, std::string>(session,
                                       std::string("SELECT version, sha256 FROM ") + kind.table +
                                           " WHERE name = :n ORDER BY version DESC LIMIT 1",
                                       name);
  return newest ? NewestVersion{std::get<0>(*newest), std::get<1>(*newest)} : NewestVersion{};
}

Result<StoredVersion> find_stored_version(db::Session& session, const VersionedKind& kind,
                                          const std::string& name, int version) {
  const auto row =
      db::select_one<std::string, std::string, std::string, long long, std::string, std::string>(
          session,
          std::string("SELECT sha256, files, author, created, state, body FROM ") + kind.table +
              " WHERE name = :n AND version = :v",
          name, version);
  if (!row)
    return failure(Errc::NotFound, std::string(kind.noun) + " " + name + " has no version " +
                                       std::to_string(version));
  StoredVersion found{.name = name, .version = version};
  std::string files;
  std::tie(found.sha256, files, found.author, found.created, found.state, found.body) = *row;
  try {
    found.files = json::parse(files).get<catalogs::TemplateFiles>();
  } catch (const json::exception& thrown) {
    return failure(Errc::Invalid,
                   "stored " + std::string(kind.noun) + " " + name + ": " + thrown.what());
  }
  return found;
}

VersionView version_view(db::Session& session, const VersionedKind& kind, StoredVersion version) {
  return {.state = version.state,
          .versions = states_of(session, kind, version.name),
          .sha256 = version.sha256,
          .author = version.author,
          .created = from_micros(version.created),
          .files = std::move(version.files)};
}

void set_version_state(db::Session& session, const VersionedKind& kind, const std::string& name,
                       int version, const std::string& state) {
  db::execute(
      session,
      std::string("UPDATE ") + kind.table + " SET state = :s WHERE name = :n AND version = :v",
      state, name, version);
}

void insert_version(db::Session& session, const VersionedKind& kind, const StoredVersion& version) {
  db::execute(session,
              std::string("INSERT INTO ") + kind.table +
                  " (name, version, sha256, files, author, created, state, body) VALUES (:n, :v, "
                  ":s, :f, :a, :c, :st, :b)",
              version.name, version.version, version.sha256, json(version.files).dump(),
              version.author, version.created, version.state, version.body);
}

}  // namespace switchyard::provisioner

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

struct NewestVersion {
  int version{};  // 0: there is none
  std::string sha256{};
};

NewestVersion newest_version(db::Session& session, const VersionedKind& kind,
                             const std::string& name) {
  const auto newest =
      db::select_one<int, std::string>(session,
                                       std::string("SELECT version, sha256 FROM ") + kind.table +
                                           " WHERE name = :n ORDER BY version DESC LIMIT 1",
                                       name);
  return newest ? NewestVersion{std::get<0>(*newest), std::get<1>(*newest)} : NewestVersion{};
}

}  // namespace

std::string sum_of(const catalogs::TemplateFiles& files) { return sha256_hex(json(files).dump()); }

int published_version(db::Session& session, const VersionedKind& kind, const std::string& name) {
  const auto row = db::select_one<int>(
      session, std::string("SELECT pushed FROM ") + kind.of_names + " WHERE name = :n", name);
  return row ? std::get<0>(*row) : 0;
}

Result<int> version_to_show(db::Session& session, const VersionedKind& kind,
                            const std::string& name, int version) {
  if (version != 0) return version;
  if (const int published = published_version(session, kind, name); published != 0)
    return published;
  if (const int newest = newest_version(session, kind, name).version; newest != 0) return newest;
  if (db::select_one<std::string>(
          session, std::string("SELECT name FROM ") + kind.of_names + " WHERE name = :n", name))
    return failure(Errc::NotFound,
                   std::string(kind.noun) + " " + name + " is the inventory's: it has no files");
  return failure(Errc::NotFound, std::string("there is no ") + kind.in_full + " " + name);
}

Result<int> version_to_publish(db::Session& session, const VersionedKind& kind,
                               const std::string& name, int version) {
  const std::string what = std::string(kind.noun) + " " + name;
  const int wanted = version == 0 ? newest_version(session, kind, name).version : version;
  if (wanted == 0) return failure(Errc::NotFound, what + " was never pushed");
  const auto state = db::select_one<std::string>(
      session, std::string("SELECT state FROM ") + kind.table + " WHERE name = :n AND version = :v",
      name, wanted);
  if (state && std::get<0>(*state) == "deprecated")
    return failure(Errc::Conflict, what + " version " + std::to_string(wanted) +
                                       " is deprecated; push its files again to get a new one");
  return wanted;
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

KeptVersion keep_version(db::Session& session, const VersionedKind& kind,
                         const StoredVersion& pushed) {
  const NewestVersion newest = newest_version(session, kind, pushed.name);
  if (newest.sha256 == pushed.sha256) return {.version = newest.version};
  const int next = newest.version + 1;
  db::execute(session,
              std::string("INSERT INTO ") + kind.table +
                  " (name, version, sha256, files, author, created, state, body) VALUES (:n, :v, "
                  ":s, :f, :a, :c, :st, :b)",
              pushed.name, next, pushed.sha256, json(pushed.files).dump(), pushed.author,
              pushed.created, pushed.state, pushed.body);
  return {.version = next, .is_new = true};
}

}  // namespace switchyard::provisioner

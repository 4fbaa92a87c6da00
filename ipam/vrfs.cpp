// The vrfs table: names and a version that serialises changes of their subnets.
#include "ipam/vrfs.h"

#include "core/db/error.h"
#include "core/db/query.h"

#include <algorithm>

namespace switchyard::ipam {

Status insert_vrf(db::Session& session, const VrfName& name) {
  if (const auto good = parse_vrf(name.value); !good) return tl::unexpected(good.error());
  try {
    db::execute(session, "INSERT INTO vrfs (name, version) VALUES (:name, 1)", name.value);
    return {};
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return failure(Errc::Conflict, "VRF " + name.value + " exists already");
  }
}

std::optional<Vrf> find_vrf(db::Session& session, const VrfName& name) {
  const auto row =
      db::select_one<long long>(session, "SELECT version FROM vrfs WHERE name = :name", name.value);
  if (!row) return std::nullopt;
  return Vrf{name, std::get<0>(*row)};
}

std::vector<Vrf> list_vrfs(db::Session& session, std::string_view after, std::size_t limit) {
  std::vector<Vrf> vrfs;
  for (const auto& [name, version] : db::select<std::string, long long>(
           session,
           "SELECT name, version FROM vrfs WHERE name > :after ORDER BY name LIMIT " +
               std::to_string(std::min(limit, kMaxPage)),
           std::string{after}))
    vrfs.push_back({{name}, version});
  return vrfs;
}

Status lock_vrf(db::Session& session, const VrfName& name) {
  if (db::execute(session, "UPDATE vrfs SET version = version + 1 WHERE name = :name",
                  name.value) != 0)
    return {};
  return failure(Errc::NotFound, "VRF " + name.value + " does not exist; create it first");
}

Status remove_vrf(db::Session& session, const VrfName& name) {
  if (const Status locked = lock_vrf(session, name); !locked)
    return failure(Errc::NotFound, "VRF " + name.value + " does not exist");
  const auto subnet = db::select_one<std::string>(
      session, "SELECT name FROM subnets WHERE vrf = :vrf LIMIT 1", name.value);
  if (subnet)
    return failure(Errc::Conflict, "VRF " + name.value + " still has subnet " +
                                       std::get<0>(*subnet) + "; remove its subnets first");
  db::execute(session, "DELETE FROM vrfs WHERE name = :name", name.value);
  return {};
}

}  // namespace switchyard::ipam

#include "provisioner/inventory_vantage.h"

#include "core/db/query.h"
#include "provisioner/store/vantage_points.h"

#include <algorithm>

namespace switchyard::provisioner {

namespace {

// A sealed password looks different each time, so it is opened to compare.
bool same_password(const Sealer& sealer, const VantageRecord& stored,
                   const InventoryVantagePoint& point) {
  const auto opened = stored.sealed_password.empty() ? Result<Secret>(Secret(""))
                                                     : sealer.open(stored.sealed_password);
  return opened && opened->reveal() == point.password.reveal();
}

bool same_vrfs(const VantageRecord& stored, const InventoryVantagePoint& point) {
  return std::ranges::is_permutation(
      stored.vrfs, point.vrfs, {}, [](const VantageVrf& v) { return std::pair(v.vrf, v.device); },
      [](const InventoryVantageVrf& v) { return std::pair(v.vrf, v.device); });
}

bool same(const Sealer& sealer, const VantageRecord& stored, const InventoryVantagePoint& point) {
  return stored.address == to_string(point.address) && stored.port == point.port &&
         stored.login == point.user && stored.key_file == point.key_file &&
         stored.host_key == point.host_key && stored.gate == point.gate &&
         same_vrfs(stored, point) && same_password(sealer, stored, point);
}

void put_vrfs(db::Session& session, const InventoryVantagePoint& point) {
  db::execute(session, "DELETE FROM vantage_vrfs WHERE vantage = :v", point.name);
  for (const InventoryVantageVrf& served : point.vrfs)
    db::execute(session, "INSERT INTO vantage_vrfs (vantage, vrf, device) VALUES (:v, :r, :d)",
                point.name, served.vrf.value, served.device);
}

}  // namespace

Imported import_vantage_point(db::Session& session, const Sealer& sealer,
                              const InventoryVantagePoint& point) {
  const auto stored = find_vantage_record(session, point.name);
  if (stored && same(sealer, *stored, point)) return Imported::Same;
  const std::string sealed = point.password.empty() ? "" : sealer.seal(point.password);
  const int port = point.port, gate = point.gate ? 1 : 0;
  put_vrfs(session, point);
  if (stored) {
    db::execute(session,
                "UPDATE vantage_points SET address = :a, port = :p, login = :l, sealed_password = "
                ":sp, key_file = :kf, host_key = :hk, gate = :g, version = version + 1 WHERE name "
                "= :n",
                to_string(point.address), port, point.user, sealed, point.key_file, point.host_key,
                gate, point.name);
    return Imported::Changed;
  }
  db::execute(session,
              "INSERT INTO vantage_points (name, address, port, login, sealed_password, key_file, "
              "host_key, gate, state, error, last_contact, claimed_by, claimed_until, fence, "
              "version) VALUES (:n, :a, :p, :l, :sp, :kf, :hk, :g, 'unknown', '', 0, '', 0, 0, 1)",
              point.name, to_string(point.address), port, point.user, sealed, point.key_file,
              point.host_key, gate);
  return Imported::New;
}

}  // namespace switchyard::provisioner

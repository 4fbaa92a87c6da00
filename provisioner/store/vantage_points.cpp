#include "provisioner/store/vantage_points.h"

#include "core/db/query.h"
#include "provisioner/store/leases.h"

#include <tuple>

namespace switchyard::provisioner {

namespace {

std::vector<VantageVrf> list_vrfs(db::Session& session, const std::string& vantage) {
  std::vector<VantageVrf> vrfs;
  for (const auto& [vrf, device] : db::select<std::string, std::string>(
           session, "SELECT vrf, device FROM vantage_vrfs WHERE vantage = :v ORDER BY vrf",
           vantage))
    vrfs.push_back({VrfName{vrf}, device});
  return vrfs;
}

std::vector<VantageRecord> select_vantages(db::Session& session, const std::string& where,
                                           const std::string& parameter) {
  std::vector<VantageRecord> records;
  for (const auto& row :
       db::select<std::string, std::string, int, std::string, std::string, std::string, std::string,
                  int, std::string, std::string, long long, long long>(
           session,
           "SELECT name, address, port, login, sealed_password, key_file, host_key, gate, state, "
           "error, last_contact, version FROM vantage_points WHERE " +
               where,
           parameter)) {
    VantageRecord r;
    int gate = 0;
    std::tie(r.name, r.address, r.port, r.login, r.sealed_password, r.key_file, r.host_key, gate,
             r.state, r.error, r.last_contact, r.version) = row;
    r.gate = gate != 0;
    r.vrfs = list_vrfs(session, r.name);
    records.push_back(std::move(r));
  }
  return records;
}

}  // namespace

std::vector<std::string> list_vantage_names(db::Session& session) {
  std::vector<std::string> names;
  for (const auto& [name] :
       db::select<std::string>(session, "SELECT name FROM vantage_points ORDER BY name"))
    names.push_back(name);
  return names;
}

std::vector<VantageRecord> list_vantage_records(db::Session& session, const std::string& after,
                                                int limit) {
  return select_vantages(session, "name > :a ORDER BY name LIMIT " + std::to_string(limit), after);
}

std::optional<VantageRecord> find_vantage_record(db::Session& session, const std::string& name) {
  auto found = select_vantages(session, "name = :n", name);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<long long> find_vantage_version(db::Session& session, const std::string& name) {
  const auto row = db::select_one<long long>(
      session, "SELECT version FROM vantage_points WHERE name = :n", name);
  return row ? std::optional{std::get<0>(*row)} : std::nullopt;
}

std::vector<VantageOfVrf> list_vantages_of(db::Session& session, const VrfName& vrf) {
  std::vector<VantageOfVrf> found;
  for (const auto& [name, gate] : db::select<std::string, int>(
           session,
           "SELECT p.name, p.gate FROM vantage_points p JOIN vantage_vrfs v ON v.vantage = p.name "
           "WHERE v.vrf = :v ORDER BY p.name",
           vrf.value))
    found.push_back({name, gate != 0});
  return found;
}

std::optional<VantageClaim> claim_vantage(db::Session& session, const VantageClaim& claimant,
                                          std::chrono::seconds how_long) {
  const auto fence = claim_row(
      session, {"vantage_points", claimant.vantage, claimant.holder, claimant.fence}, how_long);
  if (!fence) return std::nullopt;
  return VantageClaim{claimant.vantage, claimant.holder, *fence};
}

// Touching the lease row takes its lock, so a new holder cannot begin between check and write.
bool hold_vantage(db::Session& session, const VantageClaim& claim, Timestamp now) {
  return db::execute(session,
                     "UPDATE vantage_points SET last_contact = :n WHERE name = :v AND claimed_by = "
                     ":h AND fence = :f",
                     to_micros(now), claim.vantage, claim.holder, claim.fence) == 1;
}

void set_vantage_contact(db::Session& session, const std::string& name, const std::string& state,
                         const std::string& error, Timestamp now) {
  if (state == "reachable")
    db::execute(
        session,
        "UPDATE vantage_points SET state = :t, error = :e, last_contact = :n WHERE name = :v",
        state, error, to_micros(now), name);
  else
    db::execute(session, "UPDATE vantage_points SET state = :t, error = :e WHERE name = :v", state,
                error, name);
}

}  // namespace switchyard::provisioner

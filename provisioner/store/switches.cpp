#include "provisioner/store/switches.h"

#include "core/db/query.h"
#include "provisioner/store/leases.h"

namespace switchyard::provisioner {

std::vector<std::string> list_switch_names(db::Session& session) {
  std::vector<std::string> names;
  for (const auto& [name] :
       db::select<std::string>(session, "SELECT name FROM switches ORDER BY name"))
    names.push_back(name);
  return names;
}

std::optional<SwitchRecord> find_switch_record(db::Session& session, const std::string& name) {
  const auto row =
      db::select_one<std::string, std::string, std::string, int, std::string, std::string,
                     std::string, std::string, long long, std::string, std::string, std::string,
                     long long, std::string, std::string, long long, long long>(
          session,
          "SELECT name, nos, address, port, login, sealed_password, key_file, host_key, asn, "
          "bridge, state, error, "
          "last_contact, boot_id, facts, scan_wanted, version FROM switches WHERE name = :n",
          name);
  if (!row) return std::nullopt;
  SwitchRecord r;
  std::tie(r.name, r.nos, r.address, r.port, r.login, r.sealed_password, r.key_file, r.host_key,
           r.asn, r.bridge, r.state, r.error, r.last_contact, r.boot_id, r.facts, r.scan_wanted,
           r.version) = *row;
  return r;
}

std::optional<long long> find_switch_version(db::Session& session, const std::string& name) {
  const auto row =
      db::select_one<long long>(session, "SELECT version FROM switches WHERE name = :n", name);
  return row ? std::optional{std::get<0>(*row)} : std::nullopt;
}

long long scan_wanted_since(db::Session& session, const std::string& name) {
  const auto row =
      db::select_one<long long>(session, "SELECT scan_wanted FROM switches WHERE name = :n", name);
  return row ? std::get<0>(*row) : 0;
}

std::optional<SwitchClaim> claim_switch(db::Session& session, const SwitchClaim& claimant,
                                        std::chrono::seconds how_long) {
  const auto fence = claim_row(
      session, {"switches", claimant.switch_name, claimant.holder, claimant.fence}, how_long);
  if (!fence) return std::nullopt;
  return SwitchClaim{claimant.switch_name, claimant.holder, *fence};
}

void drop_claims(db::Session& session, const std::string& holder) {
  db::execute(session, "UPDATE switches SET claimed_until = 0 WHERE claimed_by = :h", holder);
  db::execute(session, "UPDATE vantage_points SET claimed_until = 0 WHERE claimed_by = :h", holder);
  db::execute(session, "UPDATE operations SET claimed_until = 0 WHERE claimed_by = :h", holder);
}

void set_switch_contact(db::Session& session, const std::string& name, const std::string& state,
                        const std::string& error, Timestamp now) {
  if (state == "reachable") {
    db::execute(session,
                "UPDATE switches SET state = :t, error = '', last_contact = :n WHERE name = :s",
                state, to_micros(now), name);
  } else {
    db::execute(session, "UPDATE switches SET state = :t, error = :e WHERE name = :s", state, error,
                name);
  }
}

void set_switch_facts(db::Session& session, const std::string& name, const std::string& boot_id,
                      const std::string& facts_json) {
  db::execute(session, "UPDATE switches SET boot_id = :b, facts = :f WHERE name = :s", boot_id,
              facts_json, name);
}

void clear_scan_wanted(db::Session& session, const std::string& name, long long since) {
  db::execute(session, "UPDATE switches SET scan_wanted = 0 WHERE name = :s AND scan_wanted <= :t",
              name, since);
}

}  // namespace switchyard::provisioner

// The anycast_grants table.
#include "ipam/anycast.h"

#include "core/db/error.h"
#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/stored.h"

namespace switchyard::ipam {
namespace {

template <class... Parameters>
std::vector<AnycastGrant> select_grants(db::Session& session, const std::string& where,
                                        const Parameters&... parameters) {
  std::vector<AnycastGrant> grants;
  for (const auto& [vrf, addr, owner] : db::select<std::string, std::string, std::string>(
           session,
           "SELECT vrf, addr, owner FROM anycast_grants WHERE " + where +
               " ORDER BY vrf, addr, owner",
           parameters...))
    grants.push_back({{vrf}, address_of_key(addr), owner});
  return grants;
}

}  // namespace

Status grant_anycast(db::Session& session, const AnycastGrant& grant, Timestamp now) {
  if (const Status good = check_owner(grant.owner); !good) return good;
  const std::string what = "address " + to_string(grant.address) + " in VRF " + grant.vrf.value;
  if (!lock_anycast(session, {.vrf = grant.vrf, .address = grant.address})) {
    const auto record = find_address(session, grant.vrf, grant.address);
    if (!record || record->state == AddressState::HoldDown)
      return failure(Errc::NotFound, what + " is not taken; take it as anycast first");
    return failure(Errc::Conflict,
                   what + " belongs to " + record->owner + " alone; take another one as anycast");
  }
  try {
    db::execute(session,
                "INSERT INTO anycast_grants (vrf, addr, owner, created) VALUES (:vrf, " +
                    session.key("addr") + ", :owner, :created)",
                grant.vrf.value, to_key(grant.address), grant.owner, to_micros(now));
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
  }
  return {};
}

bool lock_anycast(db::Session& session, const AddressRecord& record) {
  // A write, so that the release of the address and a grant of it go one after the other.
  return db::execute(session,
                     "UPDATE addresses SET released = 0 WHERE vrf = :vrf AND addr = " +
                         session.key("addr") + " AND anycast = 1 AND free_at = 0",
                     record.vrf.value, to_key(record.address)) != 0;
}

void revoke_anycast(db::Session& session, const AnycastGrant& grant) {
  db::execute(session,
              "DELETE FROM anycast_grants WHERE vrf = :vrf AND addr = " + session.key("addr") +
                  " AND owner = :owner",
              grant.vrf.value, to_key(grant.address), grant.owner);
}

std::size_t revoke_all_anycast(db::Session& session, std::string_view owner) {
  return static_cast<std::size_t>(
      db::execute(session, "DELETE FROM anycast_grants WHERE owner = :owner", std::string{owner}));
}

std::vector<AnycastGrant> list_anycast_of(db::Session& session, std::string_view owner) {
  return select_grants(session, "owner = :owner", std::string{owner});
}

std::vector<AnycastGrant> list_grants(db::Session& session, const VrfName& vrf,
                                      const IpAddress& address) {
  return select_grants(session, "vrf = :vrf AND addr = " + session.key("addr"), vrf.value,
                       to_key(address));
}

}  // namespace switchyard::ipam

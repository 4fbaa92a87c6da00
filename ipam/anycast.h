// Grants: who may announce an anycast address. The address itself is taken once, with
// AddressRequest::sharing = Anycast, by whoever answers for it; servers are then granted it. Free
// functions for use inside db::read() and db::write(); SOCI's exceptions end there.
#pragma once

#include "core/db/pool.h"
#include "ipam/values.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

struct AnycastGrant {
  VrfName vrf{};
  IpAddress address{};
  std::string owner{};
  friend bool operator==(const AnycastGrant&, const AnycastGrant&) = default;
};

// Doing it twice changes nothing. NotFound when the address is not taken, Conflict when it is not
// anycast.
[[nodiscard]] Status grant_anycast(db::Session& session, const AnycastGrant& grant, Timestamp now);
// Revoking what is not granted is no error. Allocator::release() revokes all grants of the owner
// too.
void revoke_anycast(db::Session& session, const AnycastGrant& grant);
std::size_t revoke_all_anycast(db::Session& session, std::string_view owner);

// Makes grants of this address by others wait. False when it is not in use as anycast any more.
[[nodiscard]] bool lock_anycast(db::Session& session, const AddressRecord& record);

[[nodiscard]] std::vector<AnycastGrant> list_anycast_of(db::Session& session,
                                                        std::string_view owner);
[[nodiscard]] std::vector<AnycastGrant> list_grants(db::Session& session, const VrfName& vrf,
                                                    const IpAddress& address);

}  // namespace switchyard::ipam

// VRFs in the database. Free functions for use inside db::read() and db::write(); SOCI's exceptions
// end there. Pages are in name order and start after the name given.
#pragma once

#include "core/db/pool.h"
#include "ipam/values.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

inline constexpr std::size_t kMaxPage = 1000;  // a larger limit is cut to this, of every list

// Conflict when it exists.
[[nodiscard]] Status insert_vrf(db::Session& session, const VrfName& name);
[[nodiscard]] std::optional<Vrf> find_vrf(db::Session& session, const VrfName& name);
[[nodiscard]] std::vector<Vrf> list_vrfs(db::Session& session, std::string_view after,
                                         std::size_t limit);
// Conflict while a subnet is in it, NotFound when there is none.
[[nodiscard]] Status remove_vrf(db::Session& session, const VrfName& name);

// Makes everybody else who changes which subnets `name` has wait for this unit of work. NotFound.
[[nodiscard]] Status lock_vrf(db::Session& session, const VrfName& name);

}  // namespace switchyard::ipam

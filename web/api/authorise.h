// Who may do what, in one table: deny by default. A route without a row is refused.
#pragma once

#include "web/api/call.h"

#include <optional>
#include <span>
#include <string_view>

namespace switchyard::web::api {

enum class Permission {
  Public,      // nobody needs to be known
  SignedIn,    // any valid token
  Read,        // see the fleet
  Deploy,      // order, release, take addresses
  Network,     // change subnets, catalogs, inventory; maintenance; scans
  Operate,     // cancel or retry something; what exactly says permission_to_operate()
  Administer,  // tokens
};

struct PermissionRow {
  std::string_view method{};
  std::string_view pattern{};
  Permission needs{};
};

[[nodiscard]] std::span<const PermissionRow> permission_table();
[[nodiscard]] std::optional<Permission> needed_permission(std::string_view method,
                                                          std::string_view pattern);

// Nothing if allowed, else 403 that says what is missing. `principal` is known to be valid; for
// Public it may be nobody.
[[nodiscard]] Checked<void> authorise(const Principal& principal, std::string_view method,
                                      std::string_view pattern);

// The same once it is known what is asked for.
[[nodiscard]] Checked<void> authorise(const Principal& principal, Permission needs);

// What cancelling or retrying an operation of this kind needs: what ordering it needs.
[[nodiscard]] std::optional<Permission> permission_to_operate(std::string_view kind);

[[nodiscard]] bool role_has(Role role, Permission permission);
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);
// Scope names: "read", "deploy", "network", "administer".
[[nodiscard]] std::optional<Permission> parse_scope(std::string_view text);

}  // namespace switchyard::web::api

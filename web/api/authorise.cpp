#include "web/api/authorise.h"

#include <algorithm>
#include <array>

namespace switchyard::web::api {
namespace {

// clang-format off
constexpr std::array kTable{
  PermissionRow{"GET",    "/api/v1/healthz",                              Permission::Public},
  PermissionRow{"GET",    "/api/v1/version",                              Permission::Public},
  PermissionRow{"GET",    "/api/v1/openapi.json",                         Permission::Public},
  PermissionRow{"POST",   "/api/v1/phone-home",                           Permission::Public},  // its own one-time token
  PermissionRow{"GET",    "/api/v1/whoami",                               Permission::SignedIn},
  PermissionRow{"GET",    "/api/v1/events",                               Permission::Read},
  PermissionRow{"GET",    "/api/v1/tokens",                               Permission::Administer},
  PermissionRow{"POST",   "/api/v1/tokens",                               Permission::Administer},
  PermissionRow{"GET",    "/api/v1/tokens/:id",                           Permission::Administer},
  PermissionRow{"PATCH",  "/api/v1/tokens/:id",                           Permission::Administer},
  PermissionRow{"DELETE", "/api/v1/tokens/:id",                           Permission::Administer},
  PermissionRow{"GET",    "/api/v1/servers",                              Permission::Read},
  PermissionRow{"POST",   "/api/v1/servers",                              Permission::Network},
  PermissionRow{"GET",    "/api/v1/discoveries",                          Permission::Network},
  PermissionRow{"GET",    "/api/v1/servers/:name",                        Permission::Read},
  PermissionRow{"PATCH",  "/api/v1/servers/:name",                        Permission::Network},
  PermissionRow{"GET",    "/api/v1/servers/:name/rescue",                 Permission::Network},
  PermissionRow{"POST",   "/api/v1/servers/:name/rescue",                 Permission::Network},
  PermissionRow{"DELETE", "/api/v1/servers/:name/rescue",                 Permission::Network},
  PermissionRow{"GET",    "/api/v1/servers/:name/wipe-records",           Permission::Read},
  PermissionRow{"GET",    "/api/v1/signing-keys",                         Permission::Read},
  PermissionRow{"GET",    "/api/v1/switches",                             Permission::Read},
  PermissionRow{"GET",    "/api/v1/switches/:name",                       Permission::Read},
  PermissionRow{"PATCH",  "/api/v1/switches/:name",                       Permission::Network},
  PermissionRow{"GET",    "/api/v1/switches/:name/servers",               Permission::Network},
  PermissionRow{"POST",   "/api/v1/switches/:name/actions",               Permission::Network},
  PermissionRow{"GET",    "/api/v1/switches/:name/ports",                 Permission::Read},
  PermissionRow{"GET",    "/api/v1/switches/:name/ports/:port",           Permission::Read},
  PermissionRow{"GET",    "/api/v1/vantage-points",                       Permission::Read},
  PermissionRow{"GET",    "/api/v1/vrfs",                                 Permission::Read},
  PermissionRow{"GET",    "/api/v1/subnets",                              Permission::Read},
  PermissionRow{"POST",   "/api/v1/subnets",                              Permission::Network},
  PermissionRow{"GET",    "/api/v1/subnets/:name",                        Permission::Read},
  PermissionRow{"DELETE", "/api/v1/subnets/:name",                        Permission::Network},
  PermissionRow{"GET",    "/api/v1/subnets/:name/available-ips",          Permission::Read},
  PermissionRow{"POST",   "/api/v1/subnets/:name/available-ips",          Permission::Deploy},
  PermissionRow{"GET",    "/api/v1/subnets/:name/addresses",              Permission::Read},
  PermissionRow{"DELETE", "/api/v1/subnets/:name/addresses/:address",     Permission::Deploy},
  PermissionRow{"GET",    "/api/v1/network-catalogs",                     Permission::Read},
  PermissionRow{"POST",   "/api/v1/network-catalogs",                     Permission::Network},
  PermissionRow{"GET",    "/api/v1/network-catalogs/:name",               Permission::Read},
  PermissionRow{"POST",   "/api/v1/network-catalogs/:name/actions",       Permission::Network},
  PermissionRow{"POST",   "/api/v1/catalog-previews",                     Permission::Network},
  PermissionRow{"GET",    "/api/v1/rollouts",                             Permission::Network},
  PermissionRow{"POST",   "/api/v1/rollouts",                             Permission::Network},
  PermissionRow{"GET",    "/api/v1/rollouts/:id",                         Permission::Network},
  PermissionRow{"GET",    "/api/v1/rollouts/:id/servers",                 Permission::Network},
  PermissionRow{"POST",   "/api/v1/rollouts/:id/actions",                 Permission::Network},
  PermissionRow{"GET",    "/api/v1/images",                               Permission::Read},
  PermissionRow{"POST",   "/api/v1/images",                               Permission::Network},
  PermissionRow{"GET",    "/api/v1/images/:name",                         Permission::Read},
  PermissionRow{"POST",   "/api/v1/images/:name/actions",                 Permission::Network},
  PermissionRow{"GET",    "/api/v1/deployments",                          Permission::Read},
  PermissionRow{"POST",   "/api/v1/deployments",                          Permission::Deploy},
  PermissionRow{"GET",    "/api/v1/deployments/:id",                      Permission::Read},
  PermissionRow{"DELETE", "/api/v1/deployments/:id",                      Permission::Deploy},
  PermissionRow{"GET",    "/api/v1/operations",                           Permission::Read},
  PermissionRow{"GET",    "/api/v1/operations/:id",                       Permission::Read},
  PermissionRow{"GET",    "/api/v1/operations/:id/console",               Permission::Operate},
  PermissionRow{"POST",   "/api/v1/operations/:id/actions",               Permission::Operate},
  PermissionRow{"PUT",    "/api/v1/inventory",                            Permission::Network},
  PermissionRow{"POST",   "/api/v1/inventory",                            Permission::Network},
};

constexpr std::array kOperators{
  std::pair{std::string_view("deploy"),  Permission::Deploy},
  std::pair{std::string_view("release"), Permission::Deploy},
  std::pair{std::string_view("wipe"),    Permission::Network},
  std::pair{std::string_view("rescue"),  Permission::Network},
  std::pair{std::string_view("move"),    Permission::Network},
  std::pair{std::string_view("rollout"), Permission::Network},
};

struct RoleRow { Role role{}; std::string_view name{}; bool read{}; bool deploy{}; bool network{}; bool administer{}; };
constexpr std::array kRoles{
  //      role                   name                read   deploy  network administer
  RoleRow{Role::Viewer,          "viewer",           true,  false,  false,  false},
  RoleRow{Role::Developer,       "developer",        true,  true,   false,  false},
  RoleRow{Role::NetworkEngineer, "network-engineer", true,  false,  true,   false},
  RoleRow{Role::Admin,           "admin",            true,  true,   true,   true},
};

constexpr std::array kScopes{
  std::pair{std::string_view("read"),       Permission::Read},
  std::pair{std::string_view("deploy"),     Permission::Deploy},
  std::pair{std::string_view("network"),    Permission::Network},
  std::pair{std::string_view("administer"), Permission::Administer},
};

// clang-format on

const RoleRow& row_of(Role role) {
  return *std::find_if(kRoles.begin(), kRoles.end(),
                       [&](const RoleRow& row) { return row.role == role; });
}

std::string_view scope_of(Permission permission) {
  const auto found = std::find_if(kScopes.begin(), kScopes.end(),
                                  [&](const auto& scope) { return scope.second == permission; });
  return found == kScopes.end() ? std::string_view{} : found->first;
}

}  // namespace

std::span<const PermissionRow> permission_table() { return kTable; }

std::optional<Permission> needed_permission(std::string_view method, std::string_view pattern) {
  const auto found = std::find_if(kTable.begin(), kTable.end(), [&](const PermissionRow& row) {
    return row.method == method && row.pattern == pattern;
  });
  if (found == kTable.end()) return std::nullopt;
  return found->needs;
}

bool role_has(Role role, Permission permission) {
  const RoleRow& row = row_of(role);
  switch (permission) {
    case Permission::Public:
    case Permission::SignedIn: return true;
    case Permission::Read: return row.read;
    case Permission::Deploy: return row.deploy;
    case Permission::Network: return row.network;
    case Permission::Operate: return row.deploy || row.network;
    case Permission::Administer: return row.administer;
  }
  return false;
}

Checked<void> authorise(const Principal& principal, std::string_view method,
                        std::string_view pattern) {
  const auto needs = needed_permission(method, pattern);
  if (!needs) return refuse(403, "not_permitted", "nobody may do this");
  return authorise(principal, *needs);
}

Checked<void> authorise(const Principal& principal, Permission needs) {
  if (needs == Permission::Public) return {};
  if (principal.id.empty()) return refuse(401, "not_authenticated", "send a bearer token");
  if (!role_has(principal.role, needs))
    return refuse(403, "not_permitted",
                  "the role " + std::string(to_string(principal.role)) + " may not do this");
  const auto scope = scope_of(needs);
  const bool in_scope =
      scope.empty() || principal.scopes.empty() ||
      std::find(principal.scopes.begin(), principal.scopes.end(), scope) != principal.scopes.end();
  if (!in_scope)
    return refuse(403, "scope_missing", "the token lacks the scope '" + std::string(scope) + "'");
  // What belongs to no project is not for a token that is confined to one.
  const bool of_the_site = needs == Permission::Network || needs == Permission::Administer;
  if (of_the_site && !principal.project.empty())
    return refuse(403, "not_permitted", "the token is confined to project " + principal.project);
  return {};
}

std::optional<Permission> permission_to_operate(std::string_view kind) {
  const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                  [&](const auto& row) { return row.first == kind; });
  if (found == kOperators.end()) return std::nullopt;
  return found->second;
}

std::string_view to_string(Role role) { return row_of(role).name; }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::find_if(kRoles.begin(), kRoles.end(),
                                  [&](const RoleRow& row) { return row.name == text; });
  if (found == kRoles.end()) return std::nullopt;
  return found->role;
}

std::optional<Permission> parse_scope(std::string_view text) {
  const auto found = std::find_if(kScopes.begin(), kScopes.end(),
                                  [&](const auto& scope) { return scope.first == text; });
  if (found == kScopes.end()) return std::nullopt;
  return found->second;
}

}  // namespace switchyard::web::api

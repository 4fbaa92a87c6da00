// A network catalog: how a server is attached. First cut: a named list of VRFs with what the fabric
// tells the server in each; templates and versions follow (issue C).
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

struct CatalogAttachment {
  VrfName vrf{};
  bool ipv4{true};
  bool ipv6{true};
  bool anycast{};                   // orders may name anycast addresses
  std::vector<Prefix> advertise{};  // outbound filter of the switch: exactly these prefixes
  std::uint32_t maximum_prefix{8};
  friend bool operator==(const CatalogAttachment&, const CatalogAttachment&) = default;
};

struct NetworkCatalog {
  std::string name{};
  std::string description{};
  std::uint16_t mtu{1500};  // 1280 … 9000
  std::chrono::seconds keepalive{3};
  std::chrono::seconds hold{9};
  std::vector<CatalogAttachment> attachments{};
  friend bool operator==(const NetworkCatalog&, const NetworkCatalog&) = default;
};

// What can be installed. First cut: a name the boot side understands (issue B fills it).
struct OsImage {
  std::string name{};
  std::string description{};
  friend bool operator==(const OsImage&, const OsImage&) = default;
};

[[nodiscard]] std::string to_json_text(const NetworkCatalog& catalog);
[[nodiscard]] Result<NetworkCatalog> parse_network_catalog(std::string_view json_text);

}  // namespace switchyard::catalogs

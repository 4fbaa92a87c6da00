// A network catalog: how a server is attached. First cut: a named list of VRFs with what the fabric
// tells the server in each; templates and versions follow (issue C).
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

// What a catalog's template for a NOS adds to the policy of each session, line by line as the NOS
// takes it.
struct SwitchPolicy {
  std::vector<std::string> in{};   // to what the server says
  std::vector<std::string> out{};  // to what it is told
  friend bool operator==(const SwitchPolicy&, const SwitchPolicy&) = default;
};

struct CatalogAttachment {
  VrfName vrf{};
  std::optional<VlanId> tag{};  // nothing: the VRF's own
  bool ipv4{true};
  bool ipv6{true};
  bool anycast{};                   // orders may name anycast addresses
  std::vector<Prefix> advertise{};  // outbound filter of the switch: exactly these prefixes
  std::uint32_t maximum_prefix{8};
  std::map<std::string, SwitchPolicy> policies{};  // by NOS; rendered when the catalog is pushed
  friend bool operator==(const CatalogAttachment&, const CatalogAttachment&) = default;
};

// A catalog for software that needs L2: VLANs of the fabric on the server's ports, nothing routed.
struct Segment {
  std::optional<VlanId> untagged{};
  std::vector<VlanId> tagged{};  // sorted
  friend bool operator==(const Segment&, const Segment&) = default;
};

struct NetworkCatalog {
  std::string name{};
  std::string description{};
  std::uint16_t mtu{1500};  // 1280 … 9000
  std::chrono::seconds keepalive{3};
  std::chrono::seconds hold{9};
  std::vector<CatalogAttachment> attachments{};
  std::optional<Segment> segment{};  // instead of attachments
  friend bool operator==(const NetworkCatalog&, const NetworkCatalog&) = default;
};

// What can be installed. First cut: a name the boot side understands (issue B fills it).
struct OsImage {
  std::string name{};
  std::string description{};
  friend bool operator==(const OsImage&, const OsImage&) = default;
};

// Policies by NOS, as a plan stores them too. parse_policies() throws json::exception for anything
// else: its callers read stored JSON.
[[nodiscard]] std::string to_json_text(const std::map<std::string, SwitchPolicy>& policies);
[[nodiscard]] std::map<std::string, SwitchPolicy> parse_policies(std::string_view json_text);

// A segment, as a plan stores it too. parse_segment() throws as parse_policies() does.
[[nodiscard]] std::string to_json_text(const Segment& segment);
[[nodiscard]] Segment parse_segment(std::string_view json_text);

// As people read it: "VLAN 301, tagged 302 303".
[[nodiscard]] std::string to_string(const Segment& segment);

[[nodiscard]] std::string to_json_text(const NetworkCatalog& catalog);
[[nodiscard]] Result<NetworkCatalog> parse_network_catalog(std::string_view json_text);

}  // namespace switchyard::catalogs

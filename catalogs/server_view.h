// What a template of a network catalog sees of one server.
#pragma once

#include "catalogs/network_catalog.h"
#include "catalogs/network_tool.h"
#include "core/net.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::catalogs {

// One VRF the server is attached to.
struct VrfView {
  VrfName vrf{};
  VlanId tag{};
  std::string device{};  // the dummy that holds the addresses: "vni0"
  std::vector<IpAddress> addresses{};
  std::vector<IpAddress> anycast{};
  std::vector<Prefix> advertise{};
  std::uint32_t maximum_prefix{};
};

// One leg of a NIC into a VRF.
struct LegView {
  std::string name{};  // "eth1.101"
  VrfName vrf{};
  VlanId tag{};
};

// One NIC and the switch port it is cabled to.
struct LinkView {
  std::string nic{};
  std::string mac{};
  std::string switch_name{};
  Asn switch_asn{};
  std::vector<LegView> legs{};
};

struct ServerView {
  std::string server{};
  std::string hostname{};
  std::string image{};
  // What its image sets up its network with: those an image has that does not say.
  std::vector<NetworkTool> tools{NetworkTool::Ifupdown2, NetworkTool::Networkd};
  Asn asn{};
  std::string router_id{};  // "10.1.0.5"
  std::uint16_t mtu{1500};
  std::chrono::seconds keepalive{3};
  std::chrono::seconds hold{9};
  std::vector<VrfView> vrfs{};       // sorted by tag
  std::optional<Segment> segment{};  // instead of VRFs
  std::vector<LinkView> links{};     // as the inventory lists them
  std::string variables{"{}"};       // the catalog's own, JSON object
};

// The variables of a template, a JSON object.
[[nodiscard]] std::string to_json_text(const ServerView& view);

// docs/catalogs: a line of Markdown for each name to_json_text() gives, from the same table.
[[nodiscard]] std::string variables_reference();

}  // namespace switchyard::catalogs

// Port intents the tests of this room speak of.
#pragma once

#include "switch-drivers/port_intent.h"

namespace switchyard::switch_drivers {

inline Prefix prefix(std::string_view text) { return parse_prefix(text).value(); }

inline PortIntent shut_port(std::string port = "swp1") {
  return {.port = std::move(port), .mode = PortMode::Shut};
}

inline PortIntent provisioning_port(std::string port = "swp1") {
  return {.port = std::move(port), .mode = PortMode::Provisioning, .untagged = VlanId{100}};
}

// The server behind it is limited to two services.
inline PortIntent limited_port(std::string port = "swp1") {
  PortIntent intent = provisioning_port(std::move(port));
  intent.services = {*parse_ip("172.16.100.1"), *parse_ip("fd64::1")};
  return intent;
}

inline PortIntent segment_port(std::string port = "swp1") {
  return {.port = std::move(port),
          .mode = PortMode::Segment,
          .owner = "dep-2 1",
          .mtu = 9000,
          .untagged = VlanId{200},
          .tagged = {VlanId{201}, VlanId{202}}};
}

inline PortIntent routed_port(std::string port = "swp1") {
  return {.port = std::move(port),
          .mode = PortMode::Routed,
          .owner = "dep-1 7",
          .attachments = {{.vrf = {"vrf-prv"},
                           .tag = VlanId{101},
                           .server_asn = Asn{4200000005},
                           .accept = {prefix("10.1.0.5/32"), prefix("fd10:1::5/128")},
                           .advertise = {prefix("10.0.0.0/8"), prefix("fd10::/16")}},
                          {.vrf = {"vrf-pub"},
                           .tag = VlanId{201},
                           .server_asn = Asn{4200000005},
                           .accept = {prefix("203.0.113.5/32")},
                           .advertise = {prefix("0.0.0.0/0")}}}};
}

}  // namespace switchyard::switch_drivers

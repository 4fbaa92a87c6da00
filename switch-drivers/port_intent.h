// The complete wish for one switch port, as values. Everything a driver is asked for is one of
// these.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

// design.md 2. A change of mode always goes through Shut.
enum class PortMode { Shut, Provisioning, Routed, Segment };
[[nodiscard]] std::string_view to_string(PortMode mode);  // "shut", "provisioning", …
[[nodiscard]] Result<PortMode> parse_port_mode(std::string_view text);

// What a network catalog adds to the policy of a session, in the words of the switch's NOS, as
// judge_policy() (policy_text.h) gave them. It can mark, prefer and refuse routes, never accept
// more.
struct PolicyAddition {
  std::vector<std::string> in{};   // to what the server says
  std::vector<std::string> out{};  // to what it is told
  friend bool operator==(const PolicyAddition&, const PolicyAddition&) = default;
};

// One VRF on a routed port: an 802.1Q subinterface, IPv6 link-local only, with one unnumbered eBGP
// session to the server.
struct Attachment {
  VrfName vrf{};
  VlanId tag{};
  Asn server_asn{};
  // Inbound filter: exactly these host routes are accepted, nothing else. /32 and /128 only.
  std::vector<Prefix> accept{};
  // Outbound filter: what the switch tells the server, exact prefixes; 0.0.0.0/0 or ::/0 for a
  // default.
  std::vector<Prefix> advertise{};
  std::uint32_t maximum_prefix{8};  // accepted routes a family before the session is torn down
  std::chrono::seconds keepalive{3};
  std::chrono::seconds hold{9};
  PolicyAddition policy{};
  // The switch is being drained (RFC 8326): the fabric and the server are asked to use another path
  // as long as there is one. What is accepted and told stays the same, and so does the session.
  bool drained{};
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct PortIntent {
  std::string port{};  // as the switch spells it, checked by parse_port_name
  PortMode mode{PortMode::Shut};
  // Whose port it is, written into the port's description so that a person on the switch and a
  // controller with an older database can tell: "dep-… 7" (deployment, wish version). May be empty.
  std::string owner{};
  std::uint16_t mtu{1500};           // of the server's network; the parent adds room for the tag
  std::optional<VlanId> untagged{};  // Provisioning, Segment (access)
  std::vector<VlanId> tagged{};      // Segment (trunk)
  std::vector<Attachment> attachments{};  // Routed; sorted by tag
  // Provisioning: the only addresses the server may talk to and hear from. Empty: it is not limited
  // to any (and hears what other switches' servers say in the VLAN).
  std::vector<IpAddress> services{};
  friend bool operator==(const PortIntent&, const PortIntent&) = default;
};

// Refuses what no switch should ever be sent: a prefix in `accept` that is not a host route, two
// attachments with one tag or one VRF, a mode without what it needs, `hold` below 3 × keepalive.
[[nodiscard]] Status check(const PortIntent& intent);

// One line a person can read: "routed: vrf-prv .101 AS 4200000005 accepts 10.1.0.5/32 …".
[[nodiscard]] std::string summary(const PortIntent& intent);

// JSON as stored with the wish and shown by the API (nlohmann stays out of this header).
[[nodiscard]] std::string to_json_text(const PortIntent& intent);
[[nodiscard]] Result<PortIntent> parse_port_intent(std::string_view json_text);

}  // namespace switchyard::switch_drivers

// What a relay agent says about where a packet came from: option 82 (RFC 3046).
#pragma once

#include "pxe/dhcp/bytes.h"

#include <optional>
#include <string>

namespace switchyard::pxe::dhcp {

struct RelayInfo {
  Buffer circuit_id{};              // sub-option 1
  Buffer remote_id{};               // 2
  std::optional<Ipv4> link{};       // 5, RFC 3527: the subnet, where giaddr does not name it
  std::string subscriber_id{};      // 6, RFC 3993
  std::optional<Ipv4> server_id{};  // 11, RFC 5107: what the client must take for the server
  Buffer relay_id{};                // 12, RFC 6925
  bool reply_to_source_port{};      // 19, RFC 8357

  friend bool operator==(const RelayInfo&, const RelayInfo&) = default;
};

// The value of option 82. Unknown sub-options are skipped. Invalid when one is cut short or has a
// length its RFC does not allow.
[[nodiscard]] Result<RelayInfo> parse_relay_info(Bytes value);

// How a switch's operating system writes its port into the circuit-id.
enum class CircuitStyle : std::uint8_t {
  Plain,  // "swp1": isc-dhcp-relay, FRR-era Linux switches
  Sonic,  // "host:alias:vlan"
  Junos,  // "xe-0/0/1.0:vlan"
};

[[nodiscard]] Result<CircuitStyle> parse_circuit_style(std::string_view text);  // "plain", …
[[nodiscard]] std::string_view to_string(CircuitStyle style);

// The port a circuit-id names. Invalid, with the id in hex, when it is not of that style.
[[nodiscard]] Result<std::string> decode_port(CircuitStyle style, Bytes circuit_id);

}  // namespace switchyard::pxe::dhcp

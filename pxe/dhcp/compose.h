// Builds the messages of the server. Internal to pxe/dhcp; pure.
#pragma once

#include "pxe/dhcp/boot.h"
#include "pxe/dhcp/relay_info.h"
#include "pxe/dhcp/settings.h"

#include <optional>

namespace switchyard::pxe::dhcp {

// What a reply is made of besides the request itself.
struct Grounds {
  const Packet& request;
  const Client& client;
  const Segment& segment;
  const Settings& settings;
  const std::optional<RelayInfo>& relay;
};

// What the client is to take for the server: ours, or what the relay demands (RFC 5107).
[[nodiscard]] Ipv4 server_id(const Grounds& grounds);

// OFFER or ACK of `address`; an ACK of an INFORM has no address and no times. Options are in the
// order of their worth: the last ones are left out first where a message is too long.
[[nodiscard]] Packet compose_lease(const Grounds& grounds, MessageType type, Ipv4 address,
                                   const std::optional<BootFile>& boot);

[[nodiscard]] Packet compose_nak(const Grounds& grounds, std::string_view why);

}  // namespace switchyard::pxe::dhcp

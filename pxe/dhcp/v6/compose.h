// Builds the messages of the DHCPv6 server. Internal to pxe/dhcp/v6; pure.
#pragma once

#include "pxe/dhcp/v6/answer.h"

namespace switchyard::pxe::dhcp::v6 {

struct Grounds {
  const Message& message;
  const Client& client;
  const Identity& identity;
  const Segment& segment;
  const Settings& settings;
  const Buffer& server_duid;
};

// ADVERTISE or REPLY; nothing where RFC 8415 wants silence.
[[nodiscard]] std::optional<Message> compose(const Grounds& grounds, const std::vector<IaNa>& ias);

// Whether the option request option names it.
[[nodiscard]] bool wants(const Message& message, std::uint16_t code);

}  // namespace switchyard::pxe::dhcp::v6

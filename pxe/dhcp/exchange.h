// One packet with everything that is known about it. Internal to pxe/dhcp; pure.
#pragma once

#include "pxe/dhcp/answer.h"
#include "pxe/dhcp/compose.h"

namespace switchyard::pxe::dhcp {

struct Exchange {
  const Packet& packet;
  const Arrival& arrival;
  const View& view;
  Timestamp now{};

  Client client{};
  std::optional<RelayInfo> relay{};  // of a registered relay only
  const Segment* segment{};
  Identity identity{};
  Answer answer{};

  // The lease its holder has here, in whatever state; nothing when none.
  [[nodiscard]] const Lease* held() const;
  // A lease that is this client's own: its holder's, or one with its MAC or client-id.
  [[nodiscard]] bool owns(const Lease& lease) const;

  void see(SightingKind kind, Ipv4 address, std::string detail);
};

// Who it is and which segment it is in. False: there is nothing to say to it.
[[nodiscard]] bool understand(Exchange& exchange);

// The messages of RFC 2131 section 4.3, each for an exchange that was understood.
void on_discover(Exchange& exchange);
void on_request(Exchange& exchange);
void on_decline(Exchange& exchange);
void on_release(Exchange& exchange);
void on_inform(Exchange& exchange);

// Reply makers the above share. `lease` is what the holder will have.
void offer(Exchange& exchange, const Lease& lease);
void acknowledge(Exchange& exchange, Lease lease);
void refuse(Exchange& exchange, std::string_view why);
void inform(Exchange& exchange);

}  // namespace switchyard::pxe::dhcp

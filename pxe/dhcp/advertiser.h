// Answers router solicitations on a boot segment (RFC 4861). iPXE sets up IPv4 and IPv6 together
// and waits 13 seconds for a router that is not there; told that there is none, it goes on at once.
// Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/link.h"

namespace switchyard::pxe::dhcp {

// An ICMPv6 router advertisement: never a default router (lifetime 0). With `managed` it sends
// clients to DHCPv6 and says that the prefix is on this link; without, that there is nothing to
// wait for. Without its checksum, which the kernel fills in. Pure.
[[nodiscard]] Buffer router_advertisement(const MacAddress& ours,
                                          const std::optional<Prefix>& managed);

// Used by one thread.
class Advertiser {
 public:
  // Unavailable where the interface speaks no IPv6.
  [[nodiscard]] static Result<std::unique_ptr<Advertiser>> open(
      const std::string& interface, const MacAddress& ours, const std::optional<Prefix>& managed);

  [[nodiscard]] int fd() const { return socket_.get(); }

  // Reads what waits and sends one advertisement to all. Never blocks.
  void answer();

 private:
  Advertiser(Descriptor socket, unsigned index, Buffer message)
      : socket_(std::move(socket)), index_(index), message_(std::move(message)) {}

  Descriptor socket_;
  unsigned index_;
  Buffer message_;
};

}  // namespace switchyard::pxe::dhcp

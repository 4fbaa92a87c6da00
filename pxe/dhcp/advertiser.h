// Answers router solicitations on a boot segment (RFC 4861). iPXE sets up IPv4 and IPv6 together
// and waits 13 seconds for a router that is not there; told that there is none, it goes on at once.
// Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/link.h"

namespace switchyard::pxe::dhcp {

// An ICMPv6 router advertisement: not a default router (lifetime 0), no prefix, no DHCPv6. Without
// its checksum, which the kernel fills in. Pure.
[[nodiscard]] Buffer no_router_here(const MacAddress& ours);

// Used by one thread.
class Advertiser {
 public:
  // Unavailable where the interface speaks no IPv6.
  [[nodiscard]] static Result<std::unique_ptr<Advertiser>> open(const std::string& interface,
                                                                const MacAddress& ours);

  [[nodiscard]] int fd() const { return socket_.get(); }

  // Reads what waits and sends one advertisement to all. Never blocks.
  void answer();

 private:
  Advertiser(Descriptor socket, unsigned index, const MacAddress& ours)
      : socket_(std::move(socket)), index_(index), ours_(ours) {}

  Descriptor socket_;
  unsigned index_;
  MacAddress ours_;
};

}  // namespace switchyard::pxe::dhcp

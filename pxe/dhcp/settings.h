// How the DHCP server is set up. Values only.
#pragma once

#include "pxe/dhcp/boot.h"

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::pxe::dhcp {

// A subnet clients boot in, and the addresses it may give away.
struct Segment {
  std::string name{};
  Prefix prefix{};  // IPv4
  Ipv4 first{};     // the pool, both ends included
  Ipv4 last{};
  Ipv4 server{};  // what we call ourselves here: option 54, siaddr, 66
  Ipv4 router{};  // none: no default route
  std::vector<Ipv4> dns{};
  std::vector<Ipv4> ntp{};
  std::string domain{};
};

enum class UnknownClients : std::uint8_t {
  Ignore,   // no answer
  Discover  // an address and the installer, which inspects
};

struct Settings {
  std::vector<Segment> segments{};
  BootSettings boot{};
  UnknownClients unknown{UnknownClients::Ignore};
  bool authoritative{};               // NAK what we know nothing of: only where we own the segments
  std::vector<Ipv4> known_servers{};  // other DHCP servers that are meant to be there

  std::chrono::seconds lease_time{3600};
  std::chrono::seconds offer_time{60};    // an offered address waits this long for its request
  std::chrono::seconds quarantine{3600};  // a declined address rests
  std::size_t declines_a_holder{4};       // at a time: one client cannot take a pool away
  int loaders_a_window{10};  // boot loaders offered to one client before it counts as a loop
  std::chrono::seconds loader_window{600};
};

// Invalid when a pool is not inside its prefix or holds the server or the router, or two prefixes
// overlap.
[[nodiscard]] Status check(const Settings& settings);

// The segment of an address of its subnet.
[[nodiscard]] const Segment* find_segment(const Settings& settings, Ipv4 inside);

[[nodiscard]] bool in_subnet(const Segment& segment, Ipv4 address);
[[nodiscard]] Ipv4 netmask(const Segment& segment);

}  // namespace switchyard::pxe::dhcp

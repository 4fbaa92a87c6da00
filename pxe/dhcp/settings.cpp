#include "pxe/dhcp/settings.h"

namespace switchyard::pxe::dhcp {
namespace {

Status check_segment(const Segment& segment) {
  const auto wrong = [&](const std::string& what) {
    return failure(Errc::Invalid, "DHCP segment " + segment.name + ": " + what);
  };
  const auto in_pool = [&](Ipv4 address) {
    return segment.first <= address && address <= segment.last;
  };
  if (segment.prefix.network.family != Family::V4) return wrong("its prefix is not IPv4");
  if (segment.server.none()) return wrong("it has no server address");
  if (segment.last < segment.first) return wrong("its pool ends before it starts");
  if (!in_subnet(segment, segment.first) || !in_subnet(segment, segment.last))
    return wrong("its pool is not inside " + to_string(segment.prefix));
  for (const Ipv4 own : {segment.server, segment.router, to_ipv4(segment.prefix.network),
                         to_ipv4(last_address(segment.prefix))})
    if (in_pool(own)) return wrong("its pool holds " + to_string(own));
  return {};
}

}  // namespace

Status check(const Settings& settings) {
  for (std::size_t i = 0; i < settings.segments.size(); ++i) {
    const Segment& segment = settings.segments[i];
    if (Status checked = check_segment(segment); !checked) return checked;
    for (std::size_t j = 0; j < i; ++j)
      if (overlaps(segment.prefix, settings.segments[j].prefix))
        return failure(Errc::Invalid, "DHCP segments " + settings.segments[j].name + " and " +
                                          segment.name + " overlap");
  }
  return {};
}

bool in_subnet(const Segment& segment, Ipv4 address) {
  return ((address.value ^ to_ipv4(segment.prefix.network).value) & netmask(segment).value) == 0;
}

Ipv4 netmask(const Segment& segment) {
  const unsigned length = segment.prefix.length;
  return {length == 0 ? 0 : ~std::uint32_t{0} << (32U - length)};
}

const Segment* find_segment(const Settings& settings, Ipv4 inside) {
  for (const Segment& segment : settings.segments)
    if (in_subnet(segment, inside)) return &segment;
  return nullptr;
}

}  // namespace switchyard::pxe::dhcp

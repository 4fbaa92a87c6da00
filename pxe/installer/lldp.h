// Reads a frame of the Link Layer Discovery Protocol (IEEE 802.1AB-2016). Pure.
#pragma once

#include "core/result.h"
#include "pxe/installer/inspection.h"

#include <cstdint>
#include <span>

namespace switchyard::pxe::installer {

// The frame from its destination address on, with or without one VLAN tag. Texts come out as
// printable ASCII of at most 200 bytes; an identifier that is a MAC address as "aa:bb:…", any other
// that is no text as hex. Invalid when it is no LLDP frame or a part of it is cut short.
[[nodiscard]] Result<Neighbour> parse_lldp(std::span<const std::uint8_t> frame);

}  // namespace switchyard::pxe::installer

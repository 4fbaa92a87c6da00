// What a client says about itself in the options of its message. Pure.
#pragma once

#include "pxe/dhcp/packet.h"

#include <string>
#include <vector>

namespace switchyard::pxe::dhcp {

// Processor and firmware that asks (RFC 4578 section 2.1, with the IANA registry's later values).
enum class Platform : std::uint8_t { Unknown, Bios, EfiIa32, EfiX64, EfiArm32, EfiArm64 };
enum class Fetch : std::uint8_t { Tftp, Http };

struct Arch {
  std::uint16_t code{};
  std::string_view name{};
  Platform platform{};
  Fetch fetch{};
};

[[nodiscard]] const Arch* find_arch(std::uint16_t code);

struct Client {
  MacAddress mac{};
  Buffer id{};                              // option 61, opaque (RFC 4361); empty when not sent
  std::string vendor_class{};               // option 60
  std::vector<std::string> user_classes{};  // option 77, RFC 3004 or iPXE's raw text
  const Arch* arch{};                       // the first known of option 93
  bool netboots{};                          // PXEClient, HTTPClient or iPXE: wants a boot file
  bool http_client{};                       // UEFI HTTP boot: wants a URL and its class echoed
  bool ipxe{};                              // user class or option 175
  bool ipxe_http{};                         // its feature list has HTTP (175.19), or has no list
};

// Invalid unless the hardware address is an Ethernet unicast one.
[[nodiscard]] Result<Client> parse_client(const Packet& packet);

// Both forms of option 77: length-prefixed parts, or one raw text.
[[nodiscard]] std::vector<std::string> parse_user_classes(Bytes value);

}  // namespace switchyard::pxe::dhcp

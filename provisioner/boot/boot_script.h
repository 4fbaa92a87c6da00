// What the decision about a server's boot looks like in the language of the boot loader that asks:
// iPXE, or GRUB, which firmware with Secure Boot starts through shim. Pure; the decision itself is
// the boot desk's.
#pragma once

#include "provisioner/boot/boot_desk.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchyard::provisioner {

// How a server in its RAM system reaches us.
struct BootAddress {
  std::string address{};  // of the boot segment
  std::uint16_t port{};   // clear text: kernel and initrd
  std::uint16_t tls_port{};
  std::string pin{};  // "sha256//BASE64" of the TLS key
};

// "http://172.16.100.1:8080", "http://[fd00::1]:8080".
[[nodiscard]] std::string boot_url(const BootAddress& address);

// iPXE gives up when a script does not come; this one asks for it until it does.
[[nodiscard]] std::string ipxe_ask_again(const BootAddress& address);
[[nodiscard]] std::string ipxe_script(const BootTicket& ticket, const BootAddress& address);

// What GRUB can fetch with. Debian's signed GRUB has TFTP only.
enum class GrubFetch : std::uint8_t { Tftp, Http };

// Comes to its end where there is nothing to boot now: who runs it asks again (grub_start()).
[[nodiscard]] std::string grub_script(const BootTicket& ticket, const BootAddress& address,
                                      GrubFetch fetch);

// By TFTP: what GRUB itself looks for, the same for everybody, and the script it goes on to.
inline constexpr std::string_view kGrubStart = "grub/grub.cfg";
inline constexpr std::string_view kGrubScript = "boot/grub";

// Asks for kGrubScript where GRUB itself came from, for ever.
[[nodiscard]] std::string grub_start();

}  // namespace switchyard::provisioner

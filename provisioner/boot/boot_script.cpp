#include "provisioner/boot/boot_script.h"

#include <fmt/format.h>

namespace switchyard::provisioner {

namespace {

// As it stands in a URL.
std::string host_of(const BootAddress& address) {
  const bool v6 = address.address.find(':') != std::string::npos;
  return v6 ? "[" + address.address + "]" : address.address;
}

// Of the RAM system's kernel. `nic` is how the loader names the MAC address it booted from.
std::string kernel_arguments(const BootTicket& ticket, const BootAddress& address,
                             std::string_view nic) {
  // A RAM system that ends must not leave the server to its disk, which may still be a tenant's: it
  // switches off, or hangs, and we boot it again.
  const char* end = ticket.for_stranger ? "panic=10" : "switchyard.lost=poweroff";
  const std::string lent = ticket.lent.empty() ? "" : " switchyard.address=" + ticket.lent;
  return fmt::format(
      "console=ttyS0 {} switchyard.url=https://{}:{} switchyard.files={} switchyard.pin={} "
      "switchyard.token={}{} switchyard.nic={}",
      end, host_of(address), address.tls_port, boot_url(address), address.pin,
      ticket.token.reveal(), lent, nic);
}

// A plain `exit` ends in the firmware's set-up, whatever its status: shim makes a success of it. So
// the loader of the disk is started from here. Secure Boot takes it only if it is signed.
constexpr std::string_view kGrubDisk = R"(if [ "$grub_platform" != efi ]; then exit; fi
if [ "$grub_cpu" = arm64 ]; then set cpu=aa64; else set cpu=x64; fi
for loader in /EFI/BOOT/BOOT$cpu.EFI /EFI/debian/shim$cpu.efi /EFI/ubuntu/shim$cpu.efi /EFI/redhat/shim$cpu.efi /EFI/rocky/shim$cpu.efi /EFI/almalinux/shim$cpu.efi /EFI/opensuse/shim.efi /EFI/debian/grub$cpu.efi; do
  if search --no-floppy --file --set=root $loader; then
    if chainloader $loader; then boot; fi
  fi
done
echo 'Switchyard: no disk of this server has a loader that starts, asking again'
)";

// The end of an iPXE script that did not come to anything. A script that fails is all iPXE tries.
std::string again(std::string_view why, const std::string& base) {
  return fmt::format(
      ":again\n"
      "imgfree\n"
      "echo Switchyard: {}, asking again in 3 s\n"
      "sleep 3\n"
      "chain --replace {}/boot/ipxe || goto again\n",
      why, base);
}

}  // namespace

std::string boot_url(const BootAddress& address) {
  return fmt::format("http://{}:{}", host_of(address), address.port);
}

std::string ipxe_script(const BootTicket& ticket, const BootAddress& address) {
  const std::string base = boot_url(address);
  switch (ticket.choice) {
    case BootChoice::Hold:
      return "#!ipxe\necho Switchyard: nothing to do for this server, asking again in 30 s\n"
             "sleep 30\nchain --replace " +
             base + "/boot/ipxe || goto again\n" + again("the service does not answer", base);
    // A plain `exit` drops UEFI into its setup; status 1 makes it try the next device.
    case BootChoice::Disk: return "#!ipxe\niseq ${platform} efi && exit 1 || exit\n";
    case BootChoice::Installer: break;
  }
  return fmt::format(
      "#!ipxe\n"
      "kernel {0}/files/installer/vmlinuz initrd=initrd {1} || goto again\n"
      "initrd --name initrd {0}/files/installer/initrd || goto again\n"
      "boot\n"
      "{2}",
      base, kernel_arguments(ticket, address, "${net0/mac}"),
      again("the installer cannot be loaded", base));
}

std::string ipxe_ask_again(const BootAddress& address) {
  return "#!ipxe\n" + again("the service is busy", boot_url(address));
}

std::string grub_script(const BootTicket& ticket, const BootAddress& address, GrubFetch fetch) {
  switch (ticket.choice) {
    case BootChoice::Hold:
      return "echo 'Switchyard: nothing to do for this server, asking again'\n";
    case BootChoice::Disk: return std::string(kGrubDisk);
    case BootChoice::Installer: break;
  }
  const std::string files = fetch == GrubFetch::Tftp
                                ? fmt::format("(tftp,{})", host_of(address))
                                : fmt::format("(http,{}:{})/files", host_of(address), address.port);
  return fmt::format(
      "if linux {0}/installer/vmlinuz {1}; then\n"
      "  if initrd {0}/installer/initrd; then boot; fi\n"
      "fi\n"
      "echo 'Switchyard: the installer cannot be loaded, asking again'\n",
      files, kernel_arguments(ticket, address, "$net_default_mac"));
}

std::string grub_start() {
  return fmt::format(
      "# The service makes the next one for the server that asks: what it is to boot.\n"
      "set service=\"$root\"\n"
      "while true; do\n"
      "  source ($service)/{}\n"
      "  sleep 30\n"
      "done\n",
      kGrubScript);
}

}  // namespace switchyard::provisioner

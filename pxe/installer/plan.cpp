#include "pxe/installer/plan.h"

#include <algorithm>
#include <tuple>

namespace switchyard::pxe::installer {

Result<Disk> choose_disk(const Layout& layout, const std::vector<Disk>& disks) {
  constexpr std::uint64_t kLeastBytes = 4ULL << 30U;
  const Disk* best = nullptr;
  for (const Disk& disk : disks) {
    if (layout.disk != "auto") {
      if (disk.path == layout.disk) return disk;
    } else if (disk.bytes >= kLeastBytes &&
               (best == nullptr ||
                std::tie(disk.bytes, disk.name) < std::tie(best->bytes, best->name))) {
      best = &disk;
    }
  }
  if (best != nullptr) return *best;
  if (layout.disk == "auto") return failure(Errc::NotFound, "no disk of at least 4 GiB");
  return failure(Errc::NotFound, "disk " + layout.disk + " does not exist");
}

std::string partition_path(const std::string& disk, int number) {
  const bool ends_in_digit = !disk.empty() && disk.back() >= '0' && disk.back() <= '9';
  return disk + (ends_in_digit ? "p" : "") + std::to_string(number);
}

std::string partition_table() {
  return "label: gpt\n"
         "size=2MiB, type=21686148-6449-6E6F-744E-656564454649, name=bios\n"
         "size=256MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp\n"
         "type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=root\n";
}

std::string fstab(const Uuids& uuids) {
  // A slow or broken ESP must not keep a server from coming up.
  return "UUID=" + uuids.root + " / ext4 errors=remount-ro 0 1\n" + "UUID=" + uuids.esp +
         " /boot/efi vfat umask=0077,nofail,x-systemd.device-timeout=5s 0 0\n";
}

std::vector<std::vector<std::string>> bootloader_commands(Firmware firmware,
                                                          const std::string& disk) {
  // The image's own initramfs has every driver (MODULES=most): making it anew takes a minute.
  std::vector<std::vector<std::string>> commands{{"mkdir", "-p", "/boot/grub"}, {"update-grub"}};
  if (firmware == Firmware::Bios)
    commands.push_back({"grub-install", "--target=i386-pc", "--recheck", disk});
  else  // no entry in the firmware's own memory: the removable path boots on any board
    commands.push_back({"grub-install", "--target=x86_64-efi", "--efi-directory=/boot/efi",
                        "--removable", "--no-nvram"});
  return commands;
}

}  // namespace switchyard::pxe::installer

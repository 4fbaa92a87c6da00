#include "pxe/installer/plan.h"

#include <vector>

namespace switchyard::pxe::installer {
namespace {

const std::string kKernelLine = "console=tty0 console=ttyS0,115200 net.ifnames=0";
const std::string kGrub =
    "GRUB_TIMEOUT=1\n"
    "GRUB_CMDLINE_LINUX=\"" +
    kKernelLine +
    "\"\n"
    "GRUB_TERMINAL=\"console serial\"\n"
    "GRUB_DISABLE_OS_PROBER=true\n";

// Three lines for the image's phone-home program, which removes the file when it was heard.
TaskFile phone_home_file(const PhoneHome& home) {
  return {.path = "/etc/switchyard/phone-home",
          .mode = 0600,
          .content = home.url + "\n" + home.pin + "\n" + home.token.reveal() + "\n"};
}

}  // namespace

std::string fstab(const Uuids& uuids) {
  // A slow or broken ESP must not keep a server from coming up.
  return "UUID=" + uuids.root + " / ext4 errors=remount-ro 0 1\n" + "UUID=" + uuids.esp +
         " /boot/efi vfat umask=0077,nofail,x-systemd.device-timeout=5s 0 0\n";
}

std::vector<TaskFile> server_files(const InstallWork& work, const std::optional<Uuids>& uuids) {
  std::vector<TaskFile> files{
      {.path = "/etc/hostname", .mode = 0644, .content = work.hostname + "\n"},
      {.path = "/etc/machine-id", .mode = 0444},
      // systemd starts no earlier than its time stamp, whatever the server's own clock shows.
      {.path = "/usr/lib/clock-epoch", .mode = 0644}};
  if (uuids) {
    files.push_back({.path = "/etc/fstab", .mode = 0644, .content = fstab(*uuids)});
    files.push_back({.path = "/etc/default/grub.d/switchyard.cfg", .mode = 0644, .content = kGrub});
  }
  if (work.phone_home) files.push_back(phone_home_file(*work.phone_home));
  for (const TaskFile& file : work.files) {
    std::erase_if(files, [&](const TaskFile& ours) { return ours.path == file.path; });
    files.push_back(file);
  }
  return files;
}

TaskFile grub_config(const std::string& hostname, const std::string& root_uuid,
                     const std::string& root) {
  return {.path = "/boot/grub/grub.cfg",
          .mode = 0600,
          .content =
              "serial --unit=0 --speed=115200\n"
              "terminal_input console serial\n"
              "terminal_output console serial\n"
              "set timeout=1\n"
              "search --no-floppy --fs-uuid --set=root " +
              root_uuid + "\nmenuentry '" + hostname + "' {\n  linux /vmlinuz root=" + root +
              " ro " + kKernelLine + "\n  initrd /initrd.img\n}\n"};
}

std::vector<Command> bootloader_commands(Firmware firmware, bool has_config,
                                         const std::vector<Disk>& disks) {
  // The image's own initramfs has every driver (MODULES=most): making it anew takes a minute.
  std::vector<Command> commands;
  if (!has_config) commands = {{"mkdir", "-p", "/boot/grub"}, {"update-grub"}};
  if (firmware == Firmware::Uefi) {
    // No entry in the firmware's own memory: the removable path boots on any board.
    commands.push_back({"grub-install", "--target=x86_64-efi", "--efi-directory=/boot/efi",
                        "--removable", "--no-nvram"});
    return commands;
  }
  for (const Disk& disk : disks)
    commands.push_back({"grub-install", "--target=i386-pc", "--recheck", disk.path});
  return commands;
}

std::string bootloader_file(Firmware firmware) {
  return firmware == Firmware::Uefi ? "/boot/efi/EFI/BOOT/BOOTX64.EFI"
                                    : "/boot/grub/i386-pc/core.img";
}

}  // namespace switchyard::pxe::installer

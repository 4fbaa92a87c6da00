// Decides what an installation puts into the new system. Pure: reads nothing, runs nothing.
#pragma once

#include "pxe/installer/inspection.h"
#include "pxe/installer/storage.h"
#include "pxe/installer/task.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::pxe::installer {

struct Uuids {
  std::string root{}, esp{};
};

[[nodiscard]] std::string fstab(const Uuids& uuids);

// The files of this one server: the task's, and those every server has where the task has none of
// that path. Without `uuids` (a raw image, which brings its own) no fstab and nothing for GRUB.
[[nodiscard]] std::vector<TaskFile> server_files(const InstallWork& work,
                                                 const std::optional<Uuids>& uuids);

// What boots the image's newest kernel (its links /vmlinuz and /initrd.img) until the system's
// first update-grub, which takes long on a busy machine. `root` is the kernel's name of the root.
[[nodiscard]] TaskFile grub_config(const std::string& hostname, const std::string& root_uuid,
                                   const std::string& root);

// The commands, to be run in the image's root, that make every disk bootable, in order. Without
// a configuration (`has_config`) update-grub makes one. For UEFI
// the ESP is mounted on /boot/efi, and they are run for each.
[[nodiscard]] std::vector<Command> bootloader_commands(Firmware firmware, bool has_config,
                                                       const std::vector<Disk>& disks);

// Where the image of a disk is found to be bootable: a file of the root that is not empty.
[[nodiscard]] std::string bootloader_file(Firmware firmware);

}  // namespace switchyard::pxe::installer

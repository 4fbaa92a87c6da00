#include "pxe/installer/raw_image.h"

#include "pxe/installer/process.h"
#include "pxe/installer/storage.h"
#include "pxe/installer/target.h"

#include <filesystem>
#include <fstream>

namespace switchyard::pxe::installer {
namespace {

namespace fs = std::filesystem;

bool is_ext4(const std::string& device) {
  const auto type = run({.argv = {"blkid", "-p", "-s", "TYPE", "-o", "value", device}});
  return type && type->starts_with("ext4");
}

std::uint64_t number_in(const fs::path& path) {
  std::ifstream stream{path};
  std::uint64_t number = 0;
  return stream >> number ? number : 0;
}

int root_partition(const Disk& disk) {
  std::uint64_t largest = 0;
  int number = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/sys/block/" + disk.name, ignored)) {
    const auto size = number_in(entry.path() / "size");
    if (!fs::exists(entry.path() / "partition", ignored) || size <= largest) continue;
    if (!is_ext4("/dev/" + entry.path().filename().string())) continue;
    largest = size;
    number = static_cast<int>(number_in(entry.path() / "partition"));
  }
  return number;
}

}  // namespace

Result<std::string> grow_root(const Disk& disk, Reporter& reporter) {
  const int number = root_partition(disk);
  if (number == 0) return failure(Errc::Rejected, disk.path + ": the image has no ext4 filesystem");
  const auto root = partition_path(disk.path, number);
  // The copy of the partition table belongs to the end of this disk, not of the image. An MBR has
  // none: that is no failure.
  (void)run_logged({.argv = {"sfdisk", "--relocate", "gpt-bak-std", disk.path}}, reporter);
  const std::chrono::seconds most{600};
  return run_logged({.argv = {"sfdisk", "-N", std::to_string(number), disk.path}, .input = ", +\n"},
                    reporter)
      .and_then([&] {
        return run_logged({.argv = {"fsck.ext4", "-f", "-p", root}, .deadline = most}, reporter);
      })
      .and_then([&] {
        return run_logged({.argv = {"resize2fs", root}, .deadline = most}, reporter);
      })
      .map([&] { return root; });
}

}  // namespace switchyard::pxe::installer

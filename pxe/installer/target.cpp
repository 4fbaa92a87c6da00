#include "pxe/installer/target.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace switchyard::pxe::installer {
namespace {

namespace fs = std::filesystem;

const std::array<const char*, 4> kBound{"/dev", "/proc", "/sys", "/run"};
constexpr std::chrono::seconds kMostOfAProgram{600};

Status do_mount(const std::string& what, const std::string& where, const char* type,
                unsigned long flags) {
  std::error_code ignored;
  fs::create_directories(where, ignored);
  if (::mount(what.c_str(), where.c_str(), type, flags, nullptr) == 0) return {};
  return failure(Errc::Rejected, "mount " + what + " on " + where + ": " + std::strerror(errno));
}

Status run_all(const std::vector<Command>& commands, Reporter& reporter) {
  for (const Command& command : commands)
    if (auto done = run_logged({.argv = command, .deadline = kMostOfAProgram}, reporter); !done)
      return done;
  return {};
}

// Old signatures inside the partitions too: their contents would come to life in new ones that
// begin at the same place.
Status clear_signatures(const Disk& disk, Reporter& reporter) {
  Command wipe{"wipefs", "-a", "-f"};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/sys/block/" + disk.name, ignored))
    if (fs::exists(entry.path() / "partition", ignored))
      wipe.push_back("/dev/" + entry.path().filename().string());
  wipe.push_back(disk.path);
  return run_logged({.argv = wipe}, reporter);
}

// Boot code of an old system must not start into a half-made one: the MBR and the partition it
// loads the rest from.
Status clear_boot_code(const Disk& disk) {
  const int file = ::open(disk.path.c_str(), O_WRONLY | O_EXCL | O_CLOEXEC);
  if (file < 0) return failure(Errc::Rejected, disk.path + ": open: " + std::strerror(errno));
  const std::string zeros(4U << 20U, '\0');
  const bool done =
      ::write(file, zeros.data(), zeros.size()) == static_cast<ssize_t>(zeros.size()) &&
      ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (done) return {};
  return failure(Errc::Rejected, disk.path + ": clear: " + std::strerror(error));
}

std::string joined(const Command& command) {
  std::string text;
  for (const auto& word : command)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

void flush(const Disk& disk) {
  const int file = ::open(disk.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::ioctl(file, BLKFLSBUF, 0);  // what is read after this comes from the disk
  ::close(file);
}

}  // namespace

Status run_logged(const Run& wanted, Reporter& reporter) {
  const auto begun = std::chrono::steady_clock::now();
  const auto done = run(wanted);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  reporter.log(joined(wanted.argv) + ": " + (done ? "done" : done.error().message) + " in " +
               std::to_string(took.count()) + " ms");
  return done.map([](const std::string&) {});
}

Status make_storage(const StoragePlan& plan, Reporter& reporter) {
  for (const Disk& disk : plan.disks) {
    const auto made =
        clear_signatures(disk, reporter)
            .and_then([&] { return clear_boot_code(disk); })
            .and_then([&] {
              return run_logged(
                  {.argv = {"sfdisk", "--wipe", "always", "--wipe-partitions", "always", disk.path},
                   .input = plan.table},
                  reporter);
            });
    if (!made) return tl::unexpected(made.error().in(disk.path));
  }
  return run_all(plan.build, reporter);
}

Result<std::string> uuid_of(const std::string& device) {
  return run({.argv = {"blkid", "-p", "-s", "UUID", "-o", "value", device}})
      .map([](const std::string& text) { return text.substr(0, text.find('\n')); });
}

Target::~Target() {
  (void)release();
  for (const Command& command : plan_.stop)
    (void)run(Run{.argv = command});
}

Status Target::mount_root(bool read_only) {
  return do_mount(plan_.root, kTarget, "ext4", read_only ? MS_RDONLY : 0);
}

Status Target::mount_esp(const std::string& device) {
  ::umount((kTarget + "/boot/efi").c_str());
  return do_mount(device, kTarget + "/boot/efi", "vfat", 0);
}

Status Target::mount_system() {
  for (const char* bound : kBound)
    if (auto done = do_mount(bound, kTarget + bound, nullptr, MS_BIND | MS_REC); !done) return done;
  return {};
}

Status Target::release() {
  for (const char* bound : kBound)
    ::umount2((kTarget + bound).c_str(), MNT_DETACH);
  ::umount((kTarget + "/boot/efi").c_str());
  ::sync();
  if (::umount(kTarget.c_str()) != 0 && errno != EINVAL && errno != ENOENT)
    return failure(Errc::Rejected, "unmount " + kTarget + ": " + std::strerror(errno));
  for (const Disk& disk : plan_.disks)
    flush(disk);
  return {};
}

}  // namespace switchyard::pxe::installer

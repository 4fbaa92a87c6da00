#include "pxe/installer/install.h"

#include "pxe/installer/place_file.h"
#include "pxe/installer/plan.h"
#include "pxe/installer/process.h"

#include <openssl/evp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace switchyard::pxe::installer {
namespace {

const std::string kRoot = "/target";
const std::array<const char*, 4> kBound{"/dev", "/proc", "/sys", "/run"};

Status do_run(Run wanted) {
  return run(wanted).map([](const std::string&) {});
}

Status do_mount(const std::string& what, const std::string& where, const char* type,
                unsigned long flags) {
  ::mkdir(where.c_str(), 0755);
  if (::mount(what.c_str(), where.c_str(), type, flags, nullptr) == 0) return {};
  return failure(Errc::Rejected, "mount " + what + " on " + where + ": " + std::strerror(errno));
}

// Unmounts whatever is below the target, however far an installation came.
struct Mounts {
  Mounts() = default;
  Mounts(const Mounts&) = delete;
  Mounts& operator=(const Mounts&) = delete;

  ~Mounts() { (void)release(); }

  Status release() {
    for (const char* bound : kBound)
      ::umount2((kRoot + bound).c_str(), MNT_DETACH);
    ::umount((kRoot + "/boot/efi").c_str());
    ::sync();
    if (::umount(kRoot.c_str()) != 0 && errno != EINVAL && errno != ENOENT)
      return failure(Errc::Rejected, "unmount " + kRoot + ": " + std::strerror(errno));
    return {};
  }
};

Status partition(const Disk& disk) {
  return do_run({.argv = {"wipefs", "-a", "-f", disk.path}})
      .and_then([&] {
        return do_run(
            {.argv = {"sfdisk", "--wipe", "always", "--wipe-partitions", "always", disk.path},
             .input = partition_table()});
      })
      .and_then([&] {
        return do_run(
            {.argv = {"mkfs.vfat", "-F", "32", "-n", "ESP", partition_path(disk.path, 2)}});
      })
      .and_then([&] {
        return do_run(
            {.argv = {"mkfs.ext4", "-q", "-F", "-L", "root", partition_path(disk.path, 3)},
             .deadline = std::chrono::seconds{600}});
      });
}

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void add(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }

  std::string hex() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    std::string text;
    for (const unsigned char byte : digest)
      for (const unsigned digit : {byte / 16U, byte % 16U})
        text += "0123456789abcdef"[digit];
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Status write_image(const Image& image, ServiceClient& service, Reporter& reporter) {
  std::vector<std::string> argv{
      "/bin/tar",           "-x", "-C", kRoot, "--numeric-owner", "--xattrs",
      "--xattrs-include=*", "-p", "-f", "-"};
  if (image.format == ImageFormat::TarZst) argv.insert(argv.begin() + 1, "--zstd");
  auto tar = Feed::start(argv);
  if (!tar) return tl::unexpected(tar.error());
  Sha256 sum;
  std::uint64_t got = 0;
  const auto fetched = service.fetch(image.url, [&](const char* data, std::size_t size) -> Status {
    got += size;
    if (got > image.bytes)
      return failure(Errc::Invalid, "image " + image.name + " is longer than it should be");
    sum.add(data, size);
    return tar->write(data, size).and_then([&] {
      return reporter.report(Phase::Writing, got * 100 / image.bytes, image.name);
    });
  });
  if (!fetched) return tl::unexpected(fetched.error().in("image " + image.name));
  if (got != image.bytes || sum.hex() != image.sha256)
    return failure(Errc::Invalid, "image " + image.name + ": the checksum is wrong");
  return tar->finish();
}

Result<std::string> uuid_of(const std::string& partition) {
  return run({.argv = {"blkid", "-p", "-s", "UUID", "-o", "value", partition}})
      .map([](std::string text) { return text.substr(0, text.find('\n')); });
}

Status configure(const InstallWork& work, const Disk& disk) {
  const auto root = uuid_of(partition_path(disk.path, 3));
  const auto esp = uuid_of(partition_path(disk.path, 2));
  if (!root) return tl::unexpected(root.error());
  if (!esp) return tl::unexpected(esp.error());
  std::vector<TaskFile> files{
      {.path = "/etc/hostname", .mode = 0644, .content = work.hostname + "\n"},
      {.path = "/etc/fstab", .mode = 0644, .content = fstab({.root = *root, .esp = *esp})},
      {.path = "/etc/machine-id", .mode = 0444},
      {.path = "/etc/default/grub.d/switchyard.cfg",
       .mode = 0644,
       .content = "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=\"console=tty0 console=ttyS0,115200 "
                  "net.ifnames=0\"\n"
                  "GRUB_TERMINAL=\"console serial\"\nGRUB_DISABLE_OS_PROBER=true\n"}};
  files.insert(files.end(), work.files.begin(), work.files.end());
  for (const TaskFile& file : files)
    if (auto placed = place_file(kRoot, file); !placed) return placed;
  return do_run({.argv = {"/bin/sh", "-c", "rm -f /etc/ssh/ssh_host_*"}, .root = kRoot});
}

Status make_bootable(Firmware firmware, const Disk& disk) {
  for (const char* bound : kBound)
    if (auto mounted = do_mount(bound, kRoot + bound, nullptr, MS_BIND | MS_REC); !mounted)
      return mounted;
  for (const auto& argv : bootloader_commands(firmware, disk.path))
    if (auto done = do_run({.argv = argv, .root = kRoot, .deadline = std::chrono::seconds{600}});
        !done)
      return done;
  return {};
}

}  // namespace

Status install(const InstallWork& work, const Inspection& server, ServiceClient& service,
               Reporter& reporter) {
  if (work.image.format != ImageFormat::Tar && work.image.format != ImageFormat::TarZst)
    return failure(Errc::Invalid,
                   "image " + work.image.name + ": raw images are not supported yet");
  if (work.layout.raid1 || work.layout.lvm)
    return failure(Errc::Invalid, "layout: RAID and LVM are not supported yet");
  if (work.phone_home) return failure(Errc::Invalid, "phone_home is not supported yet");
  const auto disk = choose_disk(work.layout, server.disks);
  if (!disk) return tl::unexpected(disk.error());
  Mounts mounts;
  return reporter.report(Phase::Partitioning, 0, disk->path)
      .and_then([&] { return partition(*disk); })
      .and_then([&] { return do_mount(partition_path(disk->path, 3), kRoot, "ext4", 0); })
      .and_then([&] { return write_image(work.image, service, reporter); })
      .and_then([&] {
        ::mkdir((kRoot + "/boot").c_str(), 0755);
        return do_mount(partition_path(disk->path, 2), kRoot + "/boot/efi", "vfat", 0);
      })
      .and_then([&] { return reporter.report(Phase::Configuring, 0, work.hostname); })
      .and_then([&] { return configure(work, *disk); })
      .and_then([&] { return reporter.report(Phase::Bootloader, 0, disk->path); })
      .and_then([&] { return make_bootable(server.firmware, *disk); })
      .and_then([&] { return reporter.report(Phase::Verifying, 0, disk->path); })
      .and_then([&] { return mounts.release(); })
      .and_then([&] {
        return do_run({.argv = {"fsck.ext4", "-n", "-f", partition_path(disk->path, 3)},
                       .deadline = std::chrono::seconds{600}});
      });
}

}  // namespace switchyard::pxe::installer

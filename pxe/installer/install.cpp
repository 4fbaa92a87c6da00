#include "pxe/installer/install.h"

#include "pxe/installer/image_writer.h"
#include "pxe/installer/place_file.h"
#include "pxe/installer/plan.h"
#include "pxe/installer/raw_image.h"
#include "pxe/installer/target.h"

#include <filesystem>
#include <random>

namespace switchyard::pxe::installer {
namespace {

bool has_kernel_links() {
  std::error_code missing;
  return std::filesystem::is_symlink(kTarget + "/vmlinuz", missing) &&
         std::filesystem::is_symlink(kTarget + "/initrd.img", missing);
}

// A name no other disk's volume group has: two of one name keep a server from booting.
std::string group_name() {
  std::random_device random;
  return "switchyard" + std::to_string(random());
}

struct Installation {
  const InstallWork& work;
  Firmware firmware;
  ServiceClient& service;
  Reporter& reporter;
  Target& target;
  std::vector<TaskFile> files{};

  Status write();
  Status configure();
  Status make_bootable();
  Status verify();
};

Status Installation::write() {
  const StoragePlan& plan = target.plan();
  if (is_whole_disk(work.image.format)) {
    return write_raw(work.image, plan.disks[0], service, reporter)
        .and_then([&] { return grow_root(plan.disks[0], reporter); })
        .and_then([&](const std::string& root) {
          target.use_root(root);
          return target.mount_root(false);
        });
  }
  return make_storage(plan, reporter)
      .and_then([&] { return target.mount_root(false); })
      .and_then([&] { return write_tar(work.image, kTarget, service, reporter); })
      .and_then([&] { return target.mount_esp(plan.esps.at(0)); });
}

Status Installation::configure() {
  std::optional<Uuids> uuids;
  if (!is_whole_disk(work.image.format)) {
    const auto root = uuid_of(target.plan().root), esp = uuid_of(target.plan().esps.at(0));
    if (!root) return tl::unexpected(root.error());
    if (!esp) return tl::unexpected(esp.error());
    uuids = Uuids{.root = *root, .esp = *esp};
  }
  files = server_files(work, uuids);
  if (uuids && has_kernel_links())
    files.push_back(grub_config(work.hostname, uuids->root,
                                work.layout.lvm ? target.plan().root : "UUID=" + uuids->root));
  for (const TaskFile& file : files)
    if (auto placed = place_file(kTarget, file); !placed) return placed;
  // Every server makes its own at its first boot.
  return run_logged({.argv = {"/bin/sh", "-c", "rm -f /etc/ssh/ssh_host_*"}, .root = kTarget},
                    reporter);
}

Status Installation::make_bootable() {
  if (is_whole_disk(work.image.format)) return {};
  if (auto done = target.mount_system(); !done) return done;
  const StoragePlan& plan = target.plan();
  for (std::size_t at = 0; at < plan.esps.size(); ++at) {
    if (at > 0 && firmware == Firmware::Bios) break;  // its commands name every disk
    if (auto done = target.mount_esp(plan.esps[at]); !done) return done;
    for (const auto& argv : bootloader_commands(firmware, has_kernel_links(), plan.disks))
      if (auto done = run_logged(
              {.argv = argv, .root = kTarget, .deadline = std::chrono::seconds{600}}, reporter);
          !done)
        return done;
  }
  return {};
}

// Looks at what a server would boot from, read from the disk again.
Status Installation::verify() {
  if (auto done = target.release(); !done) return done;
  if (auto done = run_logged({.argv = {"fsck.ext4", "-n", "-f", target.plan().root},
                              .deadline = std::chrono::seconds{600}},
                             reporter);
      !done)
    return done;
  if (auto done = target.mount_root(true); !done) return done;
  for (const TaskFile& file : files)
    if (auto same = has_content(kTarget, file); !same) return same;
  if (is_whole_disk(work.image.format)) return target.release();
  if (firmware == Firmware::Uefi)
    if (auto done = target.mount_esp(target.plan().esps.at(0)); !done) return done;
  std::error_code missing;
  const auto loader = bootloader_file(firmware);
  if (std::filesystem::file_size(kTarget + loader, missing) == 0 || missing)
    return failure(Errc::Rejected, "the new system has no " + loader);
  return target.release();
}

}  // namespace

Status install(const InstallWork& work, const Inspection& server, ServiceClient& service,
               Reporter& reporter) {
  if (is_whole_disk(work.image.format) && (work.layout.raid1 || work.layout.lvm))
    return failure(Errc::Invalid,
                   "image " + work.image.name + ": an image of a whole disk has its own layout");
  auto plan = plan_storage(work.layout, server.disks, group_name());
  if (!plan) return tl::unexpected(plan.error());
  const std::string disk = plan->disks[0].path;
  Target target{std::move(*plan), reporter};
  Installation run{work, server.firmware, service, reporter, target};
  return reporter.report(Phase::Partitioning, 0, disk)
      .and_then([&] { return run.write(); })
      .and_then([&] { return reporter.report(Phase::Configuring, 0, work.hostname); })
      .and_then([&] { return run.configure(); })
      .and_then([&] { return reporter.report(Phase::Bootloader, 0, disk); })
      .and_then([&] { return run.make_bootable(); })
      .and_then([&] { return reporter.report(Phase::Verifying, 0, disk); })
      .and_then([&] { return run.verify(); });
}

}  // namespace switchyard::pxe::installer

#include "pxe/installer/storage.h"

#include <tuple>

namespace switchyard::pxe::installer {
namespace {

constexpr std::uint64_t kLeastBytes = 4ULL << 30U;
const std::string kArray = "/dev/md0";

// GPT partition types:
// https://uapi-group.org/specifications/specs/discoverable_partitions_specification
const char* root_type(const Layout& layout) {
  if (layout.raid1) return "A19D880F-05FC-4D3B-A006-743F0F84911E";
  if (layout.lvm) return "E6D6D379-F507-44C2-A23C-238F2A3DF928";
  return "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
}

std::string partition_table(const Layout& layout) {
  return "label: gpt\n"
         "size=2MiB, type=21686148-6449-6E6F-744E-656564454649, name=bios\n"
         "size=256MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp\n"
         "type=" +
         std::string{root_type(layout)} + ", name=root\n";
}

// The smallest that is large enough and not `taken`; null when there is none.
const Disk* smallest(const std::vector<Disk>& disks, const std::string& taken) {
  const Disk* best = nullptr;
  for (const Disk& disk : disks)
    if (disk.bytes >= kLeastBytes && disk.path != taken &&
        (best == nullptr || std::tie(disk.bytes, disk.name) < std::tie(best->bytes, best->name)))
      best = &disk;
  return best;
}

void add_array(StoragePlan& plan) {
  // Homehost "any": the array keeps its name whatever the server is called later.
  Command create{"mdadm",       "--create",       kArray,
                 "--run",       "--level=1",      "--homehost=any",
                 "--name=root", "--metadata=1.2", "--bitmap=internal"};
  create.push_back("--raid-devices=" + std::to_string(plan.disks.size()));
  for (const Disk& disk : plan.disks)
    create.push_back(partition_path(disk.path, 3));
  plan.build.push_back(create);
  plan.root = kArray;
  plan.stop.push_back({"mdadm", "--stop", kArray});
}

void add_volume(StoragePlan& plan, const std::string& group) {
  plan.build.push_back({"lvm", "pvcreate", "-ff", "-y", plan.root});
  plan.build.push_back({"lvm", "vgcreate", "-y", group, plan.root});
  plan.build.push_back(
      {"lvm", "lvcreate", "-y", "-Wy", "-Zy", "-l", "100%FREE", "-n", "root", group});
  plan.root = "/dev/mapper/" + group + "-root";
  plan.stop.insert(plan.stop.begin(), {"lvm", "vgchange", "-an", group});
}

}  // namespace

Result<Disk> choose_disk(const Layout& layout, const std::vector<Disk>& disks) {
  if (layout.disk != "auto") {
    for (const Disk& disk : disks)
      if (disk.path == layout.disk) return disk;
    return failure(Errc::NotFound, "disk " + layout.disk + " does not exist");
  }
  const Disk* best = smallest(disks, "");
  if (best == nullptr) return failure(Errc::NotFound, "no disk of at least 4 GiB");
  return *best;
}

std::string partition_path(const std::string& disk, int number) {
  const bool ends_in_digit = !disk.empty() && disk.back() >= '0' && disk.back() <= '9';
  return disk + (ends_in_digit ? "p" : "") + std::to_string(number);
}

Result<StoragePlan> plan_storage(const Layout& layout, const std::vector<Disk>& disks,
                                 const std::string& group) {
  const auto first = choose_disk(layout, disks);
  if (!first) return tl::unexpected(first.error());
  StoragePlan plan{
      .disks = {*first}, .table = partition_table(layout), .root = partition_path(first->path, 3)};
  if (layout.raid1) {
    const Disk* second = smallest(disks, first->path);
    if (second == nullptr)
      return failure(Errc::NotFound,
                     "RAID1: no second disk of at least 4 GiB beside " + first->path);
    plan.disks.push_back(*second);
    add_array(plan);
  }
  if (layout.lvm) add_volume(plan, group);
  for (const Disk& disk : plan.disks) {
    plan.esps.push_back(partition_path(disk.path, 2));
    plan.build.push_back({"mkfs.vfat", "-F", "32", "-n", "ESP", plan.esps.back()});
  }
  plan.build.push_back({"mkfs." + layout.filesystem, "-q", "-F", "-L", "root", plan.root});
  return plan;
}

}  // namespace switchyard::pxe::installer

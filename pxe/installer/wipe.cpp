#include "pxe/installer/wipe.h"

#include "pxe/installer/block_device.h"
#include "pxe/installer/erase.h"
#include "pxe/installer/target.h"

namespace switchyard::pxe::installer {
namespace {

std::vector<EraseWay> own_ways(const Disk& disk, Reporter& reporter) {
  if (disk.transport == "nvme") {
    const auto abilities =
        run({.argv = {"nvme", "id-ctrl", disk.path, "-o", "json"}}).and_then(parse_nvme_abilities);
    if (abilities) return nvme_ways(disk, *abilities);
    reporter.log(disk.name + ": " + abilities.error().message);
  }
  if (disk.transport == "sata") {
    const auto said = run({.argv = {"hdparm", "-I", disk.path}});
    if (said) return ata_ways(disk, parse_ata_abilities(*said));
    reporter.log(disk.name + ": " + said.error().message);
  }
  return {};
}

bool go(const EraseWay& way, Reporter& reporter) {
  for (const Command& command : way.commands)
    if (!run_logged({.argv = command, .deadline = way.deadline}, reporter)) return false;
  return true;
}

// The method that worked; empty when the disk has none of its own.
std::string erase_by_itself(const Disk& disk, Reporter& reporter) {
  for (const EraseWay& way : own_ways(disk, reporter))
    if (go(way, reporter)) return way.method;
  return "";
}

Result<WipedDisk> wipe_one(const Disk& disk, Reporter& reporter) {
  const auto told = [&](Phase phase) {
    return [&reporter, &disk, phase](std::uint64_t percent) {
      return reporter.report(phase, percent, disk.path);
    };
  };
  if (auto heard = told(Phase::Erasing)(0); !heard) return tl::unexpected(heard.error());
  WipedDisk seen{.disk = disk.name, .serial = disk.serial, .bytes = disk.bytes};
  seen.method = erase_by_itself(disk, reporter);
  const auto device = BlockDevice::open(disk);
  if (!device) return tl::unexpected(device.error());
  auto samples = seen.method.empty() ? Samples{.read = 1, .nonzero = 1}
                                     : (*device)->sample(told(Phase::Verifying));
  if (samples && samples->nonzero > 0) {
    if (!seen.method.empty())
      reporter.log(disk.name + ": " + std::to_string(samples->nonzero) +
                   " samples are not zero after " + seen.method + ": zeros are written");
    else
      seen.method = (*device)->zeroes_by_itself() ? "blkdiscard" : "overwrite";
    samples = (*device)->zero(told(Phase::Erasing)).and_then([&] {
      return (*device)->sample(told(Phase::Verifying));
    });
  }
  if (!samples) return tl::unexpected(samples.error());
  seen.samples = samples->read;
  seen.nonzero_samples = samples->nonzero;
  reporter.log(disk.name + ": " + seen.method + ", " + std::to_string(seen.samples) +
               " samples, not zero: " + std::to_string(seen.nonzero_samples));
  return seen;
}

}  // namespace

Wiped wipe(const std::vector<Disk>& disks, Reporter& reporter) {
  Wiped wiped;
  std::string problems = disks.empty() ? "no disk was found" : "";
  for (const Disk& disk : disks) {
    const auto seen = wipe_one(disk, reporter);
    std::string problem = seen ? "" : seen.error().message;
    if (seen) wiped.disks.push_back(*seen);
    if (seen && seen->nonzero_samples != 0)
      problem = std::to_string(seen->nonzero_samples) + " samples are not zero";
    if (problem.empty()) continue;
    problems += (problems.empty() ? "" : "; ") + disk.name + ": " + problem;
  }
  if (!problems.empty()) wiped.outcome = failure(Errc::Rejected, problems);
  return wiped;
}

}  // namespace switchyard::pxe::installer

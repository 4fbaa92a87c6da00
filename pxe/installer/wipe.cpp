#include "pxe/installer/wipe.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace switchyard::pxe::installer {
namespace {

constexpr std::size_t kSampleBytes = 4096;
constexpr std::uint64_t kMostSamples = 1024;

tl::unexpected<Error> failed(const Disk& disk, const std::string& doing) {
  return failure(Errc::Rejected, disk.name + ": " + doing + ": " + std::strerror(errno));
}

Status erase(int file, const Disk& disk, Reporter& reporter) {
  constexpr std::uint64_t kStep = 256ULL << 20U;
  std::array<std::uint64_t, 2> range{0, disk.bytes};
  (void)::ioctl(file, BLKDISCARD, range.data());  // a help only: what it leaves is not promised
  for (std::uint64_t at = 0; at < disk.bytes; at += kStep) {
    range = {at, std::min(kStep, disk.bytes - at)};
    if (::ioctl(file, BLKZEROOUT, range.data()) != 0) return failed(disk, "write zeros");
    if (auto told = reporter.report(Phase::Erasing, at * 100 / disk.bytes, disk.path); !told)
      return told;
  }
  if (::fsync(file) != 0) return failed(disk, "flush");
  return {};
}

// Reads pieces spread evenly over the disk, its first and its last among them, past the page cache.
Result<WipedDisk> look(int file, const Disk& disk, Reporter& reporter) {
  WipedDisk seen{
      .disk = disk.name, .serial = disk.serial, .bytes = disk.bytes, .method = "overwrite"};
  const std::unique_ptr<char, void (*)(void*)> piece{
      static_cast<char*>(std::aligned_alloc(kSampleBytes, kSampleBytes)), &std::free};
  const std::uint64_t pieces = disk.bytes / kSampleBytes;
  const std::uint64_t samples = std::min(kMostSamples, pieces);
  for (std::uint64_t at = 0; at < samples; ++at) {
    const auto offset = samples < 2 ? 0 : (pieces - 1) * at / (samples - 1) * kSampleBytes;
    if (::pread(file, piece.get(), kSampleBytes, static_cast<off_t>(offset)) != kSampleBytes)
      return failed(disk, "read back");
    ++seen.samples;
    if (std::any_of(piece.get(), piece.get() + kSampleBytes, [](char c) { return c != 0; }))
      ++seen.nonzero_samples;
  }
  return reporter.report(Phase::Verifying, 100, disk.path).map([&] { return seen; });
}

Result<WipedDisk> wipe_one(const Disk& disk, Reporter& reporter) {
  const int file = ::open(disk.path.c_str(), O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC);
  if (file < 0) return failed(disk, "open");
  auto seen = erase(file, disk, reporter).and_then([&] { return look(file, disk, reporter); });
  ::close(file);
  return seen;
}

}  // namespace

Wiped wipe(const std::vector<Disk>& disks, Reporter& reporter) {
  Wiped wiped;
  std::string problems;
  for (const Disk& disk : disks) {
    const auto seen = wipe_one(disk, reporter);
    std::string problem = seen ? "" : seen.error().message;
    if (seen) wiped.disks.push_back(*seen);
    if (seen && seen->nonzero_samples != 0)
      problem = disk.name + ": " + std::to_string(seen->nonzero_samples) + " samples are not zero";
    if (!problem.empty()) problems += (problems.empty() ? "" : "; ") + problem;
  }
  if (!problems.empty()) wiped.outcome = failure(Errc::Rejected, problems);
  return wiped;
}

}  // namespace switchyard::pxe::installer

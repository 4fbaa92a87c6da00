#include "pxe/installer/block_device.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace switchyard::pxe::installer {
namespace {

constexpr std::size_t kPiece = 4096;
constexpr std::uint64_t kMostSamples = 4096;

bool makes_zeros(const std::string& name) {
  std::ifstream stream{"/sys/block/" + name + "/queue/write_zeroes_max_bytes"};
  std::uint64_t most = 0;
  return (stream >> most) && most > 0;
}

}  // namespace

BlockDevice::BlockDevice(const Disk& disk, int file)
    : disk_(disk), file_(file), by_itself_(makes_zeros(disk.name)) {}

BlockDevice::~BlockDevice() { ::close(file_); }

tl::unexpected<Error> BlockDevice::failed(const char* doing) const {
  return failure(Errc::Rejected, std::string{doing} + ": " + std::strerror(errno));
}

Result<std::unique_ptr<BlockDevice>> BlockDevice::open(const Disk& disk) {
  const int file = ::open(disk.path.c_str(), O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC);
  if (file < 0) return failure(Errc::Rejected, std::string{"open: "} + std::strerror(errno));
  return std::unique_ptr<BlockDevice>{new BlockDevice{disk, file}};
}

Status BlockDevice::zero(const Told& told) {
  constexpr std::uint64_t kStep = 256ULL << 20U;
  std::array<std::uint64_t, 2> range{0, disk_.bytes};
  (void)::ioctl(file_, BLKDISCARD, range.data());  // a help only: what it leaves is not promised
  for (std::uint64_t at = 0; at < disk_.bytes; at += kStep) {
    range = {at, std::min(kStep, disk_.bytes - at)};
    if (::ioctl(file_, BLKZEROOUT, range.data()) != 0) return failed("write zeros");
    if (auto heard = told(at * 100 / disk_.bytes); !heard) return heard;
  }
  if (::fsync(file_) != 0) return failed("flush");
  return {};
}

Result<Samples> BlockDevice::sample(const Told& told) {
  const std::unique_ptr<char, void (*)(void*)> piece{
      static_cast<char*>(std::aligned_alloc(kPiece, kPiece)), &std::free};
  const std::uint64_t pieces = disk_.bytes / kPiece;
  const std::uint64_t wanted = std::min(kMostSamples, pieces);
  Samples seen;
  for (; seen.read < wanted; ++seen.read) {
    const auto at = wanted < 2 ? 0 : (pieces - 1) * seen.read / (wanted - 1) * kPiece;
    if (::pread(file_, piece.get(), kPiece, static_cast<off_t>(at)) != kPiece)
      return failed("read back");
    if (std::any_of(piece.get(), piece.get() + kPiece, [](char c) { return c != 0; }))
      ++seen.nonzero;
    if (auto heard = told(seen.read * 100 / wanted); !heard) return tl::unexpected(heard.error());
  }
  return seen;
}

}  // namespace switchyard::pxe::installer

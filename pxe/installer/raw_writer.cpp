#include "pxe/installer/raw_writer.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace switchyard::pxe::installer {
namespace {

constexpr std::size_t kBlock = 1U << 20U;
constexpr std::size_t kGrain = 64U << 10U;  // what is skipped is a whole number of these

// Whether the disk makes zeros without their being sent to it.
bool makes_zeros(const std::string& path) {
  std::ifstream stream{"/sys/block/" + path.substr(path.rfind('/') + 1) +
                       "/queue/write_zeroes_max_bytes"};
  std::uint64_t most = 0;
  return (stream >> most) && most > 0;
}

}  // namespace

struct RawWriter::Decoder {
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context{ZSTD_createDCtx(),
                                                                  &ZSTD_freeDCtx};
  std::vector<char> plain = std::vector<char>(ZSTD_DStreamOutSize());
  std::size_t left{};  // 0: a frame has just ended
};

bool is_zero(std::string_view bytes) {
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

RawWriter::RawWriter(std::string path, int file, std::uint64_t bytes)
    : path_(std::move(path)), file_(file), bytes_(bytes) {}

RawWriter::~RawWriter() { ::close(file_); }

Result<std::unique_ptr<RawWriter>> RawWriter::open(const std::string& path, std::uint64_t bytes,
                                                   bool compressed) {
  const int file = ::open(path.c_str(), O_RDWR | O_EXCL | O_CLOEXEC);
  if (file < 0) return failure(Errc::Rejected, path + ": open: " + std::strerror(errno));
  std::unique_ptr<RawWriter> writer{new RawWriter{path, file, bytes}};
  if (makes_zeros(path)) {
    std::array<std::uint64_t, 2> all{0, bytes};
    writer->skips_zeros_ = ::ioctl(file, BLKZEROOUT, all.data()) == 0;
  }
  // Boot code of an old system must not start into a half-written one.
  if (auto cleared = writer->put(std::string(4 * kBlock, '\0'), 0); !cleared)
    return tl::unexpected(cleared.error());
  if (compressed) writer->decoder_ = std::make_unique<Decoder>();
  return writer;
}

Status RawWriter::write(std::string_view part) {
  if (!decoder_) return add(part);
  if (part.empty()) return {};
  ZSTD_inBuffer input{part.data(), part.size(), 0};
  bool more = true;  // the output was filled before the frame was over
  while (input.pos < input.size || more) {
    ZSTD_outBuffer output{decoder_->plain.data(), decoder_->plain.size(), 0};
    decoder_->left = ZSTD_decompressStream(decoder_->context.get(), &output, &input);
    if (ZSTD_isError(decoder_->left) != 0)
      return failure(Errc::Invalid, std::string{"zstd: "} + ZSTD_getErrorName(decoder_->left));
    if (auto added = add({decoder_->plain.data(), output.pos}); !added) return added;
    more = output.pos == output.size && decoder_->left != 0;
  }
  return {};
}

Status RawWriter::add(std::string_view plain) {
  while (!plain.empty()) {
    const auto size = std::min(plain.size(), kBlock - block_.size());
    block_.append(plain.substr(0, size));
    plain.remove_prefix(size);
    if (block_.size() < kBlock) break;
    if (auto flushed = flush_block(); !flushed) return flushed;
  }
  return {};
}

Status RawWriter::flush_block() {
  if (at_ + block_.size() > bytes_)
    return failure(Errc::Invalid, "the image is larger than " + path_);
  if (at_ == 0) {
    head_ = block_;
  } else {
    std::string_view left = block_;
    for (auto at = at_; !left.empty();) {
      const auto grain = left.substr(0, kGrain);
      if (skips_zeros_ && is_zero(grain))
        skipped_ += grain.size();
      else if (auto written = put(grain, at); !written)
        return written;
      at += grain.size();
      left.remove_prefix(grain.size());
    }
  }
  at_ += block_.size();
  block_.clear();
  return {};
}

Status RawWriter::put(std::string_view block, std::uint64_t at) {
  while (!block.empty()) {
    const auto size = ::pwrite(file_, block.data(), block.size(), static_cast<off_t>(at));
    if (size <= 0) return failure(Errc::Rejected, path_ + ": write: " + std::strerror(errno));
    block.remove_prefix(static_cast<std::size_t>(size));
    at += static_cast<std::uint64_t>(size);
  }
  return {};
}

Status RawWriter::finish() {
  if (decoder_ && decoder_->left != 0)
    return failure(Errc::Invalid, "zstd: the image ends in the middle");
  if (auto flushed = flush_block(); !flushed) return flushed;
  if (::fsync(file_) == 0) return {};
  return failure(Errc::Rejected, path_ + ": flush: " + std::strerror(errno));
}

Status RawWriter::commit() {
  if (auto written = put(head_, 0); !written) return written;
  if (::fsync(file_) != 0 || ::ioctl(file_, BLKRRPART, 0) != 0)
    return failure(Errc::Rejected, path_ + ": read its partitions: " + std::strerror(errno));
  return {};
}

}  // namespace switchyard::pxe::installer

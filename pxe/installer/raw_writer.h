// Writes an image of a whole disk. Its first MiB (boot code and partition table) is held back until
// commit(), so that nothing of it is bootable before its checksum was right.
#pragma once

#include "core/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::installer {

// Whether `bytes` are all zero.
[[nodiscard]] bool is_zero(std::string_view bytes);

class RawWriter {
 public:
  // The disk of `bytes` reads as zeros afterwards where it can do so by itself; blocks of zeros are
  // then skipped, else written. `compressed`: zstd.
  [[nodiscard]] static Result<std::unique_ptr<RawWriter>> open(const std::string& path,
                                                               std::uint64_t bytes,
                                                               bool compressed);
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;
  ~RawWriter();

  [[nodiscard]] Status write(std::string_view part);  // of the image as it was fetched
  [[nodiscard]] Status finish();  // Invalid when it ends in the middle of a compressed frame
  [[nodiscard]] Status commit();

  // Bytes written to the disk, and those of them that were zeros and skipped.
  [[nodiscard]] std::uint64_t written() const { return at_; }

  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  struct Decoder;

  RawWriter(std::string path, int file, std::uint64_t bytes);

  [[nodiscard]] Status add(std::string_view plain);
  [[nodiscard]] Status flush_block();
  [[nodiscard]] Status put(std::string_view block, std::uint64_t at);

  std::string path_;
  int file_;
  std::uint64_t bytes_;
  bool skips_zeros_{};
  std::string block_{}, head_{};
  std::uint64_t at_{}, skipped_{};
  std::unique_ptr<Decoder> decoder_{};
};

}  // namespace switchyard::pxe::installer

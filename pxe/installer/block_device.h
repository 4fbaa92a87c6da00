// A whole disk, opened past the page cache and for nobody else.
#pragma once

#include "core/result.h"
#include "pxe/installer/inspection.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace switchyard::pxe::installer {

struct Samples {
  std::uint64_t read{}, nonzero{};
};

class BlockDevice {
 public:
  using Told = std::function<Status(std::uint64_t percent)>;

  // Rejected when something of it is mounted or otherwise in use.
  [[nodiscard]] static Result<std::unique_ptr<BlockDevice>> open(const Disk& disk);
  BlockDevice(const BlockDevice&) = delete;
  BlockDevice& operator=(const BlockDevice&) = delete;
  ~BlockDevice();

  // Zeros everywhere; by the disk itself where it can (`by_itself`), else written. Ends with the
  // error of `told`.
  [[nodiscard]] Status zero(const Told& told);

  [[nodiscard]] bool zeroes_by_itself() const { return by_itself_; }

  // Pieces of 4 KiB spread evenly over the disk, its first and its last among them.
  [[nodiscard]] Result<Samples> sample(const Told& told);

 private:
  BlockDevice(const Disk& disk, int file);

  [[nodiscard]] tl::unexpected<Error> failed(const char* doing) const;

  Disk disk_;
  int file_;
  bool by_itself_;
};

}  // namespace switchyard::pxe::installer

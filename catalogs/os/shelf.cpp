#include "catalogs/os/shelf.h"

#include "core/digest.h"

#include <filesystem>
#include <optional>

namespace switchyard::catalogs::os {
namespace {

std::optional<std::string> fault_of(const std::string& boot_folder, const ShelfFile& file,
                                    Depth depth) {
  const std::string path = boot_folder + "/" + file.path;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return "is not in the boot folder " + boot_folder;
  if (depth == Depth::Size) {
    if (size == file.bytes) return std::nullopt;
    return "is " + std::to_string(size) + " bytes, not " + std::to_string(file.bytes);
  }
  const auto sum = sha256_of_file(path);
  if (!sum) return sum.error().message;
  if (size == file.bytes && *sum == file.sha256) return std::nullopt;
  return "is bytes: " + std::to_string(size) + ", sha256: " + *sum;
}

}  // namespace

std::vector<Fault> check_shelf(const std::string& boot_folder, const std::vector<ShelfFile>& files,
                               Depth depth) {
  std::vector<Fault> faults;
  for (const ShelfFile& file : files)
    if (const auto fault = fault_of(boot_folder, file, depth))
      faults.push_back({kImageFile, 0, file.path + " " + *fault});
  return faults;
}

}  // namespace switchyard::catalogs::os

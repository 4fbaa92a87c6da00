#include "provisioner/boot/image_shelf.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {

using pxe::installer::Download;
using pxe::installer::Image;

namespace {

constexpr std::string_view kFiles = "/files/";

bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 100 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

Result<ShelfEntry> parse_image(const std::string& name, std::string_view text) {
  auto image = pxe::installer::parse_manifest(text);
  if (!image) return tl::unexpected(image.error());
  image->url = "/files/images/" + name + "." + std::string(to_string(image->format));
  return *image;
}

Result<ShelfEntry> parse_native(std::string_view text) {
  auto native = parse_native_manifest(text);
  if (!native) return tl::unexpected(native.error());
  for (const auto* file : {&native->kernel, &native->initrd})
    if (!file->url.starts_with(kFiles))
      return failure(Errc::Invalid, file->url + " is not below " + std::string(kFiles));
  return *native;
}

bool is_native(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() && json.contains("installer");
}

std::vector<Download> files_of(const ShelfEntry& entry) {
  if (const auto* image = std::get_if<Image>(&entry))
    return {{.url = image->url, .bytes = image->bytes, .sha256 = image->sha256}};
  const auto& native = std::get<NativeInstaller>(entry);
  return {native.kernel, native.initrd};
}

Status check_file(const std::string& folder, const Download& file) {
  const std::string path = folder + "/" + file.url.substr(kFiles.size());
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size != file.bytes)
    return failure(Errc::Invalid, path + " is missing or not of the " + std::to_string(file.bytes) +
                                      " bytes of its manifest");
  return {};
}

}  // namespace

Result<ShelfEntry> parse_manifest(const std::string& name, std::string_view text) {
  auto entry = is_native(text) ? parse_native(text) : parse_image(name, text);
  if (!entry) return tl::unexpected(entry.error().in("image " + name));
  const std::string& is = std::visit(
      [](const auto& one) -> const auto& { return one.name; }, *entry);
  if (is != name)
    return failure(Errc::Invalid, "image " + name + ": its manifest is that of image " + is);
  return entry;
}

Result<ShelfEntry> find_image(const std::string& folder, const std::string& name) {
  const auto missing = failure(Errc::NotFound, "there is no image " + name + " in " + folder);
  if (!is_file_name(name)) return missing;
  std::ifstream file(folder + "/images/" + name + ".json", std::ios::binary);
  if (!file) return missing;
  std::ostringstream text;
  text << file.rdbuf();
  auto entry = parse_manifest(name, text.str());
  if (!entry) return entry;
  for (const Download& needed : files_of(*entry))
    if (const Status there = check_file(folder, needed); !there)
      return tl::unexpected(there.error().in("image " + name));
  return entry;
}

}  // namespace switchyard::provisioner

#include "provisioner/boot/image_shelf.h"

#include "catalogs/os/shelf.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {

namespace os = catalogs::os;
using pxe::installer::Image;
using pxe::installer::ImageFormat;

namespace {

constexpr std::string_view kFiles = "/files/";  // of the boot server: the boot folder

bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 100 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

constexpr std::array kFormats{ImageFormat::Tar, ImageFormat::TarZst, ImageFormat::Raw,
                              ImageFormat::RawZst};

Image image_of(const std::string& name, const os::DiskImage& disk) {
  return {.name = name,
          .url = std::string(kFiles) + disk.file.path,
          .format = *std::ranges::find_if(
              kFormats, [&](ImageFormat format) { return to_string(format) == disk.format; }),
          .bytes = disk.file.bytes,
          .sha256 = disk.file.sha256,
          .phones_home = disk.phones_home,
          .has_cloud_init = disk.has_cloud_init};
}

// The RAM system checks every byte when it fetches them.
Status check_sizes(const std::string& folder, const std::string& image,
                   const std::vector<os::ShelfFile>& files) {
  const auto faults = os::check_shelf(folder, files, os::Depth::Size);
  if (faults.empty()) return {};
  return failure(Errc::Invalid, "image " + image + ": " + faults.front().message);
}

}  // namespace

Result<Image> parse_manifest(const std::string& name, std::string_view text) {
  auto image = pxe::installer::parse_manifest(text);
  if (!image) return tl::unexpected(image.error().in("image " + name));
  if (image->name != name)
    return failure(Errc::Invalid,
                   "image " + name + ": its manifest is that of image " + image->name);
  image->url = std::string(kFiles) + "images/" + name + "." + std::string(to_string(image->format));
  return image;
}

Result<ShelfEntry> find_manifest(const std::string& folder, const std::string& name) {
  const auto missing = failure(Errc::NotFound, "there is no image " + name + " in " + folder);
  if (!is_file_name(name)) return missing;
  std::ifstream file(folder + "/images/" + name + ".json", std::ios::binary);
  if (!file) return missing;
  std::ostringstream text;
  text << file.rdbuf();
  auto image = parse_manifest(name, text.str());
  if (!image) return tl::unexpected(image.error());
  const os::ShelfFile of_manifest{
      .path = image->url.substr(kFiles.size()), .bytes = image->bytes, .sha256 = image->sha256};
  if (const Status there = check_sizes(folder, name, {of_manifest}); !there)
    return tl::unexpected(there.error());
  return std::move(*image);
}

Result<ShelfEntry> find_pushed(const std::string& folder, const os::ImageDefinition& image,
                               const catalogs::TemplateFiles& files) {
  if (const Status there = check_sizes(folder, image.name, files_of(image)); !there)
    return tl::unexpected(there.error());
  if (const auto* disk = std::get_if<os::DiskImage>(&image.install))
    return image_of(image.name, *disk);
  return NativeInstaller{.image = image, .files = files};
}

}  // namespace switchyard::provisioner

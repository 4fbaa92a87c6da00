#include "provisioner/boot/image_shelf.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {

using pxe::installer::Image;

namespace {

bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 100 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

Result<Image> parse_manifest(const std::string& name, std::string_view text) {
  auto image = pxe::installer::parse_manifest(text);
  if (!image) return tl::unexpected(image.error().in("image " + name));
  if (image->name != name)
    return failure(Errc::Invalid,
                   "image " + name + ": its manifest is that of image " + image->name);
  image->url = "/files/images/" + name + "." + std::string(to_string(image->format));
  return image;
}

Result<Image> find_image(const std::string& folder, const std::string& name) {
  const auto missing = failure(Errc::NotFound, "there is no image " + name + " in " + folder);
  if (!is_file_name(name)) return missing;
  std::ifstream file(folder + "/images/" + name + ".json", std::ios::binary);
  if (!file) return missing;
  std::ostringstream text;
  text << file.rdbuf();
  auto image = parse_manifest(name, text.str());
  if (!image) return image;
  std::error_code error;
  const std::string path = folder + "/images/" + image->url.substr(image->url.rfind('/') + 1);
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size != image->bytes)
    return failure(Errc::Invalid, "image " + name + ": " + path + " is missing or not of the " +
                                      std::to_string(image->bytes) + " bytes of its manifest");
  return image;
}

}  // namespace switchyard::provisioner

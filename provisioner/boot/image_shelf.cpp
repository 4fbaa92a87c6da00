#include "provisioner/boot/image_shelf.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {

using nlohmann::json;
using pxe::installer::Image;
using pxe::installer::ImageFormat;

namespace {

constexpr std::array<std::pair<std::string_view, ImageFormat>, 4> kFormats{
    {{"tar", ImageFormat::Tar},
     {"tar.zst", ImageFormat::TarZst},
     {"raw", ImageFormat::Raw},
     {"raw.zst", ImageFormat::RawZst}}};

bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 100 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string text_of(const json& manifest, const char* key) {
  const auto found = manifest.find(key);
  return found != manifest.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<Image> parse_manifest(const std::string& name, std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return failure(Errc::Invalid, "manifest of image " + name + ": " + why);
  };
  const json manifest = json::parse(text, nullptr, false);
  if (!manifest.is_object()) return refuse("not a JSON object");
  const std::string format = text_of(manifest, "format");
  const auto known = std::ranges::find(kFormats, format, [](const auto& f) { return f.first; });
  if (text_of(manifest, "name") != name) return refuse("its name is another one");
  if (known == kFormats.end()) return refuse("format is not tar, tar.zst, raw or raw.zst");
  const auto bytes = manifest.find("bytes");
  if (bytes == manifest.end() || !bytes->is_number_unsigned() || *bytes == 0)
    return refuse("bytes is not a number above 0");
  if (!is_sha256(text_of(manifest, "sha256")))
    return refuse("sha256 is not 64 lower-case hex digits");
  return Image{.name = name,
               .url = "/files/images/" + name + "." + format,
               .format = known->second,
               .bytes = bytes->get<std::uint64_t>(),
               .sha256 = text_of(manifest, "sha256")};
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

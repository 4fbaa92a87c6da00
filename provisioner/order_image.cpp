#include "provisioner/order_image.h"

#include "core/db/query.h"
#include "provisioner/store/image_versions.h"

#include <fmt/core.h>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

using catalogs::os::FirmwareMode;

bool boots(const ChosenImage& image, FirmwareMode mode) {
  return image.firmware.empty() || std::ranges::find(image.firmware, mode) != image.firmware.end();
}

// "": not known, as it was never inspected.
std::string_view mode_of(const ServerRecord& server) {
  return server.secure_boot == "on" ? to_string(FirmwareMode::SecureBoot)
                                    : std::string_view(server.firmware);
}

}  // namespace

Result<ChosenImage> choose_image(db::Session& session, const std::string& name) {
  const auto row =
      db::select_one<int>(session, "SELECT pushed FROM os_images WHERE name = :n", name);
  if (!row) return failure(Errc::Invalid, "there is no image " + name);
  ChosenImage chosen{.name = name,
                     .version = std::get<0>(*row),
                     .network = catalogs::os::ImageDefinition{}.network};
  if (chosen.version == 0) return chosen;
  const auto version = find_image_version(session, name, chosen.version);
  if (!version) return tl::unexpected(version.error());
  if (version->state == "deprecated")
    return failure(Errc::Conflict,
                   fmt::format("image {} version {} is deprecated and no other is published; "
                               "publish one: switchyard image publish {}@VERSION",
                               name, chosen.version, name));
  chosen.network = version->image.network;
  chosen.firmware = version->image.firmware;
  return chosen;
}

Status check_firmware(const ServerRecord& server, const ChosenImage& image) {
  const std::string_view mode = mode_of(server);
  const auto is_mode = [&](FirmwareMode one) { return to_string(one) == mode; };
  if (mode.empty() || image.firmware.empty() || std::ranges::any_of(image.firmware, is_mode))
    return {};
  return failure(Errc::Conflict,
                 fmt::format("server {} boots by {}; image {} version {} boots by {} only",
                             server.name, mode, image.name, image.version, firmware_text(image)));
}

std::string firmware_text(const ChosenImage& image) {
  std::string text;
  for (const FirmwareMode mode : image.firmware)
    text += (text.empty() ? "" : ", ") + std::string(to_string(mode));
  return text;
}

std::string firmware_condition(const ChosenImage& image) {
  std::string known = "''";
  for (const FirmwareMode mode : {FirmwareMode::Bios, FirmwareMode::Uefi})
    if (boots(image, mode)) known += fmt::format(", '{}'", to_string(mode));
  const char* secure = boots(image, FirmwareMode::SecureBoot) ? "" : "secure_boot <> 'on' AND ";
  return fmt::format("AND {}(secure_boot = 'on' OR firmware IN ({}))", secure, known);
}

}  // namespace switchyard::provisioner

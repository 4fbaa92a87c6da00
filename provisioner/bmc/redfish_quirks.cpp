#include "provisioner/bmc/redfish_quirks.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace switchyard::provisioner::redfish {
namespace {

using nlohmann::json;

enum class SendMode {
  WhenChanged,
  Always,  // the BMC falls back to its default when it is not in the request
  Never    // read-only: the property's presence is an error
};

enum class SendEnabled {
  Always,
  WhenChanged  // the same value again is an error
};

struct Quirk {
  std::string_view manufacturer;  // beginning of the system's Manufacturer
  SendMode mode;
  SendEnabled enabled;
};

// clang-format off
constexpr std::array kQuirks{
  //    manufacturer          BootSourceOverrideMode  BootSourceOverrideEnabled
  Quirk{"Supermicro",         SendMode::Always,       SendEnabled::Always},       // DMTF/Redfishtool#106, ironic story 2008547
  Quirk{"HPE",                SendMode::Never,        SendEnabled::Always},       // community.general#3509: not writable
  Quirk{"Hewlett",            SendMode::Never,        SendEnabled::Always},
  Quirk{"Dell",               SendMode::WhenChanged,  SendEnabled::WhenChanged},  // ironic story 2007355
  Quirk{"",                   SendMode::WhenChanged,  SendEnabled::Always},       // OpenBMC, Lenovo and everybody else
};

// clang-format on

const Quirk& quirk_of(const System& system) {
  return *std::ranges::find_if(kQuirks, [&](const Quirk& quirk) {
    return std::string_view(system.manufacturer).starts_with(quirk.manufacturer);
  });
}

bool offers(const std::vector<std::string>& offered, const std::string& wanted) {
  return offered.empty() || std::ranges::find(offered, wanted) != offered.end();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string body(const json& boot) {
  return json{{"Boot", boot}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

BootWish boot_wish(BootDevice device, std::optional<BootMode> mode) {
  BootWish wish{.target = device == BootDevice::Network ? "Pxe" : "Hdd"};
  if (mode) wish.mode = *mode == BootMode::Uefi ? "UEFI" : "Legacy";
  return wish;
}

Result<std::string> reset_type(PowerAction action, const std::vector<std::string>& allowed) {
  std::vector<std::string> fitting;
  switch (action) {
    case PowerAction::On: fitting = {"On", "ForceOn", "PushPowerButton"}; break;
    case PowerAction::ForceOff: fitting = {"ForceOff"}; break;
    case PowerAction::GracefulOff: fitting = {"GracefulShutdown", "PushPowerButton"}; break;
    case PowerAction::Cycle: return failure(Errc::Invalid, "a power cycle is off and on");
  }
  for (const std::string& type : fitting)
    if (offers(allowed, type)) return type;
  return failure(Errc::Rejected, "it has no ResetType for " + std::string(to_string(action)) +
                                     " (it offers " + joined(allowed) + ")");
}

Result<std::vector<std::string>> boot_patches(const System& system, const BootWish& wish) {
  const BootOverride& now = system.boot;
  if (!offers(now.targets, wish.target))
    return failure(Errc::Rejected, "it cannot boot from " + wish.target + " (it offers " +
                                       joined(now.targets) + ")");
  const Quirk& quirk = quirk_of(system);
  const bool mode_changes = !wish.mode.empty() && wish.mode != now.mode;
  if (mode_changes && quirk.mode == SendMode::Never && !now.mode.empty())
    return failure(Errc::Rejected, "its boot mode is " + now.mode + " and can only be changed to " +
                                       wish.mode + " in the firmware's setup");
  if (mode_changes && !offers(now.modes, wish.mode))
    return failure(Errc::Rejected,
                   "it has no boot mode " + wish.mode + " (it offers " + joined(now.modes) + ")");

  json boot{{"BootSourceOverrideTarget", wish.target}};
  if (quirk.enabled == SendEnabled::Always || now.enabled != "Once")
    boot["BootSourceOverrideEnabled"] = "Once";
  std::vector<std::string> bodies;
  const std::string& mode = wish.mode.empty() ? now.mode : wish.mode;
  const bool send_mode = quirk.mode == SendMode::Always || mode_changes;
  if (send_mode && quirk.mode != SendMode::Never && !mode.empty()) {
    json with_mode = boot;
    with_mode["BootSourceOverrideMode"] = mode;
    bodies.push_back(body(with_mode));
  }
  // A mode that must change is not left out; reading back decides for the rest.
  if (!mode_changes || quirk.mode == SendMode::Never) {
    bodies.push_back(body(boot));
    if (boot.size() > 1) bodies.push_back(body({{"BootSourceOverrideTarget", wish.target}}));
  }
  return bodies;
}

std::string boot_difference(const System& system, const BootWish& wish) {
  const BootOverride& now = system.boot;
  std::string difference;
  const auto compare = [&](const char* what, const std::string& shown, const std::string& wanted) {
    if (shown == wanted) return;
    difference += (difference.empty() ? "" : ", ") + std::string(what) + " " +
                  (shown.empty() ? "nothing" : shown) + " instead of " + wanted;
  };
  compare("BootSourceOverrideTarget", now.target, wish.target);
  compare("BootSourceOverrideEnabled", now.enabled, "Once");
  if (!wish.mode.empty() && !now.mode.empty())
    compare("BootSourceOverrideMode", now.mode, wish.mode);
  return difference;
}

}  // namespace switchyard::provisioner::redfish

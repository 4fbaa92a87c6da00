#include "provisioner/bmc/ipmi_answer.h"

#include <charconv>
#include <optional>

namespace switchyard::provisioner::ipmi {
namespace {

constexpr std::size_t kMaxText = 256;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// What stands behind the colon of the first line that begins with `name`, spaces aside.
std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == name)
      return trimmed(line.substr(colon + 1));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return std::nullopt;
}

std::string clean(std::string_view text) {
  std::string cleaned(text.substr(0, kMaxText));
  for (char& c : cleaned)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = ' ';
  return cleaned;
}

std::string first_of(std::string_view text, std::string_view name, std::string_view other) {
  const auto value = value_of(text, name);
  return clean(value && !value->empty() ? *value : value_of(text, other).value_or(""));
}

std::string device_name(unsigned device) {
  switch (device) {
    case 0: return "none";
    case 1: return "network";
    case 2: return "disk";
    default: return "number " + std::to_string(device);
  }
}

}  // namespace

Result<Power> parse_power(std::string_view text) {
  if (text.find("Chassis Power is on") != std::string_view::npos) return Power::On;
  if (text.find("Chassis Power is off") != std::string_view::npos) return Power::Off;
  return failure(Errc::Invalid, "ipmitool says no power state: " + clean(text.substr(0, 80)));
}

Result<BootFlags> parse_boot_flags(std::string_view text) {
  const auto data = value_of(text, "Boot parameter data");
  unsigned bytes = 0;
  if (data && data->size() >= 4) {
    const auto [end, error] = std::from_chars(data->data(), data->data() + 4, bytes, 16);
    if (error == std::errc{} && end == data->data() + 4)
      return BootFlags{.valid = (bytes & 0x8000) != 0,
                       .persistent = (bytes & 0x4000) != 0,
                       .uefi = (bytes & 0x2000) != 0,
                       .device = (bytes >> 2) & 0xf};
  }
  return failure(Errc::Invalid, "ipmitool says no boot flags: " + clean(text.substr(0, 80)));
}

BmcInventory parse_fru(std::string_view text) {
  return {.manufacturer = first_of(text, "Product Manufacturer", "Board Mfg"),
          .model = first_of(text, "Product Name", "Board Product"),
          .serial = first_of(text, "Product Serial", "Board Serial")};
}

BootFlags boot_flags(BootDevice device, BootMode mode) {
  return {.valid = true,
          .uefi = mode == BootMode::Uefi,
          .device = device == BootDevice::Network ? 1U : 2U};
}

std::string difference(const BootFlags& shown, const BootFlags& wished) {
  std::string text;
  const auto add = [&](bool differs, const std::string& what) {
    if (differs) text += (text.empty() ? "" : ", ") + what;
  };
  add(shown.device != wished.device,
      "boot device " + device_name(shown.device) + " instead of " + device_name(wished.device));
  add(shown.valid != wished.valid, "boot flags that are not valid");
  add(shown.persistent != wished.persistent, "a boot device for good instead of for once");
  add(shown.uefi != wished.uefi, std::string("boot mode ") + (shown.uefi ? "uefi" : "bios") +
                                     " instead of " + (wished.uefi ? "uefi" : "bios"));
  return text;
}

}  // namespace switchyard::provisioner::ipmi

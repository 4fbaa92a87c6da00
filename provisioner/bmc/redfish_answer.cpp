#include "provisioner/bmc/redfish_answer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace switchyard::provisioner::redfish {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxValues = 64;  // of a list of allowable values
constexpr double kMaxGib = 1 << 20;     // a pebibyte of memory

Result<json> parse_object(std::string_view text, const char* what) {
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object())
    return failure(Errc::Invalid, std::string(what) + " is not a JSON object");
  return parsed;
}

std::string clean(const std::string& text) {
  std::string cleaned;
  for (const char c : text) {
    if (cleaned.size() == kMaxText) break;
    const auto byte = static_cast<unsigned char>(c);
    cleaned += byte < 0x20 || byte >= 0x7f ? ' ' : c;
  }
  while (cleaned.ends_with(' '))
    cleaned.pop_back();
  return cleaned;
}

// What `object` has at `key`; a null when it is no object or has none.
const json& at(const json& object, const char* key) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

std::string text_at(const json& object, const char* key) {
  const json& value = at(object, key);
  return value.is_string() ? clean(value.get_ref<const std::string&>()) : std::string();
}

std::string path_of(const json& link) {
  const json& id = at(link, "@odata.id");
  if (!id.is_string()) return {};
  return as_path(id.get_ref<const std::string&>()).value_or("");
}

std::vector<std::string> texts_at(const json& object, const char* key) {
  std::vector<std::string> texts;
  const json& values = at(object, key);
  if (!values.is_array()) return texts;
  for (const json& value : values) {
    if (texts.size() == kMaxValues) break;
    if (value.is_string()) texts.push_back(clean(value.get_ref<const std::string&>()));
  }
  return texts;
}

PowerState parse_power_state(const std::string& text) {
  if (text == "On") return PowerState::On;
  if (text == "Off") return PowerState::Off;
  if (text == "PoweringOn") return PowerState::PoweringOn;
  if (text == "PoweringOff") return PowerState::PoweringOff;
  return PowerState::Unknown;
}

double number_at(const json& object, const char* key, double most) {
  const json& value = at(object, key);
  if (!value.is_number()) return 0;
  const double number = value.get<double>();
  return std::isfinite(number) && number >= 0 && number <= most ? number : 0;
}

std::uint16_t console_port(const json& console, const char* protocol, std::uint16_t usual) {
  const json& settings = at(console, protocol);
  const json& enabled = at(settings, "ServiceEnabled");
  if (!enabled.is_boolean() || !enabled.get<bool>()) return 0;
  const double port = number_at(settings, "Port", 65535);
  return port >= 1 ? static_cast<std::uint16_t>(port) : usual;
}

BootOverride parse_boot(const json& boot) {
  return {.target = text_at(boot, "BootSourceOverrideTarget"),
          .enabled = text_at(boot, "BootSourceOverrideEnabled"),
          .mode = text_at(boot, "BootSourceOverrideMode"),
          .targets = texts_at(boot, "BootSourceOverrideTarget@Redfish.AllowableValues"),
          .modes = texts_at(boot, "BootSourceOverrideMode@Redfish.AllowableValues")};
}

void read_reset(const json& action, System& system) {
  const json& target = at(action, "target");
  if (target.is_string())
    system.reset_path = as_path(target.get_ref<const std::string&>()).value_or("");
  system.reset_types = texts_at(action, "ResetType@Redfish.AllowableValues");
  const json& info = at(action, "@Redfish.ActionInfo");
  if (info.is_string())
    system.reset_info_path = as_path(info.get_ref<const std::string&>()).value_or("");
}

std::optional<MacAddress> mac_at(const json& object, const char* key) {
  const std::string text = text_at(object, key);
  if (text.empty()) return std::nullopt;
  const auto mac = parse_mac(text);
  if (!mac) return std::nullopt;
  return *mac;
}

}  // namespace

std::optional<std::string> as_path(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) {
      const std::size_t slash = text.find('/', scheme.size());
      if (slash == std::string_view::npos) return std::nullopt;
      text.remove_prefix(slash);
    }
  while (text.ends_with('/'))
    text.remove_suffix(1);
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\'; });
  const bool is_below = text == "/redfish/v1" || text.starts_with("/redfish/v1/");
  if (!is_plain || !is_below || text.size() > 512 || text.find("..") != std::string_view::npos)
    return std::nullopt;
  return std::string(text);
}

Result<ServiceRoot> parse_service_root(std::string_view text) {
  const auto root = parse_object(text, "the service root");
  if (!root) return tl::unexpected(root.error());
  ServiceRoot result{.systems = path_of(at(*root, "Systems")),
                     .sessions = path_of(at(at(*root, "Links"), "Sessions")),
                     .vendor = text_at(*root, "Vendor")};
  if (result.systems.empty())
    return failure(Errc::Invalid, "the service root names no collection of systems");
  const json& oem = at(*root, "Oem");
  if (result.vendor.empty() && oem.is_object() && !oem.empty())
    result.vendor = clean(oem.begin().key());
  return result;
}

Result<std::vector<std::string>> parse_collection(std::string_view text) {
  const auto collection = parse_object(text, "the collection");
  if (!collection) return tl::unexpected(collection.error());
  const json& members = at(*collection, "Members");
  if (!members.is_array()) return failure(Errc::Invalid, "the collection has no list of members");
  if (members.size() > kMaxMembers)
    return failure(Errc::Invalid, "the collection has more than 256 members");
  std::vector<std::string> paths;
  for (const json& member : members) {
    std::string path = path_of(member);
    if (path.empty())
      return failure(Errc::Invalid, "a member of the collection has no path below /redfish/v1");
    paths.push_back(std::move(path));
  }
  return paths;
}

Result<System> parse_system(std::string_view text) {
  const auto parsed = parse_object(text, "the system");
  if (!parsed) return tl::unexpected(parsed.error());
  const json& root = *parsed;
  const json& console = at(root, "SerialConsole");
  System system{
      .path = path_of(root),
      .power = parse_power_state(text_at(root, "PowerState")),
      .boot = parse_boot(at(root, "Boot")),
      .nics_path = path_of(at(root, "EthernetInterfaces")),
      .manufacturer = text_at(root, "Manufacturer"),
      .model = text_at(root, "Model"),
      .serial = text_at(root, "SerialNumber"),
      .uuid = text_at(root, "UUID"),
      .bios_version = text_at(root, "BiosVersion"),
      .cpus = static_cast<unsigned>(number_at(at(root, "ProcessorSummary"), "Count", 4096)),
      .ssh_console_port = console_port(console, "SSH", 22),
      .ipmi_console_port = console_port(console, "IPMI", 623)};
  read_reset(at(at(root, "Actions"), "#ComputerSystem.Reset"), system);
  const double gib = number_at(at(root, "MemorySummary"), "TotalSystemMemoryGiB", kMaxGib);
  system.memory_bytes = static_cast<std::uint64_t>(gib * (1ULL << 30));
  const json& managers = at(at(root, "Links"), "ManagedBy");
  if (managers.is_array() && !managers.empty()) system.manager_path = path_of(managers.front());
  if (!root.contains("PowerState")) return failure(Errc::Invalid, "the system has no PowerState");
  return system;
}

Result<std::vector<std::string>> parse_reset_info(std::string_view text) {
  const auto info = parse_object(text, "the action info");
  if (!info) return tl::unexpected(info.error());
  const json& parameters = at(*info, "Parameters");
  if (!parameters.is_array()) return failure(Errc::Invalid, "the action info has no parameters");
  for (const json& parameter : parameters)
    if (text_at(parameter, "Name") == "ResetType") return texts_at(parameter, "AllowableValues");
  return failure(Errc::Invalid, "the action info has no ResetType");
}

Result<std::optional<MacAddress>> parse_nic(std::string_view text) {
  const auto nic = parse_object(text, "the Ethernet interface");
  if (!nic) return tl::unexpected(nic.error());
  if (const auto permanent = mac_at(*nic, "PermanentMACAddress")) return permanent;
  return mac_at(*nic, "MACAddress");
}

Result<std::vector<std::string>> parse_manager_console(std::string_view text) {
  const auto manager = parse_object(text, "the manager");
  if (!manager) return tl::unexpected(manager.error());
  const json& console = at(*manager, "SerialConsole");
  const json& enabled = at(console, "ServiceEnabled");
  if (!enabled.is_boolean() || !enabled.get<bool>()) return std::vector<std::string>{};
  return texts_at(console, "ConnectTypesSupported");
}

std::string parse_refusal(std::string_view text) {
  const json answer = json::parse(text, nullptr, false);
  const json& error = at(answer, "error");
  const json& infos = at(error, "@Message.ExtendedInfo");
  std::string reasons;
  if (infos.is_array())
    for (const json& info : infos) {
      const std::string reason = text_at(info, "Message");
      if (reason.empty() || reasons.size() + reason.size() > kMaxText) continue;
      reasons += (reasons.empty() ? "" : " ") + reason;
    }
  return reasons.empty() ? text_at(error, "message") : reasons;
}

}  // namespace switchyard::provisioner::redfish

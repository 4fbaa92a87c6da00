// Everything that reads what a BMC answered: Redfish bodies and what ipmitool prints of it.
#include "provisioner/bmc/http_exchange.h"
#include "provisioner/bmc/ipmi_answer.h"
#include "provisioner/bmc/ipmi_bmc.h"
#include "provisioner/bmc/redfish_answer.h"
#include "provisioner/bmc/redfish_quirks.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace switchyard::provisioner;

void demand(bool promise) {
  if (!promise) std::abort();
}

bool is_tame(const std::string& text) {
  return text.size() <= 256 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_safe_path(const std::string& path) {
  return path.starts_with("/redfish/v1") && path.size() <= 512 && path.find("..") == path.npos &&
         std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void read_system(std::string_view text) {
  const auto system = redfish::parse_system(text);
  if (!system) return;
  demand(is_tame(system->model) && is_tame(system->serial) && is_tame(system->boot.target));
  for (const std::string& path : {system->path, system->reset_path, system->reset_info_path,
                                  system->nics_path, system->manager_path})
    demand(path.empty() || is_safe_path(path));
  for (const auto mode : {BootMode::Bios, BootMode::Uefi}) {
    const auto wish = redfish::boot_wish(BootDevice::Network, mode);
    (void)redfish::boot_difference(*system, wish);
    if (const auto bodies = redfish::boot_patches(*system, wish)) demand(!bodies->empty());
  }
  for (const auto action : {PowerAction::On, PowerAction::ForceOff, PowerAction::GracefulOff})
    (void)redfish::reset_type(action, system->reset_types);
}

void read_redfish(std::string_view text) {
  read_system(text);
  if (const auto root = redfish::parse_service_root(text)) demand(is_safe_path(root->systems));
  if (const auto members = redfish::parse_collection(text))
    for (const std::string& path : *members)
      demand(is_safe_path(path));
  (void)redfish::parse_reset_info(text);
  (void)redfish::parse_nic(text);
  (void)redfish::parse_manager_console(text);
  demand(is_tame(redfish::parse_refusal(text)));
  if (const auto path = redfish::as_path(text)) demand(is_safe_path(*path));
}

void read_ipmi(std::string_view text) {
  (void)ipmi::parse_power(text);
  (void)ipmi::parse_boot_flags(text);
  demand(is_tame(ipmi::parse_fru(text).model));
}

void read_addresses(std::string_view text) {
  (void)parse_fingerprint(text);
  (void)parse_ipmi_url(text);
  const auto url = parse_http_url(text);
  if (!url) return;
  const auto again = parse_http_url(url->origin.text() + url->path);
  demand(again && again->origin.text() == url->origin.text() && again->path == url->path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_redfish(text);
  read_ipmi(text);
  read_addresses(text);
  return 0;
}

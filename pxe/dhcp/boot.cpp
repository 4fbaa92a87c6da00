#include "pxe/dhcp/boot.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {
namespace {

// What real ROMs that send no option 93 are: old BIOS.
Platform platform_of(const Client& client) {
  return client.arch == nullptr ? Platform::Bios : client.arch->platform;
}

const std::string* loader_for(Platform platform, SecureBoot secure, const BootSettings& settings) {
  const auto found = std::ranges::find(settings.loaders, platform, &Loader::platform);
  if (found == settings.loaders.end()) return nullptr;
  const std::string& file = secure == SecureBoot::On ? found->secure_file : found->file;
  return file.empty() ? nullptr : &file;
}

}  // namespace

std::vector<Loader> default_loaders() {
  return {
      {.platform = Platform::Bios, .file = "undionly.kpxe"},
      {.platform = Platform::EfiX64, .file = "snponly.efi", .secure_file = "shimx64.efi"},
      {.platform = Platform::EfiArm64, .file = "snponly-arm64.efi", .secure_file = "shimaa64.efi"}};
}

std::optional<BootFile> choose_boot(const Client& client, SecureBoot secure,
                                    const BootSettings& settings, Ipv4 tftp_server) {
  if (!client.netboots || settings.script_url.empty()) return std::nullopt;
  if (client.ipxe && client.ipxe_http) return BootFile{.name = settings.script_url};

  const std::string* const file = loader_for(platform_of(client), secure, settings);
  if (file == nullptr) return std::nullopt;
  if (client.http_client)
    return BootFile{.name = settings.files_url + *file, .is_loader = true, .is_http_boot = true};
  // An iPXE without HTTP takes a bare name for one on the server of its own script: give it all.
  if (client.ipxe)
    return BootFile{.name = "tftp://" + to_string(tftp_server) + "/" + *file, .is_loader = true};
  return BootFile{.name = *file, .is_loader = true};
}

}  // namespace switchyard::pxe::dhcp

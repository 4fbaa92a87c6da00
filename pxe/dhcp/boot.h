// Which file a client is told to fetch next. Pure; what the file then does is decided when it is
// asked for, because firmware keeps a DHCP answer for minutes.
#pragma once

#include "pxe/dhcp/client.h"

#include <string>
#include <vector>

namespace switchyard::pxe::dhcp {

// By which loaders: iPXE, or the chain firmware with Secure Boot takes (shim, then GRUB, signed).
enum class SecureBoot : std::uint8_t { Off, On };

// What to serve to one platform; empty: nothing.
struct Loader {
  Platform platform{};
  std::string file{};         // below the TFTP root and below files_url
  std::string secure_file{};  // signed chain, for servers with Secure Boot
};

[[nodiscard]] std::vector<Loader> default_loaders();

struct BootSettings {
  std::string script_url{};  // http://172.16.100.1:8080/boot/ipxe; empty: no network boot at all
  std::string files_url{};   // http://172.16.100.1:8080/files/ with its last slash
  std::vector<Loader> loaders{default_loaders()};
  SecureBoot unknown{};  // for machines the inventory does not know
};

struct BootFile {
  std::string name{};   // a path for TFTP, or a URL
  bool is_loader{};     // a binary of ours, counted by the loop guard; false: the iPXE script
  bool is_http_boot{};  // the answer must carry option 60 "HTTPClient"
};

// Nothing when the client does not netboot or there is nothing for its platform.
[[nodiscard]] std::optional<BootFile> choose_boot(const Client& client, SecureBoot secure,
                                                  const BootSettings& settings, Ipv4 tftp_server);

}  // namespace switchyard::pxe::dhcp

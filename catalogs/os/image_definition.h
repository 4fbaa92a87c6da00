// image.yaml, read strictly: what an OS image is made of. Its files lie below the boot folder
// (docs/os-images.md); a version of it in the database says which, with their SHA-256.
//
//   name: debian-12                # as orders and network catalogs name it
//   description: Debian 12, a minute from order to disk
//   firmware: [bios, uefi]         # what it boots on; secure-boot, too
//   network: [systemd-networkd]    # what sets up its network (network_tool.h); left out: ifupdown2
//   and
//                                  # systemd-networkd
//   image:                         # written by our RAM system
//     format: tar.zst              # tar, tar.zst, raw, raw.zst
//     file: {path: images/debian-12.tar.zst, bytes: 121956691, sha256: 5e…}
//     phones_home: true            # it has the program that does
//     cloud_init: false            # it has cloud-init, so orders may bring user data
//   installer:                     # instead: the distribution's own
//     kernel: {path: native/debian-12/linux, bytes: 8222656, sha256: 5e…}
//     initrd: {path: native/debian-12/initrd.gz, bytes: 40810276, sha256: 5e…}
//     arguments: "auto=true url={{ base }}/preseed.cfg"   # of that kernel; a template
//     source: /files/debian        # a URL, or a path of the boot server
//     disk: auto                   # or a path below /dev
//     packages: [openssh-server, frr]
//     lines: []                    # the operator's own, of a preseed or a kickstart
//     answers:                     # what the installer fetches below {{ base }}
//       - {name: preseed.cfg, template: preseed.cfg.j2}
#pragma once

#include "catalogs/network_tool.h"
#include "catalogs/render/template_engine.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchyard::catalogs::os {

inline constexpr const char* kImageFile = "image.yaml";

enum class FirmwareMode : std::uint8_t { Bios, Uefi, SecureBoot };

// A file of the boot folder.
struct ShelfFile {
  std::string path{};     // relative, "images/debian-12.tar.zst"
  std::uint64_t bytes{};  // more than 0
  std::string sha256{};   // 64 lower-case hex digits
  friend bool operator==(const ShelfFile&, const ShelfFile&) = default;
};

struct DiskImage {
  std::string format{};  // "tar", "tar.zst", "raw", "raw.zst"
  ShelfFile file{};
  bool phones_home{};
  bool has_cloud_init{};
};

// A file that the installer fetches.
struct Answer {
  std::string name{};           // "preseed.cfg"
  std::string template_name{};  // of the template that makes it
};

struct Installer {
  ShelfFile kernel{};
  ShelfFile initrd{};
  std::string arguments{};  // a template of one line
  std::string source{};
  std::string disk{"auto"};
  std::vector<std::string> packages{};
  std::vector<std::string> lines{};
  std::vector<Answer> answers{};
};

struct ImageDefinition {
  std::string name{};
  std::string description{};
  std::vector<FirmwareMode> firmware{FirmwareMode::Bios, FirmwareMode::Uefi};
  std::vector<NetworkTool> network{NetworkTool::Ifupdown2, NetworkTool::Networkd};
  std::variant<DiskImage, Installer> install{};
};

struct ParsedImage {
  ImageDefinition definition{};
  std::vector<Fault> faults{};  // empty: the definition can be used
};

[[nodiscard]] ParsedImage parse_image(const TemplateFiles& files);

// All files of the boot folder that it needs.
[[nodiscard]] std::vector<ShelfFile> files_of(const ImageDefinition& image);

[[nodiscard]] std::string_view to_string(FirmwareMode mode);  // "bios", "uefi", "secure-boot"

}  // namespace switchyard::catalogs::os

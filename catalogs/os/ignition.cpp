// Flatcar has no installer but a program that copies its image: the RAM system of Flatcar runs it
// because live.ign says so, and the installed system reads config.ign at its first boot.
#include "catalogs/os/formats.h"

#include <nlohmann/json.hpp>

namespace switchyard::catalogs::os {
namespace {

using nlohmann::json;

constexpr int kExecutable = 0755;

constexpr const char* kInstall = R"(set -e -o pipefail
sh /tmp/switchyard begin
trap 'sh /tmp/switchyard say failed "the image could not be written"' EXIT
curl -fsS -m 60 --retry 3 -o /run/config.ign "$base/config.ign"
flatcar-install -d "$disk" -b "$source" -V current -i /run/config.ign
udevadm settle --timeout=60
mount /dev/disk/by-partlabel/ROOT /mnt
# Its /usr is another partition, so there is no tar to run in it; all owners are root.
curl -fsS -m 120 --retry 3 "$base/files.tar" | tar -C /mnt -xf -
umount /mnt
sync
trap - EXIT
sh /tmp/switchyard say finished "the image is written"
)";

std::string unit(const std::string& base) {
  return "[Unit]\nAfter=network-online.target\nWants=network-online.target\n"
         "[Service]\nType=oneshot\nExecStartPre=" +
         fetch_script(base) +
         "\nExecStart=/opt/switchyard-install\n[Install]\nWantedBy=multi-user.target\n";
}

json live(const std::string& base) {
  const json script{{"path", "/opt/switchyard-install"},
                    {"mode", kExecutable},
                    {"contents", {{"source", base + "/install.sh"}}}};
  const json service{
      {"name", "switchyard-install.service"}, {"enabled", true}, {"contents", unit(base)}};
  return {{"ignition", {{"version", "3.3.0"}}},
          {"storage", {{"files", json::array({script})}}},
          {"systemd", {{"units", json::array({service})}}}};
}

json installed(const AnswerOrder& order) {
  return {{"ignition", {{"version", "3.3.0"}}},
          {"passwd",
           {{"users", json::array({{{"name", "core"}, {"sshAuthorizedKeys", order.ssh_keys}}})}}}};
}

}  // namespace

std::vector<AnswerFile> render_ignition(const AnswerOrder& order, const std::string& base) {
  return {
      {.name = "live.ign", .content = live(base).dump(2) + "\n"},
      {.name = "config.ign", .content = installed(order).dump(2) + "\n"},
      {.name = "install.sh",
       .content = "#!/bin/bash\n# Rendered by Switchyard for " + order.hostname + ".\nbase='" +
                  base + "' disk='" + order.disk + "' source='" + order.source + "'\n" + kInstall},
      curl_script(order, base)};
}

}  // namespace switchyard::catalogs::os

// Ubuntu's installer (subiquity). Its user data is YAML, of which JSON is a part.
#include "catalogs/os/formats.h"

#include <nlohmann/json.hpp>

namespace switchyard::catalogs::os {
namespace {

using nlohmann::json;

// The installed system is configured by files alone: cloud-init and netplan would contradict them.
json late_commands() {
  return {"rm -f /target/etc/netplan/*.yaml", "touch /target/etc/cloud/cloud-init.disabled",
          "sh /tmp/switchyard finish /target"};
}

json autoinstall(const AnswerOrder& order, const std::string& base) {
  return {{"version", 1},
          {"locale", "en_US.UTF-8"},
          {"keyboard", {{"layout", "us"}}},
          {"timezone", "Etc/UTC"},
          {"ssh", {{"install-server", true}, {"allow-pw", false}}},
          // Instead of an `identity`, which would need a password.
          {"user-data", {{"hostname", order.hostname}, {"disable_root", false}}},
          {"apt", {{"geoip", false}, {"fallback", "offline-install"}}},
          {"storage", {{"layout", {{"name", "direct"}, {"match", {{"path", order.disk}}}}}}},
          {"packages", order.packages},
          {"early-commands", {fetch_script(base), "sh /tmp/switchyard begin"}},
          {"late-commands", late_commands()},
          {"error-commands", {"sh /tmp/switchyard say failed 'the installer gave up'"}},
          {"shutdown", "poweroff"}};
}

}  // namespace

std::vector<AnswerFile> render_autoinstall(const AnswerOrder& order, const std::string& base) {
  const json document{{"autoinstall", autoinstall(order, base)}};
  return {{.name = "user-data", .content = "#cloud-config\n" + document.dump(2) + "\n"},
          {.name = "meta-data",
           .content =
               json{{"instance-id", order.hostname}, {"local-hostname", order.hostname}}.dump(2) +
               "\n"},
          {.name = "vendor-data", .content = "#cloud-config\n{}\n"},
          curl_script(order, base)};
}

}  // namespace switchyard::catalogs::os

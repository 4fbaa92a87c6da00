#include "provisioner/bmc/ipmitool.h"

#include <algorithm>

namespace switchyard::provisioner {

Command ipmitool_command(const BmcAccess& access, const IpmiUrl& url,
                         const std::vector<std::string>& words) {
  Command command{.arguments = {access.ipmitool, "-I", "lanplus", "-H", url.host, "-p",
                                std::to_string(url.port), "-U", access.user, "-E", "-C",
                                std::to_string(url.cipher)},
                  .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
                                  "IPMI_PASSWORD=" + access.password.reveal()}};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  return command;
}

std::string ipmitool_clause(std::string_view printed) {
  std::string text(printed.substr(0, 200));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, ' ');
  while (text.ends_with(' '))
    text.pop_back();
  return text;
}

}  // namespace switchyard::provisioner

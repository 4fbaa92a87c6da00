#include "provisioner/bmc/console_follow.h"

#include "provisioner/bmc/ipmitool.h"
#include "provisioner/bmc/ssh_console.h"

namespace switchyard::provisioner {
namespace {

// The cipher suite that the URL of an IPMI BMC names; of a Redfish BMC the default.
unsigned cipher_of(const BmcAccess& access) {
  const auto url = parse_ipmi_url(access.url);
  return url ? url->cipher : IpmiUrl{}.cipher;
}

// ipmitool ends the session, and so frees the console, when its standard input ends.
Status follow_sol(const BmcAccess& access, const ConsoleAddress& at, const ProcessLimits& limits,
                  const Heard& heard) {
  Command command = ipmitool_command(
      access, {.host = at.host, .port = at.port, .cipher = cipher_of(access)}, {"sol", "activate"});
  command.environment.emplace_back("TERM=dumb");
  const auto finished = follow_process(command, limits, heard);
  const std::string who = "console of " + access.server;
  if (!finished) return tl::unexpected(finished.error().in(who));
  if (limits.stop.stop_requested()) return {};
  return failure(Errc::Unavailable,
                 who + ": serial over LAN ended: " + ipmitool_clause(finished->err));
}

}  // namespace

Status follow_console(const BmcAccess& access, const std::stop_token& stop, const Heard& heard) {
  const auto bmc = make_bmc(access);
  if (!bmc) return tl::unexpected(bmc.error());
  const auto at = (*bmc)->console();
  if (!at) return tl::unexpected(at.error());
  const ProcessLimits limits{.until = std::chrono::steady_clock::now() + kLongestConsole,
                             .stop = stop};
  if (at->protocol == "ipmi-sol") return follow_sol(access, *at, limits, heard);
  if (at->protocol == "ssh") return follow_ssh(access, *at, limits, heard);
  return failure(Errc::NotFound,
                 "console of " + access.server + ": it is offered by " + at->protocol + " only");
}

}  // namespace switchyard::provisioner

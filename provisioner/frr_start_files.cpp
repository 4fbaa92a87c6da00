#include "provisioner/frr_start_files.h"

#include "provisioner/host_links.h"

#include <fmt/core.h>

namespace switchyard::provisioner {
namespace {

constexpr const char* kScript = "/usr/local/lib/switchyard/own-addresses";

// 20 s are for what configures the network: a slow machine is not a broken one. On one so busy that
// a look takes longer than the sleep, 100 looks went past the two minutes frr.service has, and
// systemd killed the start (seen under emulation): hence the end by the clock.
constexpr const char* kFunctions =
    R"sh(#!/bin/sh
# Rendered by Switchyard: run before FRR starts. Waits for the server's own addresses, 100 looks in
# all (20 s), on a busy machine fewer, so that it ends within 60 s; what is not there then is put
# there and said.
left=100
read -r up _ </proc/uptime
end=$((${up%.*} + 60))

present() { [ -n "$(ip -o address show dev "$1" to "$2" 2>/dev/null)" ]; }

may_wait() {
  left=$((left - 1))
  read -r up _ </proc/uptime
  [ "$left" -gt 0 ] && [ "${up%.*}" -lt "$end" ]
}

own() {  # DEVICE ADDRESS
  until present "$1" "$2"; do
    may_wait || break
    sleep 0.2
  done
  present "$1" "$2" && return
  echo "own-addresses: $2 was not on $1; put there now" >&2
  [ -e "/sys/class/net/$1" ] || ip link add "$1" type dummy
  ip address replace "$2" dev "$1"
  ip link set "$1" up
  present "$1" "$2" || { echo "own-addresses: $2 cannot be put on $1" >&2; exit 1; }
}

)sh";

}  // namespace

std::vector<HostFile> render_frr_start_files(const DeploymentRecord& deployment) {
  std::string script = kFunctions;
  for (std::size_t i = 0; i < deployment.plan.vrfs.size(); ++i)
    for (const IpAddress& address : deployment.plan.vrfs[i].addresses)
      script += fmt::format("own {} {}\n", own_device(i), to_string(host_prefix(address)));
  return {{.path = kScript, .mode = "0755", .content = std::move(script)},
          {.path = "/etc/systemd/system/frr.service.d/20-switchyard-addresses.conf",
           .mode = "0644",
           .content =
               fmt::format("# Rendered by Switchyard: FRR drops a `set src` whose address is not "
                           "there yet.\n"
                           "[Unit]\n"
                           "After=networking.service systemd-networkd.service\n\n"
                           "[Service]\n"
                           "ExecStartPre={}\n",
                           kScript)}};
}

}  // namespace switchyard::provisioner

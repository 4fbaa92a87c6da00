// The installer of the RHEL family (Anaconda).
#include "catalogs/os/formats.h"

#include <fmt/format.h>

namespace switchyard::catalogs::os {
namespace {

constexpr const char* kText = R"(# Rendered by Switchyard for {host}.
cmdline
url --url={source}
lang en_US.UTF-8
keyboard us
timezone Etc/UTC --utc
network --bootproto=dhcp --hostname={host}
rootpw --lock
services --enabled=sshd
ignoredisk --only-use={disk}
zerombr
clearpart --all --initlabel --drives={disk}
bootloader --boot-drive={disk} --append="console=ttyS0"
autopart --type=plain --fstype=ext4 --noswap
poweroff
{lines}
%packages --excludeWeakdeps
@core
tar
{packages}
%end

%pre --erroronfail
{fetch}
sh /tmp/switchyard begin
%end

%post --nochroot --erroronfail
sh /tmp/switchyard finish /mnt/sysroot
%end

%onerror
sh /tmp/switchyard say failed "the installer gave up"
%end
)";

}  // namespace

std::vector<AnswerFile> render_kickstart(const AnswerOrder& order, const std::string& base) {
  using fmt::arg;
  return {{.name = "ks.cfg",
           .content = fmt::format(kText, arg("host", order.hostname), arg("source", order.source),
                                  arg("disk", order.disk.substr(std::string_view("/dev/").size())),
                                  arg("lines", join(order.lines, "\n")),
                                  arg("packages", join(order.packages, "\n")),
                                  arg("fetch", fetch_script(base)))},
          curl_script(order, base)};
}

}  // namespace switchyard::catalogs::os

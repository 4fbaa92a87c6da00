// What every installer but Debian's runs of ours: their systems have curl.
#include "catalogs/os/formats.h"

namespace switchyard::catalogs::os {
namespace {

constexpr const char* kScript = R"(
say() {  # ROUTE TEXT
  curl -fsS -m 20 --retry 3 -o /dev/null --data-binary "$2" "$base/$1"
}

beat() {
  while :; do
    say progress "the installer is at work"
    sleep 10
  done
}

begin() {
  sh "$0" beat </dev/null >/dev/null 2>&1 &
}

# By the installed system's own tar: owners are its users.
files() {  # ROOT
  curl -fsS -m 120 --retry 3 -o "$1/switchyard.tar" "$base/files.tar" &&
    chroot "$1" tar -C / -xf /switchyard.tar &&
    rm "$1/switchyard.tar" &&
    settle "$1"
}

finish() {  # ROOT
  if files "$1"; then
    sync
    say finished "the installer is done"
  else
    say failed "the server's own files could not be put into the installed system"
    return 1
  fi
}

"$@"
)";

}  // namespace

const char* settle_function() {
  return R"(
settle() {  # ROOT
  if [ -e "$1/etc/frr/daemons" ]; then sed -i 's/^bgpd=no/bgpd=yes/' "$1/etc/frr/daemons"; fi
  # One of them configures the network: two would fight.
  if ls "$1"/etc/systemd/network/*.network >/dev/null 2>&1 && chroot "$1" systemctl enable systemd-networkd; then
    for other in networking NetworkManager wicked; do chroot "$1" systemctl disable $other || true; done
  fi
  if [ -x "$1/usr/sbin/restorecon" ]; then chroot "$1" restorecon -R /etc /root /usr/local; fi
}
)";
}

AnswerFile curl_script(const AnswerOrder& order, const std::string& base) {
  return {.name = "switchyard.sh",
          .content = "#!/bin/sh\n# Rendered by Switchyard for " + order.hostname +
                     ": what the installer runs.\nbase='" + base + "'\n" + settle_function() +
                     kScript};
}

std::string fetch_script(const std::string& base) {
  return "curl -fsS -m 60 --retry 3 -o /tmp/switchyard " + base + "/switchyard.sh";
}

}  // namespace switchyard::catalogs::os

#!/bin/sh
# Installs what is missing of scripts/packages.txt with apt-get; says nothing when nothing is missing.
#
# Services that come along (mariadb, frr, ssh, cloud-init) are neither started nor enabled if it was us who brought
# them: the tests start their own copies with their own files.
set -eu

list=$(dirname "$0")/packages.txt
services="mariadb frr ssh dnsmasq isc-dhcp-relay cloud-init-local cloud-init cloud-config cloud-final"

fail() {
  echo "install-deps: $*" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 || fail "needs Debian 12: there is no apt-get here"
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
is_installed() {
  # Some distributions of Node.js bring npm along instead of packaging it.
  if [ "$1" = npm ] && command -v npm >/dev/null 2>&1; then return 0; fi
  case "
$installed
" in *"
$1
"*) return 0 ;; esac
  return 1
}

missing=
while read -r package; do
  case $package in '' | '#'*) continue ;; esac
  is_installed "$package" || missing="$missing $package"
done <"$list"
[ -n "$missing" ] || exit 0

[ "$(id -u)" = 0 ] || fail "these packages are missing and only root can install them:$missing"

known_services=
for service in $services; do
  if [ -e "/lib/systemd/system/$service.service" ]; then known_services="$known_services $service"; fi
done

log=$(mktemp /tmp/switchyard-install.XXXXXX)
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e "$policy" ]; then
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
clean_up() {
  if [ -n "$made_policy" ]; then rm -f "$policy"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

run_apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "apt-get $1 failed; all it said is in $log"
  }
}

# shellcheck disable=SC2086  # a list of words
set -- $missing
echo "install-deps: installing $# packages: $*" >&2
run_apt update
run_apt install -y --no-install-recommends "$@"

for service in $services; do
  case " $known_services " in *" $service "*) continue ;; esac
  if [ -e "/lib/systemd/system/$service.service" ] && command -v systemctl >/dev/null 2>&1; then
    systemctl disable --quiet "$service.service" 2>/dev/null || true
  fi
done
rm -f "$log"

#!/usr/bin/env bash
# Runs a command in the checkout on a fresh Debian 12: fresh-debian.sh [--keep] COMMAND…
#
# The root is made anew by mmdebstrap (minbase, main only) in a folder under /var/tmp; from this machine come apt's
# configuration, the resolver and its own certificate authorities (npm asks over TLS), nothing else. What is committed is cloned into /root/switchyard there. Needs root.
# Example: scripts/fresh-debian.sh ./demo.sh --once
set -euo pipefail

keep=
if [ "${1:-}" = --keep ]; then
  keep=yes
  shift
fi
case ${1:-} in
'' | -h | --help)
  sed -n '2,6s/^# \{0,1\}//p' "$0"
  exit 2
  ;;
esac
[ "$(id -u)" = 0 ] || { echo "fresh-debian: needs root" >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "fresh-debian: mmdebstrap is missing: apt-get install mmdebstrap" >&2; exit 1; }

checkout=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d /var/tmp/fresh-debian.XXXXXX)
root=$folder/root
clean_up() {
  status=$?
  if [ -n "$keep" ]; then echo "fresh-debian: kept in $root" >&2; else rm -rf --one-file-system "$folder"; fi
  exit "$status"
}
trap clean_up EXIT

begun=$SECONDS
mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$root"
rm -rf "$root/etc/apt"
cp -a /etc/apt "$root/etc/apt"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
chroot "$root" update-ca-certificates >/dev/null
echo "cafile=/etc/ssl/certs/ca-certificates.crt" >"$root/root/.npmrc"
git clone --quiet --no-hardlinks "$checkout" "$root/root/switchyard"
echo "=== a fresh Debian $(cat "$root/etc/debian_version") after $((SECONDS - begun)) s" >&2

# A mount and a PID namespace of its own: when the command ends, so does all that it started and mounted.
# shellcheck disable=SC2016  # the inner shell expands
unshare --mount --pid --fork --kill-child --propagation private bash -euc '
  root=$1
  shift
  mount --bind "$root" "$root"  # ip netns exec wants / to be a mount point
  mount -t proc proc "$root/proc"
  mount -t sysfs sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mkdir -p "$root/run/lock"
  exec env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$root" /bin/sh -c "cd /root/switchyard && exec \"\$@\"" sh "$@"
' bash "$root" "$@"

#!/bin/bash
# Builds the root file system every lab node boots, once for each recipe, and prints where it is.
# The recipe is this script, image/* and the kernel package: when none changed, this takes no time.
# Needs root on Debian 12 with `mmdebstrap user-mode-linux e2fsprogs kmod` (scripts/packages.txt).
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "$0")" && pwd)
cache=${SWITCHYARD_LAB_CACHE:-/var/cache/switchyard-lab}
mirror=${SWITCHYARD_LAB_MIRROR:-http://deb.debian.org/debian}
security=${SWITCHYARD_LAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}

for tool in mmdebstrap linux.uml mke2fs depmod; do
  command -v "$tool" >/dev/null || { echo "build_image.sh: $tool is missing: apt-get install mmdebstrap user-mode-linux e2fsprogs kmod" >&2; exit 1; }
done
modules=$(echo /usr/lib/uml/modules/*)

# The node's own files (init) are laid over a package tree that takes far longer to make.
packages_hash=$( { sed -n '/^make_root()/,/^}/p' "$here/build_image.sh"; cat "$here/image/packages.txt"; basename "$modules"; } | sha256sum | cut -c1-16)
image_hash=$( { echo "$packages_hash"; cat "$here/build_image.sh" "$here/image/lab-init"; } | sha256sum | cut -c1-16)
image=$cache/node-$image_hash.img
root_tar=$cache/root-$packages_hash.tar

mkdir -p "$cache"
exec 9>"$cache/lock"
flock -w 1200 9 || { echo "build_image.sh: somebody else has held $cache/lock for 20 minutes" >&2; exit 1; }

# shellcheck disable=SC2016  # the hook expands its own $1
make_root() {  # $1: the tar to make
  local include
  include=$(paste -sd, "$here/image/packages.txt")
  timeout 1100 mmdebstrap --quiet --variant=minbase --include="$include" --architectures=amd64 \
    --aptopt='Acquire::Retries "3"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/etc/ssh/ssh_host_*' \
    bookworm "$cache/new-root.tar" \
    "deb $mirror bookworm main" "deb $mirror bookworm-updates main" "deb $security bookworm-security main"
  mv "$cache/new-root.tar" "$1"
}

make_image() {  # $1: the image to make
  work=$(mktemp -d "$cache/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/root"
  tar -C "$work/root" -xf "$root_tar"
  mkdir -p "$work/root/lib/modules"
  cp -a "$modules" "$work/root/lib/modules/"
  depmod -b "$work/root" "$(basename "$modules")"
  install -m 0755 "$here/image/lab-init" "$work/root/lab-init"
  printf 'options bonding max_bonds=0\noptions dummy numdummies=0\n' >"$work/root/etc/modprobe.d/lab.conf"
  printf 'UsePAM no\nUseDNS no\nPermitRootLogin prohibit-password\nMaxSessions 50\nMaxStartups 100\n' >"$work/root/etc/ssh/sshd_config.d/lab.conf"
  # A journal: the nodes are killed like a switch that loses power, and must come back.
  truncate -s 900M "$work/image"
  mke2fs -q -t ext4 -J size=4 -m 0 -E lazy_itable_init=0,lazy_journal_init=0 -d "$work/root" "$work/image"
  chmod 0444 "$work/image"
  mv "$work/image" "$1"
}

[ -f "$root_tar" ] || make_root "$root_tar"
[ -f "$image" ] || make_image "$image"
# Older recipes are of no use to anybody who has this checkout; keep the last three of each.
for kind in node-*.img root-*.tar; do
  # shellcheck disable=SC2012,SC2086
  (cd "$cache" && ls -t $kind 2>/dev/null | tail -n +4 | xargs -r rm -f)
done
echo "$image"

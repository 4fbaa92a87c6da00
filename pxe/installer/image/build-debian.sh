#!/bin/bash
# Builds a Debian server image with FRR: OUTDIR/NAME.tar.zst and OUTDIR/NAME.json, where NAME is debian-12 (the
# default) or debian-13, and OUTDIR/NAME/image.yaml, which `switchyard image push` makes a version of. OUTDIR is the
# folder images of the boot folder. Once for each recipe (this script and files/): when nothing changed it copies what the
# cache has.
# Needs root on Debian 12 with `mmdebstrap zstd` (scripts/packages.txt).
set -euo pipefail

out=${1:?usage: build-debian.sh OUTDIR [debian-12|debian-13]}
name=${2:-debian-12}
case $name in
  debian-12) suite=bookworm ;;
  debian-13) suite=trixie ;;
  *) echo "build-debian.sh: no image is called $name; there are debian-12 and debian-13" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
cache=${SWITCHYARD_IMAGE_CACHE:-/var/cache/switchyard-images}
mirror=${SWITCHYARD_LAB_MIRROR:-http://deb.debian.org/debian}
security=${SWITCHYARD_LAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
packages=systemd,systemd-sysv,udev,dbus,kmod,iproute2,iputils-ping,ca-certificates,curl,sudo,systemd-timesyncd,openssh-server,frr,e2fsprogs,dosfstools,mdadm,lvm2,zstd,initramfs-tools,linux-image-cloud-amd64,grub-pc-bin,grub-efi-amd64-bin,grub-efi-amd64-signed,shim-signed,grub2-common

for tool in mmdebstrap zstd flock; do
  command -v "$tool" >/dev/null || { echo "build-debian.sh: $tool is missing: apt-get install mmdebstrap zstd" >&2; exit 1; }
done
hash=$( { echo "$name"; cat "$0"; cd "$here/files"; find . -type f -printf "%m %p\n" | sort; find . -type f | sort | xargs sha256sum; } | sha256sum | cut -c1-16)
tar=$cache/$name-$hash.tar.zst

mkdir -p "$cache" "$out"
exec 9>"$cache/lock"
flock -w 1200 9 || { echo "build-debian.sh: somebody else has held $cache/lock for 20 minutes" >&2; exit 1; }

# watchfrr gives its start script 20 s and kills it before it has loaded frr.conf on a server that is busy
# booting: all daemons run then, none with a configuration (seen under emulation).
# shellcheck disable=SC2016  # the hooks expand their own $1
make_image() {
  timeout 1100 mmdebstrap --quiet --variant=minbase --include="$packages" --architectures=amd64 \
    --aptopt='Acquire::Retries "3"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="cp -r $here/files/. \"\$1\"/" \
    --customize-hook='chroot "$1" systemctl enable systemd-networkd switchyard-host-keys.service switchyard-phone-home.service serial-getty@ttyS0.service' \
    --customize-hook='sed -i -e "s/^bgpd=no/bgpd=yes/" -e "s/^#watchfrr_options=.*/watchfrr_options=\"--restart-timeout 180\"/" "$1"/etc/frr/daemons' \
    --customize-hook='chmod -x "$1"/etc/grub.d/05_debian_theme "$1"/etc/grub.d/20_linux_xen "$1"/etc/grub.d/30_*' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname; : >"$1"/etc/machine-id' \
    "$suite" "$cache/new.tar" \
    "deb $mirror $suite main" "deb $mirror $suite-updates main" "deb $security $suite-security main"
  zstd -q -f -T0 -6 "$cache/new.tar" -o "$cache/new.tar.zst"
  rm "$cache/new.tar"
  mv "$cache/new.tar.zst" "$tar"
}

[ -f "$tar" ] || make_image
cp "$tar" "$out/$name.tar.zst"
ln -f "$out/$name.tar.zst" "$out/$name-$hash.tar.zst"  # the next build leaves what this version speaks of
printf '{"name":"%s","format":"tar.zst","bytes":%s,"sha256":"%s","phones_home":true}\n' \
  "$name" "$(stat -c %s "$tar")" "$(sha256sum <"$tar" | cut -c1-64)" >"$out/$name.json"
mkdir -p "$out/$name"
cat >"$out/$name/image.yaml" <<END
name: $name
description: Debian ($suite) with FRR
firmware: [bios, uefi, secure-boot]
image:
  format: tar.zst
  file: {path: images/$name-$hash.tar.zst, bytes: $(stat -c %s "$tar"), sha256: "$(sha256sum <"$tar" | cut -c1-64)"}
  phones_home: true
END
cat "$out/$name.json"

#!/bin/bash
# Puts the boot loaders into the boot folder: iPXE (undionly.kpxe for BIOS, snponly.efi for UEFI) and, signed as Secure
# Boot demands, shim (shimx64.efi) and GRUB (grubx64.efi). From Debian packages that are unpacked, not installed.
# Needs Debian 12 with apt's archive within reach.
set -euo pipefail

folder=${1:?usage: loaders.sh BOOT-FOLDER}
packages="ipxe shim-signed grub-efi-amd64-signed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck disable=SC2086  # words
apt-get -qq -o APT::Sandbox::User=root download $packages ||
  { echo "loaders.sh: apt-get cannot download $packages; is bookworm among its sources?" >&2; exit 1; }
for package in *.deb; do dpkg-deb -x "$package" tree; done
cd - >/dev/null
mkdir -p "$folder"
put() { install -m 0644 "$work/tree/usr/lib/$1" "$folder/$2"; }
put ipxe/undionly.kpxe undionly.kpxe
put ipxe/snponly.efi snponly.efi
put shim/shimx64.efi.signed shimx64.efi
put grub/x86_64-efi-signed/grubnetx64.efi.signed grubx64.efi
(cd "$folder" && sha256sum undionly.kpxe snponly.efi shimx64.efi grubx64.efi)

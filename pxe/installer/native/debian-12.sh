#!/bin/bash
# Puts debian-installer of Debian 12 on the shelf: native/debian-12/{linux,initrd.gz} and
# images/NAME.json in the boot folder. What the installer is to do beside that is in the environment:
#   SOURCE     the archive it installs from, as the server reaches it (a URL, or a path of the boot server)
#   PACKAGES   beside the smallest system, separated by blanks
#   LINES      a file of the operator's own preseed lines
#   ARGUMENTS  of its kernel
# Needs Debian 12 with `jq` (scripts/packages.txt) and apt's archive within reach.
set -euo pipefail

folder=${1:?usage: debian-12.sh BOOT-FOLDER [NAME]}
name=${2:-debian-12-native}
source=${SOURCE:-http://deb.debian.org/debian}
packages=${PACKAGES:-openssh-server frr}
arguments=${ARGUMENTS:-console=ttyS0}
lines=${LINES:-/dev/null}
package=debian-installer-12-netboot-amd64
images=usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64

command -v jq >/dev/null || { echo "debian-12.sh: jq is missing: apt-get install jq" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Unpacked, not installed: this machine needs none of it.
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg-deb -x "$package"_*.deb tree) ||
  { echo "debian-12.sh: apt-get cannot download $package; is bookworm among its sources?" >&2; exit 1; }

mkdir -p "$folder/native/debian-12" "$folder/images"
install -m 0644 "$work/tree/$images/linux" "$work/tree/$images/initrd.gz" "$folder/native/debian-12/"
download() {  # what a manifest says of a file
  jq -n --arg url "/files/native/debian-12/$1" --argjson bytes "$(stat -c %s "$folder/native/debian-12/$1")" \
    --arg sha256 "$(sha256sum <"$folder/native/debian-12/$1" | cut -c1-64)" '{$url, $bytes, $sha256}'
}
jq -n --arg name "$name" --argjson kernel "$(download linux)" --argjson initrd "$(download initrd.gz)" \
  --arg arguments "$arguments" --arg source "$source" --arg packages "$packages" --rawfile lines "$lines" \
  '{$name, installer: "preseed", $kernel, $initrd, $arguments, $source, disk: "auto",
    packages: ($packages | split(" ") | map(select(. != ""))), lines: ($lines | split("\n") | map(select(. != "")))}' \
  >"$folder/images/$name.json"
cat "$folder/images/$name.json"

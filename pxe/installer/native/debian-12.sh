#!/bin/bash
# Puts debian-installer of Debian 12 into the boot folder: native/debian-12/{linux,initrd.gz}, and images/NAME with
# image.yaml and its templates, which `switchyard image push` makes a version of. What the installer is to do beside
# that is in the environment:
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
shipped=$(cd "$(dirname "$0")/../../../catalogs/os/shipped" && pwd)

command -v jq >/dev/null || { echo "debian-12.sh: jq is missing: apt-get install jq" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Unpacked, not installed: this machine needs none of it.
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg-deb -x "$package"_*.deb tree) ||
  { echo "debian-12.sh: apt-get cannot download $package; is bookworm among its sources?" >&2; exit 1; }

own=native/debian-12
image=$folder/images/$name
mkdir -p "$folder/$own" "$image"
install -m 0644 "$work/tree/$images/linux" "$work/tree/$images/initrd.gz" "$folder/$own/"
cp "$shipped"/common/*.j2 "$image/"
cp "$shipped"/debian-installer/*.j2 "$image/"  # its own instead of the common ones
file() {  # what image.yaml says of one
  echo "{path: $own/$1, bytes: $(stat -c %s "$folder/$own/$1"), sha256: \"$(sha256sum <"$folder/$own/$1" | cut -c1-64)\"}"
}
kernel=$(file linux) initrd=$(file initrd.gz) name=$name source=$source arguments=$arguments \
  packages=$(jq -Rc 'split(" ") | map(select(. != ""))' <<<"$packages") \
  lines=$(jq -Rsc 'split("\n") | map(select(. != ""))' <"$lines") \
  awk '/^include:/ || /^  #/ { next }
    /^name:/ { $0 = "name: " ENVIRON["name"] }
    /^  kernel:/ { $0 = "  kernel: " ENVIRON["kernel"] }
    /^  initrd:/ { $0 = "  initrd: " ENVIRON["initrd"] }
    /^  source:/ { $0 = "  source: " ENVIRON["source"] }
    /^  packages:/ { $0 = "  packages: " ENVIRON["packages"] "\n  lines: " ENVIRON["lines"] }
    { at = index($0, "console=ttyS0"); if (at) $0 = substr($0, 1, at - 1) ENVIRON["arguments"]; print }' \
  "$shipped/debian-installer/image.yaml" >"$image/image.yaml"
cat "$image/image.yaml"

#!/bin/sh
# Unpacks ifupdown2 and NetworkManager into a cache folder, for tests: installed, both would take over the network of
# this machine. Says nothing when they are there. FOLDER/bin has `ifquery` and `nmcli`, FOLDER/root what was unpacked.
#
#   scripts/network-tools.sh [FOLDER]        /var/cache/switchyard-network-tools
set -eu

folder=${1:-/var/cache/switchyard-network-tools}
packages="ifupdown2 network-manager udev dbus"

[ ! -e "$folder/complete" ] || exit 0

fail() {
  echo "network-tools: $*" >&2
  exit 1
}

# The packages, and of what they need whatever is not installed here; upgrades of what is stay away.
wanted() {
  for package in $packages; do
    apt-get -s -o Debug::NoLocking=1 install --no-install-recommends "$package"
  done | sed -n 's/^Inst \([^ ]*\) (.*/\1/p' | sort -u
}

work=$(mktemp -d "${TMPDIR:-/tmp}/switchyard-network-tools.XXXXXX")
trap 'rm -rf "$work"' EXIT

list=$(wanted)
case $list in *network-manager*) ;; *)
  apt-get -qq update || fail "apt-get update failed"
  list=$(wanted)
  ;;
esac
[ -n "$list" ] || fail "these packages are not to be had: $packages"
mkdir -p "$work/debs" "$folder/bin"
# shellcheck disable=SC2086  # a list of words
(cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root download $list) || fail "apt-get download failed: $list"
for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$folder/root"; done
# As in Debian's own file system, where /lib is /usr/lib.
for merged in bin lib sbin; do
  [ -d "$folder/root/$merged" ] || continue
  mkdir -p "$folder/root/usr/$merged"
  cp -a "$folder/root/$merged/." "$folder/root/usr/$merged/"
  rm -r "$folder/root/$merged"
done

# As its package does when it is installed.
/usr/bin/python3 -m compileall -q "$folder/root/usr/share/ifupdown2" || fail "ifupdown2 does not compile"
ln -sfn "$folder/root/usr/share/ifupdown2/ifupdown2" "$folder/bin/ifquery"
cat >"$folder/bin/nmcli" <<END
#!/bin/sh
LD_LIBRARY_PATH=$folder/root/usr/lib/$(uname -m)-linux-gnu exec $folder/root/usr/bin/nmcli "\$@"
END
chmod 755 "$folder/bin/nmcli"
"$folder/bin/nmcli" --version >/dev/null || fail "nmcli does not run from $folder"
touch "$folder/complete"

#!/bin/sh
# FRR's own daemons in namespaces of their own: takes each of the files with vtysh, as the driver does on
# a switch, and writes what FRR shows after it into FILE.shown. Called as: unshare --net --mount sh real_frr.sh FILE…
set -eu
ip link set lo up
mkdir -p /run/frr
mount -t tmpfs tmpfs /run/frr
mount -t tmpfs tmpfs /etc/frr
: >/etc/frr/vtysh.conf
: >/etc/frr/frr.conf
chown frr:frr /run/frr /etc/frr /etc/frr/*
stop() {
  for pid in /run/frr/*.pid; do
    kill "$(cat "$pid")" 2>/dev/null || true
  done
}
trap stop EXIT
# No port of BGP: this is about what the daemons take, and nobody is there to talk to.
/usr/lib/frr/zebra -d -A 127.0.0.1
/usr/lib/frr/bgpd -d -A 127.0.0.1 -p 0
n=0
until vtysh -d bgpd -c 'show version' >/dev/null 2>&1; do
  n=$((n + 1))
  [ $n -lt 100 ] || exit 1
  sleep 0.1
done
for file in "$@"; do
  status=0
  vtysh -f "$file" >"$file.said" 2>&1 || status=$?
  echo "status $status" >>"$file.said"
  vtysh -c 'show running-config' >"$file.shown"
done

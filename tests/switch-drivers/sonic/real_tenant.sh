#!/bin/sh
# A ToR and a hostile tenant, both FRR's own daemons: the ToR's VRFs are network namespaces (this needs no VRF of the
# kernel), each with one cable to the tenant, who announces everything in FOLDER/tenant.conf from the first moment.
# Writes FOLDER/pid when the ToR listens to vtysh, FOLDER/seen all the while, and ends when FOLDER/stop is there.
# Called as: unshare --net --mount sh real_tenant.sh FOLDER PORT
set -eu
folder=$1
port=$2
ip link set lo up
mkdir -p /run/frr /run/netns
mount -t tmpfs tmpfs /run/frr
mount -t tmpfs tmpfs /etc/frr
mount -t tmpfs tmpfs /run/netns
mkdir -p /run/frr/tenant /etc/frr/tenant
for file in vtysh.conf frr.conf tenant/vtysh.conf tenant/frr.conf; do
  : >"/etc/frr/$file"
done
chown -R frr:frr /run/frr /etc/frr
unshare --net sleep 300 &
tenant=$!
inside() {
  nsenter -t "$tenant" --net "$@"
}
stop() {
  for pid in /run/frr/*.pid /run/frr/tenant/*.pid; do
    kill "$(cat "$pid")" 2>/dev/null || true
  done
  kill "$tenant" 2>/dev/null || true
}
trap stop EXIT
until [ "$(readlink "/proc/$tenant/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do
  sleep 0.1
done
for vrf in Vrf_vrf-prv:101 Vrf_vrf-pub:201; do
  name=${vrf%:*}
  tag=${vrf#*:}
  ip netns add "$name"
  ip link add "$port.$tag" type veth peer name "eth1.$tag"
  ip link set "eth1.$tag" netns "$tenant"
  ip link set "$port.$tag" netns "$name"
  ip netns exec "$name" ip link set lo up
  ip netns exec "$name" ip link set "$port.$tag" up
  inside ip link set "eth1.$tag" up
done
/usr/lib/frr/zebra -n -d -A 127.0.0.1
/usr/lib/frr/bgpd -d -A 127.0.0.1
inside /usr/lib/frr/zebra -N tenant -d -A 127.0.0.1
inside /usr/lib/frr/bgpd -N tenant -d -A 127.0.0.1
until vtysh -d bgpd -c 'show version' >/dev/null 2>&1 &&
  inside vtysh -N tenant -d bgpd -c 'show version' >/dev/null 2>&1; do
  sleep 0.1
done
inside vtysh -N tenant -f "$folder/tenant.conf" >"$folder/tenant.said" 2>&1
echo $$ >"$folder/pid.new"
mv "$folder/pid.new" "$folder/pid"
n=0
while [ ! -e "$folder/stop" ] && [ $n -lt 600 ]; do
  vtysh -c 'show bgp vrf all ipv4 unicast' -c 'show bgp vrf all ipv6 unicast' >>"$folder/seen" 2>&1 || true
  inside vtysh -N tenant -c 'show bgp ipv4 unicast' -c 'show bgp ipv6 unicast' >"$folder/told.new" 2>&1 || true
  mv "$folder/told.new" "$folder/told"
  n=$((n + 1))
  sleep 0.1
done

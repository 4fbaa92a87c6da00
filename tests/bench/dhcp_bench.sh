#!/bin/bash
# Four-way DHCP exchanges a second with leases that are kept: our server (every lease committed to its database
# before the ACK), Kea (memfile, persisted, not synced) and dnsmasq (lease file), one after the other in the same run.
#
#   dhcp_bench.sh [BIN_DIRECTORY]        root; needs kea-admin, kea-dhcp4-server, dnsmasq-base
#
# RATES, SECONDS_EACH, ROUNDS and SERVERS (of: switchyard switchyard-mariadb kea dnsmasq) change what is measured.
# SWITCHYARD_TEST_MYSQL (scripts/mariadb-test.sh) is the database of switchyard-mariadb. Every client is a new one and
# asks once; the client side is relayed (unicast), as perfdhcp does it. Rates are of answered REQUESTs by the seconds
# of sending. "storm": AVALANCHE clients send all at once and ask again until they have an address.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${1:-build/release/bin}
rates=${RATES:-1000 2000 4000 6000 8000 10000 12000}
each=${SECONDS_EACH:-8}
rounds=${ROUNDS:-1}
servers=${SERVERS:-switchyard kea dnsmasq}
storm=${AVALANCHE:-1000}

[ "$(id -u)" = 0 ] || { echo "$0: network namespaces need root" >&2; exit 1; }
for program in perfdhcp kea-dhcp4 dnsmasq; do
  command -v "$program" >/dev/null || { echo "$0: $program is missing (kea-admin, kea-dhcp4-server, dnsmasq-base)" >&2; exit 1; }
done

work=$(mktemp -d /tmp/dhcp-bench.XXXXXX)
s=sy-dhcpb-$$-s
c=sy-dhcpb-$$-c
pid=

stop_server() {
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  pid=
}
clean_up() {
  stop_server
  ip netns del "$s" 2>/dev/null || true
  ip netns del "$c" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

ip netns add "$s"
ip netns add "$c"
ip link add s0 netns "$s" type veth peer name c0 netns "$c"
ip -n "$s" addr add 10.77.0.1/16 dev s0
ip -n "$c" addr add 10.77.0.2/16 dev c0
for where in "$s s0" "$s lo" "$c c0" "$c lo"; do
  # shellcheck disable=SC2086  # a namespace and an interface
  set -- $where
  ip -n "$1" link set "$2" up
done

mysql_of_ours() {
  [ -n "${SWITCHYARD_TEST_MYSQL:-}" ] || { echo "$0: switchyard-mariadb needs SWITCHYARD_TEST_MYSQL" >&2; exit 1; }
  echo "$SWITCHYARD_TEST_MYSQL"
}

# Empties the tables a run before left: a fresh database for each point.
forget_mariadb() {
  local socket=${SWITCHYARD_TEST_MYSQL##*socket=}
  mariadb --no-defaults --socket="$socket" -u root -e 'DROP TABLE IF EXISTS switchyard.dhcp_leases, switchyard.schema_migrations'
}

start_server() {
  rm -rf "$work/state"
  mkdir "$work/state"
  local words=()
  case $1 in
  switchyard | switchyard-mariadb)
    local url=sqlite://$work/state/leases.db
    if [ "$1" = switchyard-mariadb ]; then url=$(mysql_of_ours); forget_mariadb; fi
    words=("$bin/dhcp_lab" --interface s0 --address 10.77.0.1 --subnet 10.77.0.0/16 --pool 10.77.1.0-10.77.254.255
      --router 10.77.0.1 --discover --authoritative --quiet --probe 0 --database "$url") ;;
  kea)
    cat >"$work/kea.json" <<JSON
{"Dhcp4": {"interfaces-config": {"interfaces": ["s0"], "dhcp-socket-type": "udp"},
  "lease-database": {"type": "memfile", "persist": true, "name": "$work/state/leases.csv", "lfc-interval": 0},
  "multi-threading": {"enable-multi-threading": ${KEA_THREADS:-false}}, "authoritative": true, "valid-lifetime": 3600,
  "subnet4": [{"subnet": "10.77.0.0/16", "pools": [{"pool": "10.77.1.0-10.77.254.255"}],
    "option-data": [{"name": "routers", "data": "10.77.0.1"}]}],
  "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "stdout"}]}]}}
JSON
    words=(env KEA_PIDFILE_DIR="$work/state" KEA_LOCKFILE_DIR=none kea-dhcp4 -c "$work/kea.json") ;;
  dnsmasq)
    words=(dnsmasq -k --port=0 --conf-file=/dev/null --interface=s0 --bind-interfaces --no-ping --dhcp-authoritative
      --dhcp-lease-max=100000 "--dhcp-range=10.77.1.0,10.77.254.255,255.255.0.0,1h" --user=root --pid-file=
      --log-facility=/dev/null --quiet-dhcp --dhcp-leasefile="$work/state/leases") ;;
  *) echo "$0: no such server: $1" >&2; exit 2 ;;
  esac
  ip netns exec "$s" "${words[@]}" >"$work/server.log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do
    if [ -n "$(ip netns exec "$s" ss -Hlun 'sport = :67')" ]; then return 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "$0: $1 did not start:" >&2
  cat "$work/server.log" >&2
  exit 1
}

# "avg" of an exchange, in ms, and how many were answered, from perfdhcp's report.
field() { awk -v part="$1" -v key="$2" '/Statistics for:/ {on = index($0, part)} on && index($0, key) == 1 {sub(/^[^:]*: */, ""); print $1; exit}' "$work/report"; }

measure() {  # server rate
  start_server "$1"
  local seconds=$((each + 30)) cpu_before cpu_after
  cpu_before=$(cut -d' ' -f14-15 "/proc/$(server_pid)/stat" | awk '{print $1 + $2}')
  timeout "$seconds" ip netns exec "$c" perfdhcp -4 -l 10.77.0.2 -r "$2" -R 60000 -p "$each" -W 1000000 -s 1 10.77.0.1 \
    >"$work/report" 2>"$work/perfdhcp.err" || true
  cpu_after=$(cut -d' ' -f14-15 "/proc/$(server_pid)/stat" | awk '{print $1 + $2}')
  stop_server
  awk -v server="$1" -v rate="$2" -v each="$each" -v cpu="$(((cpu_after - cpu_before) * 10))" \
    -v ds="$(field DISCOVER 'sent packets')" -v dr="$(field DISCOVER 'received packets')" \
    -v rs="$(field REQUEST 'sent packets')" -v rr="$(field REQUEST 'received packets')" \
    -v da="$(field DISCOVER 'avg delay')" -v ra="$(field REQUEST 'avg delay')" 'BEGIN {
      lost = ds > 0 ? 100 * (1 - rr / ds) : 100
      printf "| %s | %d | %d | %.2f | %.2f | %.2f | %d |\n", server, rate, rr / each, lost, da, ra, (rr > 0 ? cpu * 1000 / rr : 0)
    }'
}

# `ip netns exec` becomes the program itself; env too.
server_pid() { echo "$pid"; }

avalanche() {
  start_server "$1"
  timeout 120 ip netns exec "$c" perfdhcp -4 -l 10.77.0.2 --scenario avalanche -R "$storm" -s 1 10.77.0.1 \
    >"$work/report" 2>"$work/perfdhcp.err" || true
  stop_server
  local took
  took=$(grep -ioE 'took [0-9:.]+' "$work/report" | head -1 || true)
  echo "| $1 | $storm | ${took:-did not end} | $(field REQUEST 'received packets') |"
}

echo "two cores shared by both sides: $(nproc) CPUs, load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%FT%RZ)"
echo
echo "| server | asked/s | answered/s | lost % | OFFER ms | ACK ms | server CPU us an exchange |"
echo "|---|---|---|---|---|---|---|"
for _ in $(seq "$rounds"); do
  for rate in $rates; do
    for server in $servers; do
      measure "$server" "$rate"
    done
  done
done
echo
echo "| server | clients at once | all had an address after | answered |"
echo "|---|---|---|---|"
for server in $servers; do avalanche "$server"; done

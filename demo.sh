#!/usr/bin/env bash
# Installs what is missing, builds, and shows the life of one server on a simulated site: from the
# pool to routed and back, driven by the command line. Everything stays on loopback.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./demo.sh [--once | --then COMMAND] [--bin DIR] [--servers N]
                 [--nos NOS[,NOS]]

Installs the Debian packages that are missing (as root), builds the release preset, starts a
simulated site (two switches that speak SSH, servers with a BMC that speaks Redfish) and the
service on SQLite, imports the site, deploys a server and releases it again. Then everything
stays up for you to play with; Ctrl-C stops it.

  --once       end after the release; exit status 0 only if the server was really deployed
               (active, all sessions Established with exactly its host routes) and really
               released (available again, no session left)
  --then COMMAND  like --once, but run COMMAND URL TOKENFILE before everything is stopped
               and fail if it fails
  --bin DIR    use the programs in DIR (or in $SWITCHYARD_BIN) instead of building them
  --servers N  simulated servers (4)
  --nos NOS[,NOS]  switch OS of the two switches: linux-frr (both), junos, sonic, or one of two of
               them (switchyard-sim --list-nos has all)
  --help       this text
TEXT
}

once=
visitor=
bin=${SWITCHYARD_BIN:-}
servers=4
nos=linux-frr
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=yes ;;
    --then) visitor=${2:?--then needs a command}; shift ;;
    --bin) bin=${2:?--bin needs a directory}; shift ;;
    --servers) servers=${2:?--servers needs a number}; shift ;;
    --nos) nos=${2:?--nos needs a switch OS}; shift ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 1 ;;
  esac
  shift
done

if [ -n "$visitor" ]; then visitor=$(realpath "$visitor"); fi
if [ -n "$bin" ]; then bin=$(realpath "$bin"); fi
cd "$(dirname "$0")"
root=$PWD
work=
pids=()
stage=0
stages=7

say() {
  stage=$((stage + 1))
  printf '\n==> %d/%d %s\n' "$stage" "$stages" "$*"
}

fail() {
  printf '\ndemo.sh: %s\n' "$*" >&2
  if [ -n "$work" ]; then
    for log in "$work"/*.log; do
      [ -s "$log" ] || continue
      printf -- '--- the end of %s\n' "$log" >&2
      tail -n 15 "$log" >&2
    done
  fi
  exit 1
}

# By pid, and only what this script started.
stop_all() {
  local pid tries
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for ((tries = 0; tries < 100; tries++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  pids=()
}

clean_up() {
  local status=$?
  trap - EXIT INT TERM
  stop_all
  if [ -n "$work" ]; then
    if [ "$status" = 0 ]; then
      rm -rf "$work"
    else
      echo "demo.sh: logs and data are kept in $work" >&2
    fi
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await SECONDS PID COMMAND…: until the command succeeds; fails when the time is up or PID has ended.
await() {
  local deadline=$((SECONDS + $1)) pid=$2
  shift 2
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

build() {
  local log=$work/build.log
  # One cache for all build directories of this checkout.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  cmake --preset release >"$log" 2>&1 || fail "cmake does not get along with this machine"
  if [ -t 1 ]; then
    NINJA_STATUS='[%f/%t, %e s] ' cmake --build --preset release --target switchyard switchyard-sim ||
      fail "the build fails"
    return
  fi
  NINJA_STATUS='[%f/%t, %e s] ' cmake --build --preset release --target switchyard switchyard-sim \
    >>"$log" 2>&1 &
  local building=$!
  pids+=("$building")
  local next=$((SECONDS + 10))
  while kill -0 "$building" 2>/dev/null; do
    sleep 0.5
    if [ "$SECONDS" -ge "$next" ]; then
      tail -n 1 "$log"
      next=$((SECONDS + 10))
    fi
  done
  wait "$building" || fail "the build fails"
  pids=()
}

nobody_listens_on() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_simulator() {
  "$bin/switchyard-sim" --servers "$servers" --switches 2 --nos "$nos" \
    --write-inventory "$work/site.yaml" >"$work/sim.log" 2>&1 &
  pids+=($!)
  await 30 $! grep -q 'control http' "$work/sim.log" || fail "the simulated site does not start"
  control=$(sed -n 's/.*control \(http[^ ]*\).*/\1/p' "$work/sim.log")
  cat "$work/sim.log"
}

start_service() {
  local port=0
  if nobody_listens_on 8080; then port=8080; fi
  cat >"$work/switchyard.yaml" <<CONFIG
site: demo
data_directory: $work/data
portal_directory: $root/web/ui
listen:
  address: 127.0.0.1
  port: $port
reconcile:
  scan_interval: 10s
CONFIG
  "$bin/switchyard" serve --config "$work/switchyard.yaml" >"$work/service.log" 2>&1 &
  pids+=($!)
  await 60 $! grep -q '"serving"' "$work/service.log" || fail "the service does not start"
  # {"msg":"serving","port":"8080",…}
  port=$(grep '"serving"' "$work/service.log" | sed -n 's/.*"port":"\{0,1\}\([0-9]*\).*/\1/p')
  export SWITCHYARD_URL=http://127.0.0.1:$port
  token_file=$work/data/admin.token
  await 10 $! test -s "$token_file" || fail "the service made no admin token"
  echo "the service answers at $SWITCHYARD_URL"
}

# Shows the command as a person would type it, then runs it.
cli() {
  printf '\n$ switchyard %s\n' "$*"
  "$bin/switchyard" "$@" --token-file "$token_file"
}

ask() { "$bin/switchyard" "$@" --token-file "$token_file" -o json; }

# The two ports srv1 is cabled to, "tor1 swp1" a line.
ports_of_server() { ask server show srv1 | jq -r '.nics[] | .switch + " " + .port'; }

check_deployed() {
  [ "$(ask server show srv1 | jq -r .state)" = active ] || fail "srv1 is not active"
  local switch port
  while read -r switch port; do
    ask switch port "$switch" "$port" | jq -e '
      .sync == "in-sync" and (.sessions | length) == 2 and
      all(.sessions[]; .state == "Established" and (.accepted | length) == 2 and
                       (.accepted | sort) == (.expected | sort))' >/dev/null ||
      fail "port $port of $switch does not have two sessions with exactly the server's host routes"
  done <<<"$(ports_of_server)"
  echo "checked: active; on both switches every session is Established with exactly the host routes"
}

check_released() {
  [ "$(ask server show srv1 | jq -r .state)" = available ] || fail "srv1 is not available again"
  local switch port
  while read -r switch port; do
    ask switch port "$switch" "$port" | jq -e '
      .sync == "in-sync" and .wished_mode == "provisioning" and (.sessions | length) == 0' \
      >/dev/null || fail "port $port of $switch is not back in the provisioning VLAN"
  done <<<"$(ports_of_server)"
  # What the simulated switches saw at every moment, not what the service says of itself.
  [ "$(curl -sS --max-time 10 "$control/violations")" = '[]' ] ||
    fail "a switch was in a state that must never be: $(curl -sS --max-time 10 "$control/violations")"
  echo "checked: available again; no session left; the switches never saw a state that must not be"
}

stay() {
  cat <<TEXT

Everything stays up until Ctrl-C.

  portal      $SWITCHYARD_URL
  token file  $token_file
  logs        $work/service.log $work/sim.log

  export SWITCHYARD_URL=$SWITCHYARD_URL PATH=$bin:\$PATH
  switchyard --token-file $token_file server list
TEXT
  trap 'exit 0' INT TERM  # the way to end it
  wait -n "${pids[@]}" || true
  fail "one of the programs ended by itself"
}

work=$(mktemp -d /tmp/switchyard-demo.XXXXXX)
chmod 700 "$work"
touch "$work"/{build,sim,service}.log  # they are looked into before their writers begin

say "Install what is missing"
scripts/install-deps.sh
echo "nothing is missing"

say "Build"
if [ -z "$bin" ]; then
  build
  bin=$root/build/release/bin
fi
ls -1 "$bin/switchyard" "$bin/switchyard-sim"

say "Start a simulated site: two switches, $servers servers"
start_simulator

say "Start the service on SQLite"
start_service

say "Import the site"
cli inventory import "$work/site.yaml"
cli server list

say "Deploy a server: pool, installer, routed"
cli deploy demo-1 --project demo --image debian-12 --catalog l3-dual --server srv1 \
  --subnet vrf-prv=prv-v4 --subnet vrf-prv=prv-v6 --subnet vrf-pub=pub-v4 --subnet vrf-pub=pub-v6 \
  --watch || fail "the deployment failed"
while read -r switch port; do
  cli switch port "$switch" "$port"
done <<<"$(ports_of_server)"
check_deployed

say "Release it: shut, wiped, back in the pool"
cli release demo-1 --yes --watch || fail "the release failed"
cli switch ports tor1
cli server list
check_released

if [ -n "$visitor" ]; then
  "$visitor" "$SWITCHYARD_URL" "$token_file" || fail "$visitor says no"
elif [ -z "$once" ]; then
  stay
fi
printf '\ndemo.sh: deployed and released, %d s in all\n' "$SECONDS"

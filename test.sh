#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Stages can be named to run only those.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./test.sh [STAGE…]

  all       everything below but tools, qemu, boots and preseed (the default)
  unit      C++ tests, on SQLite and on a private MariaDB, and the checks of scripts and formats
  openapi   lint of docs/openapi.yaml, and every recorded answer of the unit tests against it
  lab       the real fabric: FRR, bridges, VRFs, sshd in User Mode Linux (root, about 15 minutes)
  tools     what ifupdown2, systemd-networkd, netplan and NetworkManager make of the shipped catalogs, a User Mode
            Linux machine each (root, about 3 minutes; not in `all`, for its time: ctest has the tools' own parsers)
  boot      the whole story: a QEMU server installed, routed, released and wiped on the real fabric,
            and its faults (root; about 18 minutes, the first time 5 more for two server images)
  netboot   real firmware in QEMU boots from the service: BIOS, UEFI by PXE and HTTP, Secure Boot, IPv6 alone; and
            from power-on to an installed system, with where the time goes (root; about 6 minutes)
  qemu      the RAM system in QEMU: RAID1 and LVM, raw images, wipes, power cuts, rescue, phone-home
            (root; not in `all`, for its time: ctest and `boot` have the common paths)
  boots     an installed server boots three times, Debian 12 and 13: did FRR start after its network?
            Not in `all` yet: Debian 13 was seen without its `set src` lines, the cause is open
  demo      ./demo.sh --once: a simulated server deployed and released
  browser   the portal in Chromium against a running demo
  preseed   Debian's own installer in QEMU, and the disk boots: 34 minutes without KVM beside other
            work, so `all` leaves it out
  fuzz      libFuzzer with ASan and UBSan, half a minute for each parser; beside the lab when both are asked for

Needs Debian 12 and root (packages, network namespaces). Builds in build/dev.
TEXT
}

stages=()
for stage in "$@"; do
  case $stage in
  all | unit | openapi | lab | tools | boot | netboot | boots | qemu | demo | browser | fuzz | preseed) stages+=("$stage") ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
  esac
done
if [ ${#stages[@]} = 0 ] || [ "${stages[0]}" = all ]; then stages=(unit openapi lab boot netboot demo browser fuzz); fi

work=$(mktemp -d /tmp/switchyard-test.XXXXXX)
fuzz_pid=
trap 'if [ -n "$fuzz_pid" ]; then kill -- -"$fuzz_pid" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
export SWITCHYARD_RECORD_HTTP=$work/http.jsonl
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# pytest that ends by itself: an interrupt first, so that it says what had failed and takes its machines down.
pytest() {
  local minutes=$1
  shift
  timeout --foreground --signal=INT --kill-after=2m "${minutes}m" /usr/bin/python3 -m pytest -v -p no:cacheprovider "$@"
}

say() { printf '\n=== %s (%ss)\n' "$1" "$SECONDS"; }

build() {
  say "install what is missing"
  scripts/install-deps.sh
  scripts/network-tools.sh
  say "build"
  cmake --preset dev >"$work/configure.log" 2>&1 || { cat "$work/configure.log"; return 1; }
  cmake --build --preset dev -- --quiet
}

unit() {
  say "scripts"
  find . -name '*.sh' -not -path './build/*' -not -path '*/node_modules/*' -not -path '*/golden/*' -print0 | xargs -0 shellcheck -x
  shellcheck -x .ci/run
  say "formats"
  git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run -Werror
  say "C++ tests on SQLite and MariaDB"
  scripts/mariadb-test.sh "$work/mariadb" -- ctest --preset dev -j2 --no-tests=error
}

openapi() {
  say "OpenAPI"
  tests/web/openapi/run.sh "$SWITCHYARD_RECORD_HTTP"
}

lab() {
  say "real fabric"
  SWITCHYARD_BIN=$PWD/build/dev/bin pytest 40 tests/lab --durations=15 \
    --ignore tests/lab/test_switchyard_boot.py --ignore tests/lab/test_network_tools.py
}

tools() {
  say "network tools"
  pytest 20 tests/lab/test_network_tools.py --durations=15
}

boot() {
  say "whole story"
  SWITCHYARD_BIN=$PWD/build/dev/bin pytest 40 tests/lab/test_switchyard_boot.py
}

# What virtual machines boot and install; the arguments are server images.
ram_and_images() {
  pxe/installer/build.sh "$work/ram" build/dev/bin/switchyard-installer
  for image in "$@"; do pxe/installer/image/build-debian.sh "$work/images" "$image"; done
  export SWITCHYARD_BIN=$PWD/build/dev/bin SWITCHYARD_RAM=$work/ram SWITCHYARD_IMAGES=$work/images
}

boots() {
  say "boots of an installed server"
  ram_and_images debian-12 debian-13
  pytest 40 tests/pxe/test_server_boots.py -s
}

netboot() {
  say "firmware in QEMU"
  ram_and_images debian-12
  pxe/installer/loaders.sh "$work/loaders"
  SWITCHYARD_LOADERS=$work/loaders SWITCHYARD_PATIENCE=3 \
    pytest 20 tests/pxe/test_netboot.py tests/pxe/test_boot_time.py -s --durations=0
}

qemu() {
  say "installer in QEMU"
  ram_and_images debian-12
  pytest 60 tests/pxe/test_installer.py tests/pxe/test_server_image.py tests/pxe/test_rescue.py -s --durations=0
}

demo() {
  say "demo"
  ./demo.sh --once --bin build/dev/bin
  # A pair of one and one: what a tenant is attached to need not be one switch OS.
  ./demo.sh --once --bin build/dev/bin --nos linux-frr,sonic
}

browser() {
  say "browser"
  tests/browser/test.sh
}

preseed() {
  say "debian-installer"
  ram_and_images
  pytest 120 tests/pxe/test_preseed.py -s
}

# Beside the lab, which mostly waits, with what it leaves of the CPUs.
begin_fuzz() {
  # shellcheck disable=SC2016 # the inner shell's words
  setsid nice -n 19 bash -c 'tests/fuzz/run.sh -s 30 >"$1/fuzz.log" 2>&1; echo $? >"$1/fuzz.status"' fuzz "$work" &
  fuzz_pid=$!
}

fuzz() {
  say "fuzz"
  if [ -z "$fuzz_pid" ]; then
    tests/fuzz/run.sh -s 30
    return
  fi
  # shellcheck disable=SC2016 # the inner shell's words
  timeout 20m bash -c 'until [ -s "$1/fuzz.status" ]; do sleep 1; done' wait "$work" || echo "the fuzzers did not end"
  cat "$work/fuzz.log"
  [ "$(cat "$work/fuzz.status")" = 0 ]
}

build
failed=()
for stage in "${stages[@]}"; do
  if [ "$stage" = lab ] && [[ " ${stages[*]} " = *" fuzz "* ]]; then begin_fuzz; fi
  # A stage that fails must not hide what the others would say. Not inside a condition: there bash
  # would ignore -e, and a stage would pass that failed in its middle.
  set +e
  (
    set -e
    "$stage"
  )
  status=$?
  set -e
  if [ "$status" != 0 ]; then failed+=("$stage"); fi
done
say "end"
if [ ${#failed[@]} != 0 ]; then
  echo "failed: ${failed[*]}"
  exit 1
fi
echo "all stages passed: ${stages[*]}"

#!/usr/bin/env bash
# Runs each libFuzzer harness with AddressSanitizer and UBSan from the kept corpus, two at a time. What
# it finds that is new goes into a folder beside the build; a crash leaves the input and fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
usage: tests/fuzz/run.sh [-s SECONDS] [HARNESS…]

  -s SECONDS   how long each harness runs (default 60)
  HARNESS      dhcp dhcp6 tftp boot_http installer redfish switch net yaml
               (default: what a server on the provisioning network can send: the first five)

Inputs that crash: build/fuzz/findings/HARNESS/. Run build/fuzz/bin/HARNESS_fuzz FILE to see it again.
TEXT
}

seconds=60
while getopts s:h option; do
  case $option in
  s) seconds=$OPTARG ;;
  h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
harnesses=("$@")
if [ ${#harnesses[@]} = 0 ]; then harnesses=(dhcp dhcp6 tftp boot_http installer); fi

export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "${harnesses[@]/%/_fuzz}" -- --quiet

run() {
  local findings=build/fuzz/findings/$1 log=build/fuzz/findings/$1.log
  mkdir -p "$findings/new"
  # A single input may take 5 s and the process 2 GiB: what takes more is a finding as well.
  if build/fuzz/bin/"$1"_fuzz -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$findings/new" tests/fuzz/corpus/"$1" >"$log" 2>&1; then
    echo "ok  $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
  else
    tail -n 40 "$log"
    echo "not ok  $1: see $findings and $log"
    return 1
  fi
}
export -f run
export seconds
printf '%s\n' "${harnesses[@]}" | xargs -P 2 -I{} bash -c 'run {}'

#!/usr/bin/env bash
# Opens the portal of a running demo in Debian's chromium and checks what a person would see.
set -euo pipefail

if [ $# != 2 ]; then
  echo "usage: tests/browser/run.sh URL TOKENFILE    (as ./demo.sh prints them)" >&2
  exit 1
fi
cd "$(dirname "$0")"
token_file=$(cd "$OLDPWD" && realpath "$2")
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || { echo "run.sh: there is no $chromium; apt-get install chromium" >&2; exit 1; }

# The lockfile decides what is installed; nothing of it runs while it is installed.
if [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi

profile=$(mktemp -d /tmp/switchyard-browser.XXXXXX)
trap 'rm -rf "$profile"' EXIT
timeout --kill-after=10 300 node portal.mjs "$1" "$token_file" "$profile" "$chromium"

#!/usr/bin/env bash
# The portal in a real browser against a demo of its own. Uses the dev build if there is one.
set -euo pipefail
cd "$(dirname "$0")/../.."
choice=()
if [ -x build/dev/bin/switchyard ] && [ -x build/dev/bin/switchyard-sim ]; then
  choice=(--bin build/dev/bin)
fi
./demo.sh "${choice[@]}" --then tests/browser/run.sh

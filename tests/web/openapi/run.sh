#!/bin/sh
# Lints docs/openapi.yaml; with recordings as arguments also checks them against it.
set -eu
recordings=""
for file in "$@"; do recordings="$recordings $(realpath "$file")"; done
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent lint
# shellcheck disable=SC2086 # the list is of our own making
[ -z "$recordings" ] || node check.js ../../../docs/openapi.yaml $recordings

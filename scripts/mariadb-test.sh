#!/bin/sh
# Runs a command beside a private MariaDB server: mariadb-test.sh DIR -- command…
#
# The server's files live in DIR (made if missing; the data is made anew), it listens on a socket only, flushes
# every commit, and is stopped by its pid whatever the command does. The command finds
# SWITCHYARD_TEST_MYSQL=mysql://… in its environment; the status is the command's.
set -eu

usage() {
  echo "usage: $0 DIR -- command..." >&2
  exit 2
}
if [ $# -lt 3 ] || [ "$2" != -- ]; then usage; fi
dir=$1
shift 2

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
# A socket path has at most 107 bytes, and the mysql user must reach it: not inside DIR.
run=$(mktemp -d /tmp/sy-mariadb.XXXXXX)
rm -rf "$dir/data"
mkdir "$dir/data" "$run/tmp"
log=$dir/mariadbd.log
server=

finish() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill "$server" 2>/dev/null || true
    tries=0
    while kill -0 "$server" 2>/dev/null && [ "$tries" -lt 300 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
    kill -9 "$server" 2>/dev/null || true
  fi
  rm -rf "$run" "$dir/data"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

user_option=
data=$dir/data
if [ "$(id -u)" = 0 ]; then
  # mariadbd refuses to run as root, and its own user may be unable to reach a DIR under /root.
  user_option=--user=mysql
  chown mysql:mysql "$run" "$run/tmp" "$data"
  if ! setpriv --reuid=mysql --regid=mysql --clear-groups test -w "$data"; then
    data=$run/data
    mkdir "$data"
    chown mysql:mysql "$data"
  fi
fi

# A server that starts removes all temporary tables it finds, also those of one that is at work in the same folder.
TMPDIR="$run/tmp" mariadb-install-db --no-defaults $user_option --datadir="$data" --auth-root-authentication-method=normal \
  --skip-test-db --skip-name-resolve --force >"$log" 2>&1 || { echo "$0: mariadb-install-db failed, see $log" >&2; tail -5 "$log" >&2; exit 1; }

TMPDIR="$run/tmp" mariadbd --no-defaults $user_option --datadir="$data" --socket="$run/sock" --pid-file="$run/pid" \
  --skip-networking --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=128M --max-connections=300 \
  --skip-name-resolve --performance-schema=OFF >>"$log" 2>&1 &
server=$!

tries=0
until mariadb --no-defaults --socket="$run/sock" -u root -e 'SELECT 1' >/dev/null 2>&1; do
  if ! kill -0 "$server" 2>/dev/null || [ "$tries" -ge 300 ]; then
    echo "$0: mariadbd did not start, see $log" >&2
    tail -5 "$log" >&2
    exit 1
  fi
  sleep 0.1
  tries=$((tries + 1))
done

# "sy@ pass'%" in the URL's escapes: a password that would break careless quoting.
mariadb --no-defaults --socket="$run/sock" -u root <<'SQL'
CREATE DATABASE switchyard CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER 'switchyard'@'localhost' IDENTIFIED BY 'sy@ pass''%\\"';
GRANT ALL ON *.* TO 'switchyard'@'localhost';
SQL

SWITCHYARD_TEST_MYSQL="mysql://switchyard:sy%40%20pass%27%25%5C%22@localhost/switchyard?socket=$run/sock"
export SWITCHYARD_TEST_MYSQL
"$@"

#!/usr/bin/env bash
# Builds Usher in release, makes a PostgreSQL cluster in a temporary folder where PostgreSQL is installed, measures, and
# ends what it started. Arguments go to the driver: --quick, --rounds N, --seconds S, --only NAME.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/ports.sh
. tests/ports.sh
# shellcheck source=tests/postgres.sh
. tests/postgres.sh
trap postgres_stop EXIT

# durable_cluster: as in production, every commit reaches the disk; sets server and postmaster.
durable_cluster() {
  local initdb pg_ctl port password
  initdb=$(postgres_tool initdb) && pg_ctl=$(postgres_tool pg_ctl) || return 1
  if [ "$(id -u)" -eq 0 ]; then
    command -v runuser >/dev/null 2>&1 || return 1
    postgres_user=nobody
    if id postgres >/dev/null 2>&1; then postgres_user=postgres; fi
  fi
  postgres_home=$(mktemp -d "${TMPDIR:-/tmp}/usher-bench.XXXXXX")
  port=$(free_port)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$postgres_home/password"
  [ -z "$postgres_user" ] || chown -R "$postgres_user" "$postgres_home"
  as_postgres "$initdb" -D "$postgres_home/data" -U usher -E UTF8 --locale=C --auth=scram-sha-256 \
    --pwfile="$postgres_home/password" >"$postgres_home/initdb.log" 2>&1 || return 1
  as_postgres "$pg_ctl" -D "$postgres_home/data" -l "$postgres_home/data/server.log" -w -t 60 start -o \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100" >/dev/null || return 1
  server="postgres://usher:$password@127.0.0.1:$port"
  postmaster=$(head -n 1 "$postgres_home/data/postmaster.pid")
  psql "$server/postgres" -q -c 'create database house' -c 'create database commits'
}

cargo build --release --bin usher
driver=$(cargo bench --bench load --no-run --message-format=json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*load-[^"]*\)".*/\1/p' | tail -n 1)
usher="${CARGO_TARGET_DIR:-target}/release/usher"
arguments=(--usher "$usher" "$@")
if durable_cluster; then
  arguments+=(--postgres "$server" --postmaster "$postmaster")
else
  echo "skipped: no PostgreSQL here; SQLite alone is measured"
fi
printf '%s, %s cores, %s, %s\n' "$(uname -sm)" "$(nproc)" "$(date -u +%F)" "$("$usher" version)"
"$driver" "${arguments[@]}"

# shellcheck shell=bash
# A temporary PostgreSQL cluster for a run of tests or of the benchmark. Sourced after ports.sh.

postgres_home=""
postgres_user=""

# postgres_tool NAME: prints the path of a PostgreSQL program, the newest where several are installed.
postgres_tool() {
  local found
  found=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1) || true
  [ -n "$found" ] || found=$(command -v "$1") || return 1
  printf '%s\n' "$found"
}

# as_postgres COMMAND...: PostgreSQL refuses to run as root.
as_postgres() {
  if [ -n "$postgres_user" ]; then
    (cd / && runuser -u "$postgres_user" -- "$@")
  else
    "$@"
  fi
}

# Durability is off: the cluster does not outlive the tests.
postgres_careless="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"

# postgres_start [SETTINGS]: creates and starts a cluster, without durability unless settings are given; sets
# USHER_TEST_POSTGRES_URL. False if it cannot.
postgres_start() {
  local settings=${1-$postgres_careless} initdb pg_ctl port password
  initdb=$(postgres_tool initdb) && pg_ctl=$(postgres_tool pg_ctl) || return 1
  if [ "$(id -u)" -eq 0 ]; then
    command -v runuser >/dev/null 2>&1 || return 1
    postgres_user=nobody
    if id postgres >/dev/null 2>&1; then postgres_user=postgres; fi
  fi
  postgres_home=$(mktemp -d "${TMPDIR:-/tmp}/usher-postgres.XXXXXX")
  port=$(free_port)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$postgres_home/password"
  [ -z "$postgres_user" ] || chown -R "$postgres_user" "$postgres_home"
  as_postgres "$initdb" -D "$postgres_home/data" -U usher -E UTF8 --locale=C --auth=scram-sha-256 \
    --pwfile="$postgres_home/password" >"$postgres_home/initdb.log" 2>&1 || { cat "$postgres_home/initdb.log"; return 1; }
  as_postgres "$pg_ctl" -D "$postgres_home/data" -l "$postgres_home/data/server.log" -w -t 60 start -o \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' $settings" >/dev/null || { cat "$postgres_home/data/server.log"; return 1; }
  export USHER_TEST_POSTGRES_URL="postgres://usher:$password@127.0.0.1:$port/postgres"
}

# postgres_stop: stops and removes the cluster, if there is one.
postgres_stop() {
  [ -n "$postgres_home" ] || return 0
  if [ -e "$postgres_home/data/postmaster.pid" ]; then
    as_postgres "$(postgres_tool pg_ctl)" -D "$postgres_home/data" -m immediate -w -t 30 stop >/dev/null || true
  fi
  rm -rf "$postgres_home"
  postgres_home=""
}

# postgres_sql STATEMENT...: runs each as the owner of USHER_TEST_POSTGRES_URL.
postgres_sql() {
  local arguments=() statement
  for statement in "$@"; do arguments+=(-c "$statement"); done
  PGOPTIONS="--client-min-messages=warning" psql "$USHER_TEST_POSTGRES_URL" -q -v ON_ERROR_STOP=1 "${arguments[@]}"
}

# postgres_database NAME: creates an empty database on the server of USHER_TEST_POSTGRES_URL and prints its URL.
postgres_database() {
  local base=${USHER_TEST_POSTGRES_URL%%\?*} query=""
  [[ $USHER_TEST_POSTGRES_URL != *\?* ]] || query="?${USHER_TEST_POSTGRES_URL#*\?}"
  postgres_sql "drop database if exists $1" "create database $1" >&2 || return 1
  printf '%s\n' "${base%/*}/$1$query"
}

#!/usr/bin/env bash
# Builds a release Usher, creates a temporary PostgreSQL cluster if PostgreSQL is installed, measures, and stops what it
# started. Arguments go to the driver: --quick, --rounds N, --seconds S, --only NAME.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/ports.sh
. tests/ports.sh
# shellcheck source=tests/postgres.sh
. tests/postgres.sh
trap postgres_stop EXIT

# Both at once: apart, each would be built with other features of what they share.
cargo build --profile dist --bin usher --bench load
driver=$(cargo bench --profile dist --bench load --no-run --message-format=json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*load-[^"]*\)".*/\1/p' | tail -n 1)
usher="${CARGO_TARGET_DIR:-target}/dist/usher"
arguments=(--usher "$usher" "$@")
# As in production, every commit reaches the disk.
if postgres_start "-c max_connections=100"; then
  postgres_sql 'create database bench' 'create database commits'
  arguments+=(--postgres "${USHER_TEST_POSTGRES_URL%/postgres}" --postmaster "$(head -n 1 "$postgres_home/data/postmaster.pid")")
else
  echo "skipped: no PostgreSQL here; measuring SQLite only"
fi
printf '%s, %s cores, %s, %s\n' "$(uname -sm)" "$(nproc)" "$(date -u +%F)" "$("$usher" version)"
"$driver" "${arguments[@]}"

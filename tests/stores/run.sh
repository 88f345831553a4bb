#!/usr/bin/env bash
# The store tests of the local modules with every server: Redis, PostgreSQL, and MongoDB's protocol by FerretDB on SQLite,
# which is built here from the Go proxy; and the filters by Prisma, Drizzle and Knex on PostgreSQL and SQLite. Outside
# `make test`, because that build takes minutes and Prisma has 300 MB.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/ports.sh
. tests/ports.sh
# shellcheck source=tests/postgres.sh
. tests/postgres.sh
# shellcheck source=tests/python.sh
. tests/python.sh
trap postgres_stop EXIT

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
ferretdb=v1.24.0
export FERRETDB_BIN="$target/ferretdb-$ferretdb"

if [ ! -x "$FERRETDB_BIN" ]; then
  go mod download "github.com/FerretDB/FerretDB@$ferretdb"
  source=$(mktemp -d)
  cp -r "$(go env GOMODCACHE)/github.com/!ferret!d!b/!ferret!d!b@$ferretdb/." "$source"
  chmod -R u+w "$source"
  # A module of the proxy lacks this file, and the program does not start without it.
  printf '%s\n' "$ferretdb" >"$source/build/version/version.txt"
  mkdir -p "$target"
  (cd "$source" && go build -o "$FERRETDB_BIN" ./cmd/ferretdb)
  rm -rf "$source"
fi

[ -n "${USHER_TEST_POSTGRES_URL:-}" ] || postgres_start
npm --prefix sdk/node ci --no-audit --no-fund --loglevel=error
(cd sdk/node && npm run -s build && node --test --test-timeout=120000 test/stores.test.js test/filters.test.js)
(cd tests/stores/queries && npm ci --no-audit --no-fund --loglevel=error && npm -s test)
python=$(python_ready "$target/python-sdk" sdk/python/requirements-test.txt)
(cd sdk/python && "$python" -m pytest -q tests/test_stores.py tests/test_filters.py)

#!/usr/bin/env bash
# All tests: format, lints, Rust tests on SQLite and PostgreSQL, real clients, the OpenAPI document, a browser.
# USHER_TEST_SCHEMA_EXAMPLES=100 sends more requests for each operation of the OpenAPI document than the default.
# Starts its own PostgreSQL unless USHER_TEST_POSTGRES_URL names one; reports what it skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/ports.sh
. tests/ports.sh
# shellcheck source=tests/postgres.sh
. tests/postgres.sh
# shellcheck source=tests/tally.sh
. tests/tally.sh
# shellcheck source=tests/python.sh
. tests/python.sh
trap postgres_stop EXIT

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
bin="$target/debug/usher"

# node_ready FOLDER: true when Node.js is new enough and the folder's packages are installed as locked.
node_ready() {
  command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || return 1
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || return 1
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return 0
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) || return 1
  touch "$1/node_modules/.package-lock.json"
}

# on_each_database NAME COMMAND...: a suite on SQLite, and on PostgreSQL in a database of its own.
on_each_database() {
  local name=$1 database url
  shift
  database="usher_suite_$$"
  USHER_BIN=$bin suite "$name on SQLite" "$@"
  if [ -z "${USHER_TEST_POSTGRES_URL:-}" ]; then
    : # reported above
  elif ! command -v psql >/dev/null 2>&1; then
    skip "$name on PostgreSQL" "no psql here"
  elif url=$(postgres_database "$database"); then
    USHER_BIN=$bin USHER_DATABASE_URL=$url suite "$name on PostgreSQL" "$@"
    postgres_sql "drop database $database" || true
  else
    skip "$name on PostgreSQL" "USHER_TEST_POSTGRES_URL does not allow creating a database"
  fi
}

# chromium_ready: finds Chromium or, as root on Debian, installs it; sets CHROMIUM.
chromium_ready() {
  local name
  [ -z "${CHROMIUM:-}" ] || return 0
  if ! command -v chromium >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update -q && apt-get install -y -q --no-install-recommends chromium; } >/dev/null 2>&1 || true
  fi
  for name in chromium chromium-browser google-chrome; do
    if CHROMIUM=$(command -v "$name"); then export CHROMIUM && return 0; fi
  done
  return 1
}

if [ -z "${USHER_TEST_POSTGRES_URL:-}" ] && ! postgres_start; then
  skip "PostgreSQL" "no initdb here, and USHER_TEST_POSTGRES_URL is not set"
fi

suite "format" cargo fmt --all --check
suite "lints" cargo clippy --all-targets -- -D warnings
# What the Dockerfile builds: without the features for development.
suite "release features" cargo clippy --bins --no-default-features --features vendored-openssl -- -D warnings
# Also builds the program, which the following suites use.
suite "Rust tests" cargo test --no-fail-fast

USHER_TEST_NODE=""
if node_ready tests/clients/node; then USHER_TEST_NODE=1; else skip "Node.js client" "needs Node.js 20 and npm"; fi
USHER_TEST_PYTHON=$(python_ready "$target/python-clients" tests/clients/python/requirements.txt) ||
  skip "Python client" "needs python3 with venv"
export USHER_TEST_NODE USHER_TEST_PYTHON
if [ -n "$USHER_TEST_NODE$USHER_TEST_PYTHON" ]; then on_each_database "clients" tests/clients/run.sh; fi

if USHER_TEST_SCHEMA_PYTHON=$(python_ready "$target/python-schema" tests/schema/requirements.txt); then
  export USHER_TEST_SCHEMA_PYTHON
  on_each_database "OpenAPI document" tests/schema/run.sh
else
  skip "OpenAPI document" "needs python3 with venv"
fi

if ! node_ready tests/compat; then
  skip "documents" "needs Node.js 20 and npm"
elif ! command -v curl >/dev/null 2>&1 || ! command -v jq >/dev/null 2>&1 || ! command -v openssl >/dev/null 2>&1; then
  skip "documents" "their commands need curl, jq and openssl"
else
  DOCS_PYTHON=$(guides_python "$target/python-docs" authlib fastapi mozilla-django-oidc django-allauth) ||
    skip "Python guides" "needs python3 with venv, and PyPI"
  USHER_BIN=$bin DOCS_PYTHON=$DOCS_PYTHON suite "documents" npm --prefix tests/docs --silent test
fi

if ! node_ready tests/browser; then
  skip "browser" "needs Node.js 20 and npm"
elif ! chromium_ready; then
  skip "browser" "no Chromium here"
else
  USHER_BIN=$bin suite "browser" npm --prefix tests/browser --silent test
  if node_ready tests/compat; then
    USHER_BIN=$bin COMPAT_QUICK=1 suite "client libraries" npm --prefix tests/compat --silent test
  else
    skip "client libraries" "needs the npm registry"
  fi
fi

total

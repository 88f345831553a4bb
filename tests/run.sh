#!/usr/bin/env bash
# All tests: format, lints, Rust tests on SQLite and PostgreSQL, real clients, the OpenAPI document, a browser.
# USHER_TEST_SCHEMA_EXAMPLES=100 sends more requests for each operation of the OpenAPI document than the default.
# Starts its own PostgreSQL unless USHER_TEST_POSTGRES_URL names one; reports what it skipped and the seconds of each suite.
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
# shellcheck source=tests/tools.sh
. tests/tools.sh
trap 'tools_stop; postgres_stop' EXIT

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
bin="$target/debug/usher"

# Packages are downloaded while the compiler works.
tools_install

if [ -z "${USHER_TEST_POSTGRES_URL:-}" ] && ! postgres_start; then
  skip "PostgreSQL" "no initdb here, and USHER_TEST_POSTGRES_URL is not set"
fi

# linted CARGO-ARGUMENT...: compiles Usher's crates with Clippy instead of rustc, so that one build lints them and produces
# the binaries of the tests. Any warning fails it.
linted() {
  CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__ RUSTC_WORKSPACE_WRAPPER=$(command -v clippy-driver) cargo "$@"
}

suite "format" cargo fmt --all --check
# What the Dockerfile builds: without the features for development.
suite "release features" linted build --bin usher --no-default-features --features vendored-openssl
# The last build, because the following suites use the program that it leaves.
suite "lints and build" linted test --all-targets --no-run
suite "Rust tests" linted test --no-fail-fast

tools_wait

# in_each_database NAME COMMAND...: a suite on SQLite, and on PostgreSQL in a database of its own.
in_each_database() {
  local name=$1 database url
  shift
  database="usher_suite_$$_${RANDOM}"
  in_lane "$name on SQLite" "$@"
  if [ -n "${USHER_TEST_POSTGRES_URL:-}" ] && url=$(postgres_database "$database"); then
    USHER_DATABASE_URL=$url in_lane "$name on PostgreSQL" "$@"
    postgres_sql "drop database $database" || true
  fi
}

clients_and_documents() {
  if [ -n "$USHER_TEST_NODE$USHER_TEST_PYTHON" ]; then in_each_database "clients" tests/clients/run.sh; fi
  if documents_ready; then in_lane "documents" npm --prefix tests/docs --silent test; fi
}

openapi_document() {
  if [ -n "$USHER_TEST_SCHEMA_PYTHON" ]; then in_each_database "OpenAPI document" tests/schema/run.sh; fi
}

node_module() {
  if tool_ready sdk-vectors; then in_lane "vectors" npm --prefix sdk/vectors --silent test; fi
  if tool_ready sdk-node; then in_lane "Node.js module" npm --prefix sdk/node --silent test; fi
}

python_and_go_modules() {
  if [ -n "$USHER_SDK_PYTHON" ]; then
    in_lane "Python module" in_folder sdk/python "$USHER_SDK_PYTHON" -m pytest -q
    in_lane "Python types" in_folder sdk/python "$USHER_SDK_PYTHON" -m mypy
  fi
  # -count=1: Go does not notice that vectors and documents outside of the module have changed.
  if go_ready; then in_lane "Go module" in_folder sdk/go sh -c 'go vet ./... && go test -count=1 ./...'; fi
}

# in_folder FOLDER COMMAND...
in_folder() {
  (cd "$1" && shift && "$@")
}

export USHER_BIN=$bin
USHER_TEST_NODE=$(tool_ready clients && echo 1 || true)
USHER_TEST_PYTHON=$(python_of clients)
USHER_TEST_GO=$(go_ready && command -v go || true)
USHER_TEST_SCHEMA_PYTHON=$(python_of schema)
DOCS_PYTHON=$(python_of docs)
USHER_SDK_PYTHON=$(python_of sdk)
export USHER_SDK_PYTHON USHER_TEST_GO USHER_TEST_NODE USHER_TEST_PYTHON USHER_TEST_SCHEMA_PYTHON DOCS_PYTHON
[ -n "$USHER_TEST_NODE" ] || skip "Node.js client" "needs Node.js 20 and npm"
[ -n "$USHER_TEST_PYTHON" ] || skip "Python client" "needs python3 with venv"
[ -n "$USHER_TEST_SCHEMA_PYTHON" ] || skip "OpenAPI document" "needs python3 with venv"
[ -n "$DOCS_PYTHON" ] || skip "Python guides" "needs python3 with venv, and PyPI"
documents_ready || skip "documents" "needs Node.js 20, npm, curl, jq and openssl"
tool_ready compat || skip "client libraries" "needs Node.js 20 and the npm registry"
if [ -n "${USHER_TEST_POSTGRES_URL:-}" ] && ! command -v psql >/dev/null 2>&1; then
  skip "clients and OpenAPI document on PostgreSQL" "no psql here"
fi

tool_ready sdk-node || skip "Node.js module" "needs Node.js 20.19 and the npm registry"
[ -n "$USHER_SDK_PYTHON" ] || skip "Python module" "needs python3 with venv, and PyPI"
go_ready || skip "Go module" "needs Go 1.24"

lanes clients_and_documents openapi_document
lanes node_module python_and_go_modules
if tool_ready sdk-e2e; then suite "modules end to end" npm --prefix sdk/e2e --silent test; fi

if ! tool_ready browser; then
  skip "browser" "needs Node.js 20 and npm"
elif ! chromium_ready; then
  skip "browser" "no Chromium here"
else
  suite "browser" npm --prefix tests/browser --silent test
  if tool_ready compat; then suite "client libraries" env COMPAT_QUICK=1 npm --prefix tests/compat --silent test; fi
fi

total

#!/usr/bin/env bash
# Runs all examples with one command (see run.js): builds Usher and the modules, and installs what the examples need.
# USHER_BIN names a built Usher, beside which the axum example was built; --check ends after the check.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/python.sh
. tests/python.sh
# shellcheck source=tests/tools.sh
. tests/tools.sh
trap tools_stop EXIT

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
if [ -z "${USHER_BIN:-}" ]; then
  cargo build --package usher --bin usher --package usher-sdk --features usher-sdk/web --example axum-service --example axum-site
  export USHER_BIN="$target/debug/usher"
fi
install_node_module
go_ready || { echo "the Go example needs Go 1.24" >&2; exit 1; }
USHER_SDK_PYTHON=$(python_ready "$target/python-sdk" sdk/python/requirements-test.txt)
export USHER_SDK_PYTHON
trap - EXIT
tools_stop
exec node sdk/examples/run.js "$@"

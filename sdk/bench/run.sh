#!/usr/bin/env bash
# Installs and builds the modules, and measures them side by side (see run.js): about a minute. Arguments go to run.js.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/python.sh
. tests/python.sh

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
npm --prefix sdk/node ci --no-audit --no-fund --loglevel=error >/dev/null
npm --prefix sdk/node run -s build
npm --prefix sdk/bench ci --no-audit --no-fund --loglevel=error >/dev/null
USHER_SDK_PYTHON=$(python_ready "$target/python-bench" sdk/python/requirements-test.txt sdk/python/bench/requirements.txt)
export USHER_SDK_PYTHON
exec node sdk/bench/run.js "$@"

#!/bin/sh
# Random vectors for all modules: random.sh [SEED [PYTHON]]. The module for Node.js answers, and the others have to answer
# alike. A difference is a fault of one of them: make it a case of the generator.
set -eu
cd "$(dirname "$0")/.."
seed=${1:-$(date +%s)} python=${2:-${USHER_SDK_PYTHON:-python3}}
echo "seed $seed"
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir "$work/sdk" && cp -r vectors go "$work/sdk" && mkdir "$work/sdk/python" && cp -r python/src python/tests python/pyproject.toml "$work/sdk/python"
node vectors/random.mjs "$work/sdk/vectors" "$seed"
(cd "$work/sdk/go" && go test -count=1 ./internal/token ./internal/revocation ./internal/storelog ./policy && go test -count=1 -run TestRouteRules .)
# The tests of the crate read the vectors that this names.
(cd rust && USHER_VECTORS="$work/sdk/vectors" cargo test --quiet --lib --package usher-sdk)
cd "$work/sdk/python" && PYTHONPATH=src "$python" -m pytest -q -p no:cacheprovider tests/test_vectors.py tests/test_policy.py

#!/usr/bin/env bash
# Starts `usher dev` in a temporary folder and tests every operation of /openapi.json with schemathesis.
# USHER_BIN: the program. USHER_DATABASE_URL: PostgreSQL instead of SQLite. USHER_TEST_SCHEMA_PYTHON: the Python to use.
# USHER_TEST_SCHEMA_EXAMPLES: generated requests for each operation and caller (5); from 50 on, every caller also tests
# the boundaries of every schema.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/ports.sh
. "$here/../ports.sh"
# shellcheck source=tests/dev.sh
. "$here/../dev.sh"

bin=$(realpath "$USHER_BIN") python=$USHER_TEST_SCHEMA_PYTHON examples=${USHER_TEST_SCHEMA_EXAMPLES:-5}
usher_only_environment
trap usher_stop EXIT
# Tokens must outlive a long run.
export USHER_TOKENS__ACCESS_TTL=1h
usher_start "$bin"

export TEST_ISSUER=$usher_issuer TEST_SCHEMA_EXAMPLES=$examples
export TEST_BOSS=boss@example.test TEST_BOSS_PASSWORD="a quiet green door"
printf '%s' "$TEST_BOSS_PASSWORD" | "$bin" user create --email "$TEST_BOSS" --admin --password-stdin >user.log

failed=0
(cd "$here" && PYTHONDONTWRITEBYTECODE=1 "$python" test_schema.py "$@") || failed=1
if [ "$failed" -ne 0 ]; then
  printf '\nThe last lines of Usher:\n'
  tail -n 40 usher.log
fi
exit "$failed"

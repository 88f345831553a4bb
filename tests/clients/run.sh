#!/usr/bin/env bash
# Starts `usher dev` in a temporary folder, registers the clients the tests need, and runs the client tests.
# USHER_BIN: the program. USHER_DATABASE_URL: PostgreSQL instead of SQLite. USHER_TEST_NODE, USHER_TEST_PYTHON: which tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/ports.sh
. "$here/../ports.sh"

# shellcheck source=tests/dev.sh
. "$here/../dev.sh"

bin=$(realpath "$USHER_BIN") node=${USHER_TEST_NODE:-} python=${USHER_TEST_PYTHON:-}
usher_only_environment
# Reuse is detected at once, without the retry window: the clock of the real program cannot be moved.
export USHER_TOKENS__REFRESH_RETRY_WINDOW=0s
trap usher_stop EXIT
usher_start "$bin"

redirect_uri="http://localhost:9/callback"
signed_out="http://localhost:9/signed-out"

# metadata AUTH_METHOD ALG: client metadata (RFC 7591) for sign-in.
metadata() {
  printf '{"client_name":"Test %s %s","redirect_uris":["%s"],"post_logout_redirect_uris":["%s"],' \
    "$1" "$2" "$redirect_uri" "$signed_out"
  printf '"grant_types":["authorization_code","refresh_token"],"response_types":["code"],'
  printf '"token_endpoint_auth_method":"%s","id_token_signed_response_alg":"%s",' "$1" "$2"
  printf '"scope":"openid profile email offline_access"}\n'
}

project=$("$bin" project create --name Tests --json | tr -d '\n' |
  sed -n 's/.*"\(project_id\|id\)" *: *"\([^"]*\)".*/\2/p')
# client TYPE NAME ARGUMENT...: registers a client and prints it as JSON.
client() {
  "$bin" client create --project "$project" --type "$1" --name "$2" --json "${@:3}"
}
metadata client_secret_basic RS256 >rs256.json
metadata client_secret_post ES256 >es256.json
metadata none ES256 >public.json
{
  printf '{"user":{"email":"ana@example.test","password":"usher-demo"},'
  printf '"redirect_uri":"%s","post_logout_redirect_uri":"%s",' "$redirect_uri" "$signed_out"
  printf '"rs256":%s,' "$(client web rs256 --from-json rs256.json)"
  printf '"es256":%s,' "$(client web es256 --from-json es256.json)"
  printf '"public":%s,' "$(client spa public --from-json public.json)"
  printf '"device":%s,' "$(client device device)"
  printf '"machine":%s}\n' "$(client machine machine)"
} >clients.json
# The Node.js tests start a second relying party with this Python.
export RELYING_PARTY_PYTHON="$python"
export USHER_TEST_ISSUER="$usher_issuer" USHER_TEST_CLIENTS="$usher_work/clients.json" USHER_TEST_BIN="$bin"

failed=0
if [ -n "$node" ]; then
  (cd "$here/node" && npm --silent test) || failed=1
fi
if [ -n "$python" ]; then
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" -W error::ResourceWarning test_authlib.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_feed.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_hooks.py) || failed=1
fi
if [ "$failed" -ne 0 ]; then
  printf '\nThe last lines of Usher:\n'
  tail -n 40 usher.log
fi
exit "$failed"

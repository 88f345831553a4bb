#!/usr/bin/env bash
# Starts `usher dev` in a temporary folder, registers the clients the tests need, and runs the client tests.
# USHER_BIN: the program. USHER_DATABASE_URL: PostgreSQL instead of SQLite. USHER_TEST_NODE, USHER_TEST_PYTHON: which tests.
# USHER_TEST_GO: the Go toolchain, for the resource server in Go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/ports.sh
. "$here/../ports.sh"

# shellcheck source=tests/dev.sh
. "$here/../dev.sh"

bin=$(realpath "$USHER_BIN") node=${USHER_TEST_NODE:-} python=${USHER_TEST_PYTHON:-} go=${USHER_TEST_GO:-}
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
  client_in "$project" "$@"
}
# client_in PROJECT TYPE NAME ARGUMENT...
client_in() {
  "$bin" client create --project "$1" --type "$2" --name "$3" --json "${@:4}"
}
# The API of the project, and a project whose API has scopes of the same names.
api="https://api.shop.example"
"$bin" project create --name Mallory --json >mallory.json
for owner in "$project $api" "Mallory https://api.mallory.example"; do
  read -r name identifier <<<"$owner"
  "$bin" api create --project "$name" --identifier "$identifier" --name Orders --scope orders:read --scope orders:admin >api.txt
done
orders="orders:read orders:admin"
exchange="urn:ietf:params:oauth:grant-type:token-exchange"
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
  ciba=urn:openid:params:grant-type:ciba
  printf '"ciba":%s,' "$(client web ciba --grant-type "$ciba" --grant-type refresh_token)"
  printf '"machine":%s,' "$(client machine machine)"
  printf '"api":"%s","shop":%s,' "$api" "$(client machine shop --scope "$orders" --audience "$api")"
  printf '"mallory":%s,' "$(client_in Mallory machine own --scope "$orders" --audience https://api.mallory.example)"
  printf '"mallory_plain":%s,' "$(client_in Mallory machine plain --scope "$orders" \
    --grant-type client_credentials --grant-type "$exchange")"
  printf '"mallory_web":%s}\n' "$(client_in Mallory web web --redirect-uri "$redirect_uri" \
    --scope "openid profile email offline_access $orders")"
} >clients.json
# The Node.js tests start a second relying party with this Python.
export RELYING_PARTY_PYTHON="$python"
export USHER_TEST_ISSUER="$usher_issuer" USHER_TEST_CLIENTS="$usher_work/clients.json" USHER_TEST_BIN="$bin"
export USHER_TEST_GO="$go"

failed=0
if [ -n "$node" ]; then
  (cd "$here/node" && npm --silent test) || failed=1
fi
if [ -n "$python" ]; then
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" -W error::ResourceWarning test_authlib.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" -W error::ResourceWarning test_cross_project.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_feed.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_hooks.py) || failed=1
fi
if [ "$failed" -ne 0 ]; then
  printf '\nThe last lines of Usher:\n'
  tail -n 40 usher.log
fi
exit "$failed"

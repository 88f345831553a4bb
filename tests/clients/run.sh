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
certificates=$(mktemp -d) mcp_pids=()
# stop: ends what was started.
stop() {
  [ "${#mcp_pids[@]}" -eq 0 ] || kill "${mcp_pids[@]}" 2>/dev/null || true
  usher_stop
  rm -rf "$certificates"
}
trap stop EXIT

# A host with https on this machine, for the metadata document of an agent; Usher trusts its authority.
certificate() {
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  (
    cd "$certificates"
    openssl req -x509 "${key[@]}" -keyout ca.key -out ca.pem -subj /CN=tests -days 2
    openssl req "${key[@]}" -keyout host.key -out host.csr -subj /CN=localhost
    printf 'subjectAltName=DNS:localhost\n' >names
    openssl x509 -req -in host.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out host.pem -days 2 -extfile names
  ) 2>/dev/null
}
certificate
export USHER_OUTBOUND__EXTRA_ROOTS="$certificates/ca.pem" USHER_REGISTRATION__DYNAMIC=open
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
mcp_port=$(free_port)
export MCP_URL="http://localhost:$mcp_port/mcp" REDIRECT_URI="$redirect_uri"
AGENT_URL="https://localhost:$(free_port)/agent.json"
export AGENT_URL
"$bin" api create --project "$project" --identifier "$MCP_URL" --name Notes --scope 'notes:read=Read your notes' \
  --self-registered-clients >/dev/null
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
  printf '"agent":%s,' "$(client native agent --redirect-uri "$redirect_uri" --scope 'openid offline_access notes:read')"
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

# The sample MCP server, and the web site of an agent's maker.
mcp_start() {
  local machine='const { machine } = JSON.parse(fs.readFileSync("clients.json")); `${machine.client_id} ${machine.client_secret}`'
  read -r CLIENT_ID CLIENT_SECRET < <(node -p "$machine")
  export CLIENT_ID CLIENT_SECRET ISSUER="$usher_issuer" AGENT_FILES="$certificates"
  node "$here/node/mcp_server.js" >mcp.log 2>&1 &
  mcp_pids+=("$!")
  node "$here/node/agent_document.js" >agent.log 2>&1 &
  mcp_pids+=("$!")
  wait_for 20 "${mcp_pids[0]}" http_ok "$mcp_port" /.well-known/oauth-protected-resource/mcp
}

failed=0
if [ -n "$node" ]; then
  mcp_start
  (cd "$here/node" && npm --silent test) || failed=1
fi
if [ -n "$python" ]; then
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" -W error::ResourceWarning test_authlib.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" -W error::ResourceWarning test_cross_project.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_feed.py) || failed=1
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_hooks.py) || failed=1
  # The MCP server needs Node.js.
  if [ -n "$node" ]; then
    (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$python" test_mcp.py) || failed=1
  fi
fi
if [ "$failed" -ne 0 ]; then
  printf '\nThe last lines of Usher:\n'
  tail -n 40 usher.log
fi
exit "$failed"

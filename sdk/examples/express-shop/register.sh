#!/bin/sh
# Registers the shop at the sample project of `usher dev`. Run it in the folder where that runs; it prints the settings of the shop.
set -eu
issuer=${ISSUER:-http://localhost:8080} shop=http://localhost:${PORT:-3000}
metadata=$(mktemp) && trap 'rm -f "$metadata"' EXIT
cat > "$metadata" <<JSON
{ "client_name": "Plants", "redirect_uris": ["$shop/auth/callback"], "post_logout_redirect_uris": ["$shop/"],
  "backchannel_logout_uri": "$shop/auth/backchannel-logout", "first_party": true,
  "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
  "scope": "openid profile email offline_access roles usher:sync" }
JSON
field() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" | head -n 1; }
client=$(usher client create --project Demo --type web --name Plants --from-json "$metadata" --json)
cat <<SETTINGS
export ISSUER=$issuer PROJECT=$(printf %s "$client" | field project_id) SECRET=$(openssl rand -hex 32)
export CLIENT_ID=$(printf %s "$client" | field client_id) CLIENT_SECRET=$(printf %s "$client" | field client_secret)
SETTINGS

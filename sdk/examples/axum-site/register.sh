#!/bin/sh
# Registers the site at the sample project of `usher dev`. Run it in the folder where that runs; it prints the settings of
# the site.
set -eu
issuer=${ISSUER:-http://localhost:8080} base=http://localhost:${PORT:-8094}
field() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" | head -n 1; }
site=$(usher client create --project Demo --type web --name plants-axum --first-party \
  --redirect-uri "$base/auth/callback" --post-logout-redirect-uri "$base/" \
  --backchannel-logout-uri "$base/auth/backchannel-logout" \
  --grant-type authorization_code --grant-type refresh_token --grant-type client_credentials \
  --scope "openid profile email offline_access usher:sync" --json)
cat <<SETTINGS
export ISSUER=$issuer PROJECT=$(printf %s "$site" | field project_id)
export CLIENT_ID=$(printf %s "$site" | field client_id) CLIENT_SECRET=$(printf %s "$site" | field client_secret)
export SECRET=$(openssl rand -hex 32)
SETTINGS

#!/usr/bin/env bash
# Starts the application, and the proxy in front of it.
set -euo pipefail
export UPSTREAM_PORT
node upstream.mjs &
until (: <"/dev/tcp/127.0.0.1/$UPSTREAM_PORT") 2>/dev/null; do sleep 0.1; done
export OAUTH2_PROXY_OIDC_ISSUER_URL=$ISSUER OAUTH2_PROXY_CLIENT_ID=$CLIENT_ID OAUTH2_PROXY_CLIENT_SECRET=$CLIENT_SECRET
export OAUTH2_PROXY_REDIRECT_URL=$BASE_URL/oauth2/callback OAUTH2_PROXY_UPSTREAMS=http://127.0.0.1:$UPSTREAM_PORT
# The secret has 32 random bytes: openssl rand -hex 16
export OAUTH2_PROXY_HTTP_ADDRESS=127.0.0.1:$PORT OAUTH2_PROXY_COOKIE_SECRET=0123456789abcdef0123456789abcdef
oauth2-proxy --config oauth2-proxy.cfg

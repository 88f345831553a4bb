#!/usr/bin/env bash
# Writes the secrets that Streamlit reads, and starts the application.
set -euo pipefail
app=$PWD/app.py
cd "$(mktemp -d)"
mkdir .streamlit
cat >.streamlit/secrets.toml <<TOML
[auth]
redirect_uri = "$BASE_URL/oauth2callback"
cookie_secret = "a long random text"

[auth.usher]
client_id = "$CLIENT_ID"
client_secret = "$CLIENT_SECRET"
server_metadata_url = "$ISSUER/.well-known/openid-configuration"
TOML
exec streamlit run "$app" --server.port "$PORT" --server.address localhost --server.headless true \
  --browser.gatherUsageStats false

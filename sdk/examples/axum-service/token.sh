#!/bin/sh
# Signs Ana in, as a browser and an application would, and prints her access token.
set -eu
jar=$(mktemp) && trap 'rm -f "$jar"' EXIT
curl -sf -o /dev/null -c "$jar" -H 'Content-Type: application/json' "$ISSUER/api/v1/auth/login" \
  -d '{"email":"ana@example.test","password":"usher-demo"}'
verifier=$(openssl rand -hex 32)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
code=$(curl -sf -G -o /dev/null -b "$jar" -w '%{redirect_url}' "$ISSUER/oauth2/authorize" -d response_type=code \
  -d client_id="$PEOPLE_ID" -d state=s -d scope=openid --data-urlencode redirect_uri=http://localhost:9/callback \
  -d code_challenge_method=S256 -d code_challenge="$challenge" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
curl -sf -u "$PEOPLE_ID:$PEOPLE_SECRET" "$ISSUER/oauth2/token" -d grant_type=authorization_code -d code="$code" \
  -d code_verifier="$verifier" --data-urlencode redirect_uri=http://localhost:9/callback |
  sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'

#!/bin/sh
# Registers the service and a client of people at the sample project of `usher dev`. Run it in the folder where that runs;
# it prints the settings of the service.
set -eu
issuer=${ISSUER:-http://localhost:8080} audience=http://localhost:${PORT:-8091}
field() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" | head -n 1; }
usher api create --project Demo --identifier "$audience" --name Plants >/dev/null
service=$(usher client create --project Demo --type machine --name plants-python --scope usher:sync --json)
people=$(usher client create --project Demo --type web --name people-python --first-party --scope openid \
  --redirect-uri http://localhost:9/callback --audience "$audience" --json)
cat <<SETTINGS
export ISSUER=$issuer AUDIENCE=$audience PROJECT=$(printf %s "$service" | field project_id)
export CLIENT_ID=$(printf %s "$service" | field client_id) CLIENT_SECRET=$(printf %s "$service" | field client_secret)
export PEOPLE_ID=$(printf %s "$people" | field client_id) PEOPLE_SECRET=$(printf %s "$people" | field client_secret)
SETTINGS

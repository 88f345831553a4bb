#!/bin/sh
# Builds the application, one at a time, and becomes it.
set -eu
program="${TMPDIR:-/tmp}/usher-sdk-e2e-go-$(id -u)"
mkdir -p -m 700 "$program"
flock "$program" go build -o "$program/app" .
exec "$program/app"

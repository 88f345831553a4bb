#!/bin/sh
# Becomes the application, which the tests of the workspace build: cargo build --package usher-sdk --example usher-sdk-e2e
set -eu
target=$(dirname "${USHER_BIN:-../../../../target/debug/usher}")
program=$target/examples/usher-sdk-e2e
if [ "${1:-}" = --check ]; then exec test -x "$program"; fi
exec "$program"

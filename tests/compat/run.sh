#!/usr/bin/env bash
# `make compat`: builds Usher and runs every application of applications.js.
# Needs Node.js, Chromium and the tools of each language; reports what is missing.
# COMPAT_ONLY=a,b: only these. COMPAT_DOCS=1: writes the results to docs/compatibility.md. USHER_BIN: an existing build.
set -euo pipefail
cd "$(dirname "$0")"
[ -n "${USHER_BIN:-}" ] || cargo build --quiet --manifest-path ../../Cargo.toml --bin usher
npm ci --no-audit --no-fund --loglevel=error
npm --prefix ../browser ci --no-audit --no-fund --loglevel=error
exec npm --silent test

#!/usr/bin/env bash
# `make compat`: builds Usher and lets every application of applications.js sign a person in.
# Takes Node.js, Chromium and, for each language, its own tools; says what this machine lacks.
# COMPAT_ONLY=a,b: these alone. COMPAT_DOCS=1: writes the results into docs/compatibility.md. USHER_BIN: a program that is
# built already.
set -euo pipefail
cd "$(dirname "$0")"
[ -n "${USHER_BIN:-}" ] || cargo build --quiet --manifest-path ../../Cargo.toml --bin usher
npm ci --no-audit --no-fund --loglevel=error
npm --prefix ../browser ci --no-audit --no-fund --loglevel=error
exec npm --silent test

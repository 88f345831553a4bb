#!/usr/bin/env bash
# `make compat`: builds Usher, runs every application of applications.js, and then every guide as a reader would.
# Needs Node.js, Chromium and the tools of each language; reports what is missing.
# COMPAT_ONLY=a,b: only these applications. COMPAT_DOCS=1: writes the results to docs/compatibility.md. USHER_BIN: an existing build.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/python.sh
. ../python.sh
[ -n "${USHER_BIN:-}" ] || cargo build --quiet --manifest-path ../../Cargo.toml --bin usher
npm ci --no-audit --no-fund --loglevel=error
npm --prefix ../browser ci --no-audit --no-fund --loglevel=error
status=0
npm --silent test || status=$?
if [ -z "${COMPAT_ONLY:-}" ]; then
  target=$(realpath -m ../../target/compat)
  DOCS_PYTHON=$(guides_python "$target/python/guides" authlib fastapi mozilla-django-oidc django-allauth jupyterhub) ||
    echo "the guides for Python are not run: no python3 with venv, or no PyPI"
  DOCS_PYTHON=$DOCS_PYTHON npm --prefix ../docs --silent run compat || status=$?
fi
exit "$status"

#!/usr/bin/env bash
# Starts the site with an empty database.
set -euo pipefail
DATA=$(mktemp -d)
export DATA DJANGO_SETTINGS_MODULE=settings PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=.
trap 'rm -rf "$DATA"' EXIT
django-admin migrate --verbosity 0
django-admin runserver --noreload "localhost:$PORT"

#!/usr/bin/env bash
# Starts the hub in a temporary folder, where it writes its database.
set -euo pipefail
config=$PWD/jupyterhub_config.py
PATH=$PWD/node_modules/.bin:$PATH
cd "$(mktemp -d)"
exec jupyterhub --config "$config"

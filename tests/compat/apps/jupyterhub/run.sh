#!/usr/bin/env bash
# Starts the hub in a folder of its own, for what it writes.
set -euo pipefail
config=$PWD/jupyterhub_config.py
PATH=$PWD/node_modules/.bin:$PATH
export HUB_PORT=$SPARE_PORT PROXY_PORT=$OTHER_PORT
cd "$(mktemp -d)"
exec jupyterhub --config "$config"

#!/usr/bin/env bash
# Starts Apache in the foreground, with a temporary folder for what it writes.
set -euo pipefail
DATA=$(mktemp -d) APP=$PWD/cgi-bin
export DATA APP
chmod 755 "$DATA"
exec /usr/sbin/apache2 -D FOREGROUND -f "$PWD/httpd.conf"

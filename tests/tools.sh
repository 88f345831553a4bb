# shellcheck shell=bash
# The packages of the suites in Node.js and Python, installed in the background. Sourced after python.sh; `target` is
# cargo's folder.

tools_log=$(mktemp -d)
tools_pid=""

# attempt NAME COMMAND...: installs NAME; its log stays if it could not.
attempt() {
  local name=$1
  shift
  if "$@" >"$tools_log/$name.log" 2>&1; then touch "$tools_log/$name.ready"; fi
}

# tools_install: begins to install everything.
tools_install() {
  (
    attempt clients install_node tests/clients/node
    attempt browser install_node tests/browser
    attempt compat install_node tests/compat
    attempt sdk-vectors install_node sdk/vectors
    attempt sdk-node install_node_module
    attempt sdk-e2e install_node sdk/e2e
    attempt python-clients python_ready "$target/python-clients" tests/clients/python/requirements.txt
    attempt python-schema python_ready "$target/python-schema" tests/schema/requirements.txt
    attempt python-sdk python_ready "$target/python-sdk" sdk/python/requirements-test.txt
    attempt python-docs guides_python "$target/python-docs" authlib fastapi mozilla-django-oidc django-allauth
    attempt chromium install_chromium
  ) &
  tools_pid=$!
}

# tools_wait: waits until they are installed; shows the output of each that failed.
tools_wait() {
  local log
  [ -z "$tools_pid" ] || wait "$tools_pid" || true
  tools_pid=""
  for log in "$tools_log"/*.log; do
    [ -e "${log%.log}.ready" ] || cat "$log"
  done
}

# tools_stop: stops installing and removes the logs.
tools_stop() {
  [ -z "$tools_pid" ] || kill "$tools_pid" 2>/dev/null || true
  rm -rf "$tools_log"
}

# tool_ready NAME: true when NAME is installed.
tool_ready() {
  [ -e "$tools_log/$1.ready" ]
}

# python_of NAME: prints the Python of the virtual environment NAME, if it is installed.
python_of() {
  if [ -e "$tools_log/python-$1.ready" ]; then printf '%s\n' "$target/python-$1/bin/python"; fi
}

# go_ready: true if there is a Go toolchain for the module of sdk/go.
go_ready() {
  command -v go >/dev/null 2>&1 && (cd sdk/go && go version >/dev/null 2>&1)
}

# documents_ready: true when the commands of the documents can run here.
documents_ready() {
  tool_ready compat && command -v curl >/dev/null 2>&1 && command -v jq >/dev/null 2>&1 &&
    command -v openssl >/dev/null 2>&1
}

# install_node FOLDER: installs the folder's packages as locked; false without Node.js 20.
install_node() {
  command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || return 1
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || return 1
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return 0
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) || return 1
  touch "$1/node_modules/.package-lock.json"
}

# install_node_module: installs and builds sdk/node, and installs its example, which gets a copy of what was built.
install_node_module() {
  install_node sdk/node || return 1
  npm --prefix sdk/node run -s build || return 1
  npm --prefix sdk/examples/express-shop ci --no-audit --no-fund --loglevel=error
}

# install_chromium: as root on Debian, unless there is one.
install_chromium() {
  [ -z "${CHROMIUM:-}" ] || return 0
  if ! command -v chromium >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q && apt-get install -y -q --no-install-recommends chromium
  fi
}

# chromium_ready: finds Chromium; sets CHROMIUM.
chromium_ready() {
  local name
  [ -z "${CHROMIUM:-}" ] || return 0
  for name in chromium chromium-browser google-chrome; do
    if CHROMIUM=$(command -v "$name"); then export CHROMIUM && return 0; fi
  done
  return 1
}

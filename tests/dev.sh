# shellcheck shell=bash
# A temporary Usher in development mode. Sourced after ports.sh.

usher_pid="" usher_work=""

# usher_stop: stops it and removes the folder.
usher_stop() {
  if [ -n "$usher_pid" ]; then
    kill "$usher_pid" 2>/dev/null || true
    wait "$usher_pid" 2>/dev/null || true
  fi
  [ -z "$usher_work" ] || rm -rf "$usher_work"
  usher_pid="" usher_work=""
}

# usher_start BIN: starts it on a free port, waits until it is ready, and changes to its folder, where it writes usher.log.
# It gets USHER_DATABASE_URL and variables that were exported after this file was sourced. Sets usher_issuer.
usher_start() {
  local port
  usher_work=$(mktemp -d "${TMPDIR:-/tmp}/usher-test.XXXXXX")
  cd "$usher_work" || return 1
  port=$(free_port)
  usher_issuer="http://localhost:$port"
  export USHER_LISTEN="127.0.0.1:$port" USHER_ISSUER="$usher_issuer" USHER_LIMITS__SIGN_IN=off
  USHER_DEMO__LISTEN_A="127.0.0.1:$(free_port)"
  USHER_DEMO__LISTEN_B="127.0.0.1:$(free_port)"
  export USHER_DEMO__LISTEN_A USHER_DEMO__LISTEN_B
  "$1" dev >usher.log 2>&1 &
  usher_pid=$!
  if ! wait_for 60 "$usher_pid" http_ok "$port" /health/ready; then
    printf 'Usher did not become ready:\n'
    cat usher.log
    return 1
  fi
}

# usher_only_environment: unsets variables of the tests, since Usher refuses unknown settings.
usher_only_environment() {
  local name
  for name in "${!USHER_@}"; do
    [ "$name" = USHER_DATABASE_URL ] || unset "$name"
  done
}

# shellcheck shell=bash
# Free ports and HTTP checks on loopback, in plain bash. Sourced.

# free_port: prints a port that is not in use.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# http_ok PORT PATH: true when http://localhost:PORT/PATH answers 200.
http_ok() {
  local status
  status=$(
    exec 2>/dev/null
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
    read -r -t 5 status <&3 && printf '%s' "$status"
  ) || return 1
  [[ $status == *" 200"* ]]
}

# wait_for SECONDS PID COMMAND...: true as soon as COMMAND succeeds; false after a timeout or if PID has died.
wait_for() {
  local until=$((SECONDS + $1)) pid=$2
  shift 2
  while ! "$@"; do
    if [ "$SECONDS" -ge "$until" ] || ! kill -0 "$pid" 2>/dev/null; then return 1; fi
    sleep 0.1
  done
}

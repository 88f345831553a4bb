# shellcheck shell=bash
# Runs suites, continues after failures, and sums up their results and seconds. Sourced.

tally_passed=0
tally_failed=0
tally_broken=()
tally_skipped=()
tally_seconds=()

# skip WHAT WHY: records tests that cannot run here, for the summary.
skip() {
  tally_skipped+=("$1: $2")
  printf '\n== skipped: %s (%s)\n' "$1" "$2"
}

# suite NAME COMMAND...: runs COMMAND, shows its output, and counts the tests in it.
suite() {
  local name=$1 log began=$SECONDS status=0
  shift
  log=$(mktemp)
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$log" || status=$?
  settle "$name" "$status" "$((SECONDS - began))" "$log"
}

# in_lane NAME COMMAND...: a suite of a lane; its output and result are kept in the lane's folder.
in_lane() {
  local name=$1 began=$SECONDS status=0 number
  shift
  number=$(find "$lane" -name '*.log' | wc -l)
  "$@" >"$lane/$number.log" 2>&1 || status=$?
  printf '%s\t%s\t%s\n' "$status" "$((SECONDS - began))" "$name" >"$lane/$number.result"
}

# lanes FUNCTION...: runs the functions at the same time, each a list of `in_lane`, then shows and counts their suites.
lanes() {
  local function folder result status seconds name folders=() pids=()
  for function in "$@"; do
    folder=$(mktemp -d)
    folders+=("$folder")
    printf '\n== %s, in the background\n' "${function//_/ }"
    (lane=$folder && "$function") &
    pids+=("$!")
  done
  wait "${pids[@]}" || true
  for folder in "${folders[@]}"; do
    for result in "$folder"/*.result; do
      [ -e "$result" ] || continue
      IFS=$'\t' read -r status seconds name <"$result"
      printf '\n== %s\n' "$name"
      cat "${result%.result}.log"
      settle "$name" "$status" "$seconds" "${result%.result}.log"
    done
    rm -rf "$folder"
  done
}

# settle NAME STATUS SECONDS LOG: counts a suite that has ended, and removes its log.
settle() {
  local name=$1 status=$2 seconds=$3 failed_before=$tally_failed
  count "$4"
  rm -f "$4"
  tally_seconds+=("$(printf '%5s s  %s' "$seconds" "$name")")
  # A suite that fails without naming a test (a build, a lint) counts as one.
  if [ "$status" -ne 0 ] && [ "$tally_failed" -eq "$failed_before" ]; then tally_failed=$((tally_failed + 1)); fi
  if [ "$status" -ne 0 ]; then
    tally_broken+=("$name")
    printf '== %s FAILED after %s s\n' "$name" "$seconds"
  else
    printf '== %s done in %s s\n' "$name" "$seconds"
  fi
}
# count LOG: adds the totals of cargo test, node --test, unittest, pytest and go test (a package each) found in LOG.
count() {
  local passed failed
  read -r passed failed < <(awk '
    { gsub(/\033\[[0-9;]*m/, "") }
    /^test result: / { for (i = 1; i <= NF; i++) { if ($(i) ~ /^passed/) p += $(i - 1); if ($(i) ~ /^failed/) f += $(i - 1) } }
    /^(ℹ|#) pass [0-9]+$/ { p += $3 }
    /^(ℹ|#) fail [0-9]+$/ { f += $3 }
    /^Ran [0-9]+ tests? in/ { ran = $2 }
    /^OK( |$)/ { p += ran; ran = 0 }
    /^FAILED \(/ { n = $0; bad = 0; while (match(n, /(failures|errors)=[0-9]+/)) { split(substr(n, RSTART, RLENGTH), a, "="); bad += a[2]; n = substr(n, RSTART + RLENGTH) } p += (ran > bad ? ran - bad : 0); f += bad; ran = 0 }
    /^=* ?([0-9]+ (passed|failed|skipped|error|errors|warnings?),? ?)+in [0-9.]+s/ { for (i = 2; i <= NF; i++) { if ($(i) ~ /^passed/) p += $(i - 1); if ($(i) ~ /^(failed|error)/) f += $(i - 1) } }
    /^ok  \t/ { p += 1 }
    /^FAIL\t/ { f += 1 }
    END { print p + 0, f + 0 }' "$1")
  tally_passed=$((tally_passed + passed))
  tally_failed=$((tally_failed + failed))
}

# total: prints the summary; false when anything failed.
total() {
  local line
  printf '\n'
  for line in ${tally_seconds[@]+"${tally_seconds[@]}"}; do printf '%s\n' "$line"; done
  printf '\n'
  for line in ${tally_skipped[@]+"${tally_skipped[@]}"}; do printf 'skipped  %s\n' "$line"; done
  for line in ${tally_broken[@]+"${tally_broken[@]}"}; do printf 'FAILED   %s\n' "$line"; done
  printf '%s passed, %s failed\n' "$tally_passed" "$tally_failed"
  [ "$tally_failed" -eq 0 ]
}

# shellcheck shell=bash
# Runs suites one after the other, continues after failures, and sums up their results. Sourced.

tally_passed=0
tally_failed=0
tally_broken=()
tally_skipped=()

# skip WHAT WHY: records tests that cannot run here, for the summary.
skip() {
  tally_skipped+=("$1: $2")
  printf '\n== skipped: %s (%s)\n' "$1" "$2"
}

# suite NAME COMMAND...: runs COMMAND, shows its output, and counts the tests in it.
suite() {
  local name=$1 log began=$SECONDS
  shift
  log=$(mktemp)
  printf '\n== %s\n' "$name"
  local status=0 failed_before=$tally_failed
  "$@" 2>&1 | tee "$log" || status=$?
  count "$log"
  rm -f "$log"
  # A suite that fails without naming a test (a build, a lint) counts as one.
  if [ "$status" -ne 0 ] && [ "$tally_failed" -eq "$failed_before" ]; then tally_failed=$((tally_failed + 1)); fi
  if [ "$status" -ne 0 ]; then
    tally_broken+=("$name")
    printf '== %s FAILED after %s s\n' "$name" "$((SECONDS - began))"
  else
    printf '== %s done in %s s\n' "$name" "$((SECONDS - began))"
  fi
}

# count LOG: adds the totals of cargo test, node --test and unittest found in LOG.
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
    END { print p + 0, f + 0 }' "$1")
  tally_passed=$((tally_passed + passed))
  tally_failed=$((tally_failed + failed))
}

# total: prints the summary; false when anything failed.
total() {
  local line
  printf '\n'
  for line in ${tally_skipped[@]+"${tally_skipped[@]}"}; do printf 'skipped  %s\n' "$line"; done
  for line in ${tally_broken[@]+"${tally_broken[@]}"}; do printf 'FAILED   %s\n' "$line"; done
  printf '%s passed, %s failed\n' "$tally_passed" "$tally_failed"
  [ "$tally_failed" -eq 0 ]
}

# shellcheck shell=bash
# Virtual environments of the tests. Sourced.

# python_ready FOLDER REQUIREMENTS...: creates a virtual environment in FOLDER with the packages of these files, unless it
# is there already; prints its Python.
python_ready() {
  local venv=$1 file options=()
  shift
  command -v python3 >/dev/null 2>&1 || return 1
  if ! cat "$@" | cmp -s - "$venv/installed.txt"; then
    for file in "$@"; do options+=(-r "$file"); done
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check "${options[@]}" >&2 || return 1
    cat "$@" >"$venv/installed.txt"
  fi
  printf '%s\n' "$venv/bin/python"
}

# guides_python FOLDER APPLICATION...: the same with the packages of these applications of tests/compat.
guides_python() {
  local folder=$1 name files=()
  shift
  for name in "$@"; do files+=("$(dirname "${BASH_SOURCE[0]}")/compat/apps/$name/requirements.txt"); done
  python_ready "$folder" "${files[@]}"
}

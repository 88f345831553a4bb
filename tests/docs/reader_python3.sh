#!/bin/sh
# `python3` of the reader: the Python of $DOCS_PYTHON. `python3 -m venv FOLDER` gives the environment the pip of reader_pip.py.
[ "$1 $2 $#" = "-m venv 3" ] || exec "$DOCS_PYTHON" "$@"
"$DOCS_PYTHON" -m venv --without-pip "$3" || exit 1
cat >"$3/bin/pip" <<SCRIPT
#!/bin/sh
exec "$DOCS_PYTHON" "$(dirname "$(readlink -f "$0")")/reader_pip.py" "$(pwd)/$3" "\$@"
SCRIPT
chmod +x "$3/bin/pip"

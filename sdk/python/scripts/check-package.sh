#!/bin/sh
# Builds the package and installs the wheel into an empty environment: it imports with nothing but what it names itself, an
# application on it type-checks under `mypy --strict`, and a wrong option does not. PYTHON: which Python (3.10 or newer).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install -q build
"$python" -m build -o "$work/dist" "$here" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }

"${PYTHON:-python3}" -m venv "$work/empty"
python="$work/empty/bin/python"
wheel=$(echo "$work"/dist/*.whl)
"$python" -m pip install -q "$wheel"
cd "$work"
"$python" - <<'CORE'
from usher_sdk.testing import create_test_usher

test = create_test_usher()
assert test.usher.authenticate(test.token("u1")).user.id == "u1"
test.usher.close()
CORE

"$python" -m pip install -q "$wheel[fastapi]" mypy
cat >good.py <<'APPLICATION'
from typing import Annotated

from fastapi import Depends, FastAPI
from usher_sdk.fastapi import Auth, User, Usher, UsherMiddleware

usher = Usher(
    issuer="https://id.example.com",
    client_id="client_api",
    client_secret="secret",
    audience="https://api.example.com",
    project="project",
    sync={"transport": "poll", "poll_interval": 30},
)
app = FastAPI(lifespan=usher.lifespan)
app.add_middleware(UsherMiddleware, usher=usher)


@app.get("/me")
async def me(auth: Annotated[Auth, Depends(usher.require_auth())]) -> User:
    return auth.user
APPLICATION
sed 's/poll_interval/poll_intervall/' good.py >bad.py
"$python" -m mypy --strict good.py
if "$python" -m mypy --strict bad.py >/dev/null; then
  echo "an option that does not exist passes the type check"
  exit 1
fi
echo "the package is whole: $(basename "$wheel")"

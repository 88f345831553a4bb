"""What the module costs, for `sdk/bench/run.js`: prints one JSON object for each row."""

from __future__ import annotations

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt

from usher_sdk.core.policy import Policy
from usher_sdk.core.revocations import Revocations
from usher_sdk.request import Asked
from usher_sdk.testing import AUDIENCE, ISSUER, TestUsher, create_test_usher

RULES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "bench/rules.json").read_text())
BATCHES = 10
ROLES = ["clerk", "viewer"]


def tell(row: str, value: float, unit: str) -> None:
    print(json.dumps({"row": row, "value": value, "unit": unit}), flush=True)


def measure(row: str, calls: int, work: Callable[[], object]) -> None:
    """The median over batches of calls, in microseconds of CPU time for one call."""
    for _ in range(calls // 5):
        work()
    costs = []
    for _ in range(BATCHES):
        began = time.process_time_ns()
        for _ in range(calls // BATCHES):
            work()
        costs.append((time.process_time_ns() - began) / 1000 / calls * BATCHES)
    tell(row, statistics.median(costs), "µs")


def asked_with(token: str) -> Asked:
    headers = {"authorization": f"Bearer {token}", "user-agent": "bench"}
    return Asked("GET", "/orders/42", headers, "/orders/42", client="127.0.0.1")


def session_id(number: int) -> str:
    return f"01936d2e-3c00-7000-8000-{number:012}"


class Bearer:
    """A token that nothing revokes."""

    jti, sid, gid, sub, client_id, kid, iat, urv = "j", session_id(200_000), None, "s", "c", "k", 0, 5


def lists() -> None:
    tracemalloc.start()
    revocations = Revocations()
    for number in range(100_000):
        revocations.add({"k": "sid", "v": session_id(number), "exp": 1_900_000_000})
    tell("100,000 revocations", tracemalloc.get_traced_memory()[0] / 1e6, "MB")
    tracemalloc.stop()
    measure("look-up among 100,000 revocations", 100_000, lambda: revocations.why_revoked(Bearer()))


def requests() -> None:
    test = create_test_usher(policy=RULES, clients=["client_test"])
    asked = asked_with(test.token("u0", roles=ROLES))
    measure("known token", 40_000, lambda: test.usher.enter(asked))
    fresh = [test.token(f"u{number}", roles=ROLES) for number in range(2_400)]
    measure("new token (ES256)", 2_000, lambda: test.usher.authenticate(fresh.pop()))
    auth = test.usher.enter(asked).somebody()
    order = {"owner_id": "u0", "locked": True, "total": 5}
    measure("can(permission, resource)", 40_000, lambda: auth.can("Order:read", order))
    measure("filter(permission)", 40_000, lambda: auth.filter("Order:read"))
    beside(test)
    test.usher.close()


def beside(test: TestUsher) -> None:
    """PyJWT verifies each token anew, without revocation and access rules."""
    key = jwt.PyJWKSet.from_dict({"keys": [test.mint.public_key()]}).keys[0]
    token = test.token("u0", roles=ROLES)
    options = {"algorithms": ["ES256"], "audience": AUDIENCE, "issuer": ISSUER}
    measure("PyJWT, each time", 2_000, lambda: jwt.decode(token, key, **options))


def sessions() -> None:
    test = create_test_usher(policy=RULES, clients=["client_test"])
    tracemalloc.start()
    for number in range(10_000):
        test.usher.enter(asked_with(test.token(f"u{number}", roles=ROLES)))
    gc.collect()
    tell("10,000 sessions", tracemalloc.get_traced_memory()[0] / 1e6, "MB")
    tracemalloc.stop()
    test.usher.close()


def rules() -> None:
    cells = {f"Thing{each}:act": "own" for each in range(1_000)}
    large = {**RULES, "v": 1, "project": "p", "revision": 1, "iat": 0, "default": "deny", "permissions": {}}
    text = json.dumps({**large, "roles": {f"role{role}": cells for role in range(10)}})
    costs = []
    for _ in range(30):
        began = time.process_time_ns()
        Policy(json.loads(text))
        costs.append((time.process_time_ns() - began) / 1e6)
    tell("10,000 rules", statistics.median(costs), "ms")


if __name__ == "__main__":
    lists()
    requests()
    sessions()
    rules()

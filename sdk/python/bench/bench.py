"""What the module costs: run `python bench/bench.py` with the package installed. Not a test: it asserts nothing."""

from __future__ import annotations

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from usher_sdk.core.policy import Policy
from usher_sdk.core.revocations import Revocations
from usher_sdk.request import Asked
from usher_sdk.testing import AUDIENCE, ISSUER, TestUsher, create_test_usher

TABLE = {
    "permissions": {"Order:read": "item", "Order:list": "collection"},
    "roles": {"viewer": {"Order:read": "own", "Order:list": "*"}},
    "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
    "routes": [{"m": ["GET"], "p": f"/things{i}/:id", "need": "Order:list"} for i in range(60)]
    + [{"m": ["GET"], "p": "/orders/:id", "need": "Order:list"}],
}


def measure(name: str, action: Callable[[], object], times: int = 20_000) -> None:
    """Print p50 and p99 of one call, in microseconds."""
    for _ in range(min(times, 200)):
        action()
    gc.disable()
    costs = []
    for _ in range(times):
        began = time.perf_counter_ns()
        action()
        costs.append(time.perf_counter_ns() - began)
    gc.enable()
    costs.sort()
    print(
        f"{name:<58} p50 {statistics.median(costs) / 1000:8.2f} µs   p99 {costs[len(costs) * 99 // 100] / 1000:8.2f} µs"
    )


def main() -> None:
    test = create_test_usher(policy=TABLE, clients=["client_test"])
    usher, token = test.usher, test.token("u1", roles=["viewer"])
    headers = {"authorization": f"Bearer {token}", "user-agent": "bench"}
    asked = Asked("GET", "/orders/42", headers, "/orders/42", client="127.0.0.1")
    for number in range(100_000):
        usher.engine.feed.revocations.add({"k": "sid", "v": f"0193{number:032}", "exp": int(time.time()) + 600})

    measure("check of a known token, 100,000 revocations", lambda: usher.engine.check_in_memory(token))
    measure("the same, with Auth", lambda: usher.authenticate(token))
    measure("all that the middleware does (61 routes)", lambda: usher.enter(asked))
    auth = usher.authenticate(token)
    order = {"owner_id": "u1"}
    measure("auth.can(permission, resource)", lambda: auth.can("Order:read", order))
    tokens = iter([test.token("u1", roles=["viewer"]) for _ in range(2_200)])
    measure("first sight of a token (ES256)", lambda: usher.engine.check_in_memory(next(tokens)), 2_000)
    beside(test)
    test.usher.close()
    memory()
    rules()


def beside(test: TestUsher) -> None:
    """The same token verified by PyJWT, each time, if it is installed: it knows neither revocations nor rules."""
    try:
        import jwt
    except ImportError:
        return
    keys = jwt.PyJWKSet.from_dict({"keys": [test.mint.public_key()]})
    token, key = test.token("u1", roles=["viewer"]), keys.keys[0]
    measure(
        "PyJWT, each time",
        lambda: jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER),
        2_000,
    )


def memory() -> None:
    """100,000 revocations."""
    tracemalloc.start()
    list_ = Revocations()
    for number in range(100_000):
        list_.add({"k": "sid", "v": f"01936d2e-3c00-7000-8000-{number:012}", "exp": 1_795_000_000 + number // 100})
    print(f"100,000 revocations: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")
    tracemalloc.stop()


def rules() -> None:
    """10,000 rules."""
    actions = [f"Thing{i}:act{j}" for i in range(100) for j in range(10)]
    table: dict[str, Any] = {
        "v": 1, "project": "p", "revision": 1, "iat": 0, "default": "deny",
        "permissions": dict.fromkeys(actions, "item"),
        "roles": {f"role{r}": dict.fromkeys(actions, "own") for r in range(10)},
        "conditions": TABLE["conditions"], "routes": TABLE["routes"],
    }  # fmt: skip
    text = json.dumps(table)
    best = min(_timed(lambda: Policy(json.loads(text))) for _ in range(10))
    print(f"10,000 rules: loaded in {best * 1000:.1f} ms ({len(text) // 1024} KB of JSON)")


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

"""One shop, which every framework serves: what may be asked of it, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from usher_sdk.testing import TestUsher

ORDERS: dict[str, dict[str, Any]] = {"mine": {"owner_id": "u1"}, "theirs": {"owner_id": "u2"}}

TABLE: dict[str, Any] = {
    "permissions": {"Order:read": "item"},
    "roles": {"viewer": {"Order:read": "own"}},
    "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
    "routes": [
        {"m": ["GET"], "p": "/health", "public": True},
        {"m": ["*"], "p": "/me", "auth": True},
        {"m": ["GET"], "p": "/fresh", "auth": True},
        {"m": ["GET"], "p": "/orders/:id", "need": "Order:read"},
        {"m": ["GET"], "p": "/forgetful/:id", "need": "Order:read"},
    ],
}

Ask = Callable[[str, str, Mapping[str, str]], Any]


def check_shop(test: TestUsher, ask: Ask) -> None:
    """Ask everything."""
    viewer = test.as_user("u1", roles=["viewer"])
    nobody = ask("GET", "/me", {})
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert nobody.headers["Content-Type"] == "application/problem+json"
    assert "AUTH_REQUIRED" in nobody.text
    for method, path, headers, status in [
        ("GET", "/me", viewer, 200),
        ("GET", "/health", viewer, 200),
        ("GET", "/health", {}, 200),
        ("GET", "/health", {"Authorization": "Bearer garbage"}, 200),
        ("GET", "/me", {"Authorization": "Bearer garbage"}, 401),
        ("GET", "/me", {"Authorization": "Basic dTpw"}, 401),
        ("GET", "/me", test.as_user("u1", exp=1), 401),
        ("GET", "/me", test.as_user("u1", client_id="client_of_somebody"), 200),
        ("GET", "/me", test.as_machine(), 200),
        ("POST", "/me", viewer, 403),
        ("POST", "/me", test.as_user("u1", scope="orders:write"), 200),
        ("PUT", "/me", viewer, 403),
        ("PUT", "/me", test.as_user("u1", roles=["chief"]), 200),
        ("GET", "/orders/mine", viewer, 200),
        ("GET", "/orders/theirs", viewer, 403),
        ("GET", "/orders/none", viewer, 404),
        ("GET", "/orders/none", test.as_user("u3"), 403),
        ("GET", "/forgetful/mine", viewer, 500),
        ("GET", "/fresh", viewer, 200),
        ("GET", "/unlisted", viewer, 403),
        ("GET", "/unlisted", {}, 403),
    ]:
        answer = ask(method, path, headers)
        assert answer.status_code == status, (method, path, answer.text)
    assert "u1" in ask("GET", "/health", viewer).text
    assert "null" in ask("GET", "/health", {}).text
    test.mint.revoked.add(viewer["Authorization"].removeprefix("Bearer "))
    assert ask("GET", "/fresh", viewer).status_code == 401
    test.revoke_session("u1")
    assert ask("GET", "/me", viewer).status_code == 401

"""For tests of applications: a module that mints its own tokens, offline.

Example::

    usher = create_test_usher(policy=RULES)
    client.get("/me", headers=usher.as_user(roles=["editor"]))
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from .core.path import segments
from .usher import Usher

ISSUER = "https://usher.test"
AUDIENCE = "https://api.test"
CLIENT = "client_test"
PROJECT = "01980000-0000-7000-8000-000000000000"


class Mint:
    """Stands in for Usher: signs tokens and rules with a key of its own, and answers the module without a network."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.revoked: set[str] = set()
        """Tokens that Usher would say no to, where it is asked (``fresh``)."""
        self.position = 0
        """How far the feed has come."""
        self._key = ECKey.generate_key("P-256", parameters={"kid": "test", "alg": "ES256", "use": "sig"})
        self._names = itertools.count(1)
        self._rules: str | None = None
        self._revision = 0

    def token(self, sub: str = "user_test", *, roles: Sequence[str] = (), scope: str = "openid", **claims: Any) -> str:
        """An access token. ``claims`` replace or add any claim; ``None`` takes one away."""
        now, name = int(self.now()), next(self._names)
        full: dict[str, Any] = {
            "iss": ISSUER,
            "aud": [ISSUER, AUDIENCE],
            "sub": sub,
            "client_id": CLIENT,
            "iat": now,
            "exp": now + 600,
            "jti": f"token-{name}",
            "sid": f"session-of-{sub}",
            "scope": scope,
            "acr": "aal1",
            "auth_time": now,
            "urv": self.position,
            "roles": sorted(roles),
            **claims,
        }
        return self._sign({name: value for name, value in full.items() if value is not None}, "at+jwt")

    def publish(self, table: Mapping[str, Any]) -> None:
        """Publish a policy table, as ``GET /api/v1/projects/{id}/policy`` has it; what is left out is empty."""
        self._revision += 1
        roles: Mapping[str, Mapping[str, Any]] = table.get("roles", {})
        whole = {
            "v": 1,
            "default": "deny",
            "permissions": {name: "item" for rules in roles.values() for name in rules},
            "roles": {},
            "conditions": {},
            "routes": [{"m": ["*"], "p": "/*", "public": True}],
            **table,
            "project": PROJECT,
            "revision": self._revision,
            "iat": int(self.now()),
        }
        self._rules = self._sign(whole, "usher-policy+jws")

    def _sign(self, payload: Mapping[str, Any], typ: str) -> str:
        header = {"alg": "ES256", "kid": self._key.kid, "typ": typ}
        return jws.serialize_compact(header, json.dumps(payload).encode(), self._key, algorithms=["ES256"])

    def public_key(self) -> dict[str, Any]:
        """The key that tokens are verified with, as a JWK."""
        return dict(self._key.as_dict(private=False))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What Usher would answer."""
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            names = {"jwks_uri": "jwks", "end_session_endpoint": "logout"}
            names |= {f"{name}_endpoint": name for name in ("token", "authorization", "revocation")}
            names["introspection_endpoint"] = "introspect"
            return httpx.Response(200, json={"issuer": ISSUER} | {k: f"{ISSUER}/oauth2/{v}" for k, v in names.items()})
        if path == "/oauth2/jwks":
            return httpx.Response(200, json={"keys": [self.public_key()]})
        if path == "/oauth2/token":
            return httpx.Response(200, json={"access_token": "sync", "expires_in": 600})
        if path == "/oauth2/introspect":
            token = parse_qs(request.content.decode())["token"][0]
            return httpx.Response(200, json={"active": token not in self.revoked})
        if path == "/api/v1/sync/seen":
            return httpx.Response(202, json={"noted": 0})
        if segments(path)[-1:] == ("policy",) and self._rules is not None:
            return httpx.Response(200, text=self._rules, headers={"ETag": f'"{self._revision}-test"'})
        return httpx.Response(404)


class TestUsher:
    """A module with a mint behind it. ``usher`` is what the application is given."""

    __test__ = False

    def __init__(self, usher: Usher, mint: Mint) -> None:
        self.usher = usher
        self.mint = mint

    def token(self, sub: str = "user_test", **claims: Any) -> str:
        """An access token: see :meth:`Mint.token`."""
        return self.mint.token(sub, **claims)

    def as_user(self, sub: str = "user_test", **claims: Any) -> dict[str, str]:
        """The headers of a request by a person: ``as_user("u1", roles=["editor"], scope="orders")``."""
        return {"Authorization": f"Bearer {self.token(sub, **claims)}"}

    def as_machine(self, client_id: str = CLIENT, **claims: Any) -> dict[str, str]:
        """The headers of a request by a machine on its own behalf."""
        return self.as_user(
            client_id, **{"client_id": client_id, "sid": None, "acr": None, "auth_time": None, **claims}
        )

    def revoke(self, kind: str, value: str) -> None:
        """Revoke as the feed does: a ``jti``, ``sid``, ``gid`` or ``kid`` by its name; of a ``sub``, a ``client`` or the
        ``project`` every token that was issued before.
        """
        self.mint.position += 1
        now = int(self.mint.now())
        entry = {"t": "ev", "k": kind, "v": value, "before": self.mint.position, "at": now, "exp": now + 3600}
        if not self.usher.engine.feed.revocations.add(entry):
            raise ValueError(f"nothing of the kind {kind!r} is revoked")

    def revoke_session(self, sub: str = "user_test") -> None:
        """End the session of a person, as a sign-out would."""
        self.revoke("sid", f"session-of-{sub}")

    def publish(self, table: Mapping[str, Any]) -> None:
        """Let other rules apply from now on."""
        self.mint.publish(table)
        self.usher.engine.refresh_policy()


def create_test_usher(
    kind: type[Usher] = Usher,
    *,
    policy: Mapping[str, Any] | None = None,
    now: Callable[[], float] = time.time,
    **options: Any,
) -> TestUsher:
    """A module for tests of an application: no network, no Usher, tokens by :meth:`TestUsher.as_user`.

    ``kind`` is the class that the application uses (``usher_sdk.fastapi.Usher``). ``policy`` is a policy table; without one
    the module applies no rules.
    """
    mint = Mint(now)
    if policy is not None:
        mint.publish(policy)
    usher = kind(
        **{
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "client_id": CLIENT,
            "client_secret": "test",
            "project": PROJECT if policy is not None else None,
            "policy": None if policy is not None else False,
            "sync": {"transport": "off"},
            "transport": httpx.MockTransport(mint.answer),
            "now": now,
            **options,
        }
    )
    usher.start()
    return TestUsher(usher, mint)

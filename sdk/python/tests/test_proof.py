"""Tokens that are bound to a key (DPoP, RFC 9449): never as bearer tokens, once for each proof."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from usher_sdk import MemoryStore, Refusal
from usher_sdk.asgi import UsherMiddleware, auth_of
from usher_sdk.request import Asked
from usher_sdk.testing import AUDIENCE, create_test_usher
from usher_sdk.usher import Usher

KEY = ECKey.generate_key("P-256")
BOUND = {"cnf": {"jkt": KEY.thumbprint()}}


def proof(token: str, **claims: Any) -> str:
    ath = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
    full = {"htm": "GET", "htu": f"{AUDIENCE}/me", "jti": str(uuid.uuid4()), "iat": int(time.time()), "ath": ath}
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": KEY.as_dict(private=False)}
    return jws.serialize_compact(header, json.dumps({**full, **claims}).encode(), KEY, algorithms=["ES256"])


def reason(usher: Usher, authorization: str, dpop: str | None = None, path: str = "/me") -> str | None:
    headers = {"authorization": authorization} | ({} if dpop is None else {"dpop": dpop})
    refusal = usher.identify(Asked("GET", path, headers)).refusal
    return None if refusal is None else refusal.reason


def test_a_bound_token_is_accepted_with_a_proof_and_refused_as_a_bearer_token() -> None:
    test = create_test_usher()
    token, plain = test.token(**BOUND), test.token()
    for scheme in ("DPoP", "dpop", "DPOP"):
        assert reason(test.usher, f"{scheme} {token}", proof(token)) is None
    assert reason(test.usher, f"Bearer {token}", proof(token)) == "sender_constrained"
    assert reason(test.usher, f"DPoP {token}") == "proof_missing"
    assert reason(test.usher, f"DPoP {token}", f"{proof(token)},{proof(token)}") == "proof_malformed"
    assert reason(test.usher, f"DPoP {plain}", proof(plain)) == "token_unbound"
    assert reason(test.usher, f"DPoP {token}, Bearer {token}", proof(token)) == "credentials_ambiguous"
    with pytest.raises(Refusal, match="sender_constrained"):
        test.usher.authenticate(token)
    test.usher.close()


def test_a_proof_is_for_the_address_of_the_application_and_not_for_what_the_caller_says_it_is() -> None:
    test = create_test_usher(base_url="https://shop.example")
    token = test.token(**BOUND)
    assert reason(test.usher, f"DPoP {token}", proof(token)) == "proof_request_wrong"
    assert reason(test.usher, f"DPoP {token}", proof(token, htu="https://shop.example/me")) is None
    spaced = proof(token, htu="https://shop.example/%d1%84%20b")
    assert reason(test.usher, f"DPoP {token}", spaced, "/ф b") is None, "also where the path is known decoded only"
    test.usher.close()
    nameless = create_test_usher(audience="orders")
    token = nameless.token(aud="orders", **BOUND)
    assert reason(nameless.usher, f"DPoP {token}", proof(token)) == "sender_constrained"
    nameless.usher.close()


def test_a_proof_is_accepted_once_also_by_another_process_that_shares_the_store() -> None:
    store = MemoryStore()
    first, second = create_test_usher(storage=store), create_test_usher(storage=store)
    second.mint._key = first.mint._key
    second.usher.engine.refresh_keys()
    token = first.token(**BOUND)
    used = proof(token)
    assert reason(first.usher, f"DPoP {token}", used) is None
    assert reason(first.usher, f"DPoP {token}", used) == "proof_replayed"
    assert reason(second.usher, f"DPoP {token}", used) == "proof_replayed"
    assert reason(second.usher, f"DPoP {token}", proof(token)) is None
    first.usher.close()
    second.usher.close()


def test_without_its_store_the_module_accepts_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    test = create_test_usher(storage=store)
    token = test.token(**BOUND)
    assert reason(test.usher, f"DPoP {token}", proof(token)) is None

    def away(key: str) -> bytes | None:
        raise OSError("away")

    monkeypatch.setattr(store, "get", away)
    assert reason(test.usher, f"DPoP {token}", proof(token)) == "store_unavailable"
    monkeypatch.undo()
    test.usher.close()


def test_the_middleware_accepts_a_proof_and_its_challenge_names_the_algorithms() -> None:
    test = create_test_usher(policy={"routes": [{"m": ["GET"], "p": "/me", "auth": True}]})
    app = Starlette(routes=[Route("/me", lambda request: JSONResponse({"id": auth_of(request.scope).user.id}))])
    token = test.token(**BOUND)

    async def ask(dpop: str) -> httpx.Response:
        transport = httpx.ASGITransport(UsherMiddleware(app, usher=test.usher))
        async with httpx.AsyncClient(transport=transport, base_url="http://elsewhere") as client:
            return await client.get("/me", headers={"Authorization": f"DPoP {token}", "DPoP": dpop})

    good = asyncio.run(ask(proof(token)))
    assert (good.status_code, good.json()) == (200, {"id": "user_test"})
    told = asyncio.run(ask(proof(token, htm="POST")))
    challenge = 'DPoP error="invalid_dpop_proof", algs="ES256 RS256 PS256 EdDSA Ed25519"'
    assert (told.status_code, told.headers["WWW-Authenticate"]) == (401, challenge)
    test.usher.close()

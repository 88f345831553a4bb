"""Misuse is refused loudly when the module is made; hostile tokens and hostile issuers are refused quietly."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from usher_sdk import ConfigError, Refusal, Usher
from usher_sdk.core.keys import KeyRing
from usher_sdk.core.token import Expected, TokenRefused, check, read
from usher_sdk.testing import AUDIENCE, CLIENT, ISSUER, create_test_usher

GOOD: dict[str, Any] = {
    "issuer": "https://id.example.com",
    "client_id": "client_api",
    "client_secret": "secret",
    "audience": "https://api.example.com",
    "project": "0193",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"audience": None}, "audience is missing"),
        ({"issuer": None}, "issuer is missing"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_secret": None}, "client_secret is missing"),
        ({"project": None}, "project is missing"),
        ({"issuer": "http://id.example.com"}, "Use https"),
        ({"issuer": "http://127.0.0.1.evil.example"}, "Use https"),
        ({"issuer": "https://user@id.example.com"}, "not an address"),
        ({"issuer": "https://id.example.com?x=1"}, "not an address"),
        ({"clock_skew": 61}, "from 0 to 60"),
        ({"clock_skew": -1}, "from 0 to 60"),
        ({"clock_skew": True}, "from 0 to 60"),
        ({"audiance": "x"}, "Did you mean `audience`"),
        ({"sync": {"poll_intervall": 60}}, "Did you mean `poll_interval`"),
        ({"sync": {"poll_interval": 4}}, "below 5 seconds"),
        ({"sync": {"transport": "pigeon"}}, "one of ws"),
        ({"sync": {"on_stale": "ignore"}}, "one of allow"),
        ({"policy": {"on_missing_route": "pass"}}, "one of deny"),
        ({"policy": {"enforce_routes": "yes"}}, "is no bool"),
        ({"cache": {"maximum": 1}}, "Did you mean `max`"),
        ({"algorithms": ["HS256"]}, "could sign"),
        ({"algorithms": ["none"]}, "could sign"),
        ({"algorithms": []}, "a list such as"),
        ({"clients": "client_a"}, "a list of client ids"),
        ({"mode": "both"}, "one of bearer, web"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_cannot_work_or_is_not_safe_is_refused_at_once(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Usher(**{**GOOD, **change})


def test_http_is_for_this_machine() -> None:
    for issuer in ("http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"):
        Usher(**{**GOOD, "issuer": issuer}).close()


# Issuers ------------------------------------------------------------------------------------------------------------


def usher_before(answers: dict[str, Any]) -> Usher:
    """A module whose issuer answers so: JSON, or a whole response, by path."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path, httpx.Response(404))
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    return Usher(
        issuer=ISSUER, audience=AUDIENCE, client_id=CLIENT, client_secret="s", policy=False,
        sync={"transport": "off"}, transport=httpx.MockTransport(answer),
    )  # fmt: skip


def metadata(**change: Any) -> dict[str, Any]:
    names = ("authorization_endpoint", "token_endpoint", "introspection_endpoint")
    return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"} | {name: f"{ISSUER}/{name}" for name in names} | change


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({DISCOVERY: metadata(issuer="https://evil.example")}, "says that it is"),
        ({DISCOVERY: metadata(issuer=ISSUER + "/")}, "says that it is"),
        ({DISCOVERY: metadata(jwks_uri="https://evil.example/jwks")}, "another host"),
        ({DISCOVERY: metadata(token_endpoint="http://usher.test/token")}, "another host"),
        ({DISCOVERY: metadata(jwks_uri=None)}, "names no jwks_uri"),
        ({DISCOVERY: httpx.Response(302, headers={"Location": "https://evil.example"})}, "redirects"),
        ({DISCOVERY: metadata(), "/jwks": httpx.Response(307, headers={"Location": "/other"})}, "redirects"),
        ({DISCOVERY: metadata(), "/jwks": httpx.Response(200, content=b"x" * 2_000_000)}, "more than"),
        ({DISCOVERY: metadata(), "/jwks": httpx.Response(200, text="<html>")}, "no JSON"),
        ({DISCOVERY: metadata(), "/jwks": {"keys": "none"}}, "do not read"),
        ({DISCOVERY: httpx.Response(500)}, "answered 500"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value),
)
def test_an_issuer_that_leads_elsewhere_is_not_believed(answers: dict[str, Any], words: str) -> None:
    usher = usher_before(answers)
    usher.start(2)
    try:
        assert words in str(usher.status().failure)
        with pytest.raises(Refusal) as refused:
            usher.authenticate("a.b.c")
        assert (refused.value.status, refused.value.reason) == (503, "keys_missing")
        assert refused.value.headers()["Retry-After"]
    finally:
        usher.close()


def test_random_keys_make_one_request_in_a_second() -> None:
    asked: list[str] = []
    test = create_test_usher(clients=[CLIENT])
    mint = test.mint.answer
    usher = Usher(
        issuer=ISSUER, audience=AUDIENCE, client_id=CLIENT, clients=[CLIENT], policy=False,
        sync={"transport": "off"},
        transport=httpx.MockTransport(lambda request: asked.append(request.url.path) or mint(request)),  # type: ignore[func-returns-value]
    )  # fmt: skip
    usher.start()
    begun = time.monotonic()
    try:
        stranger = ECKey.generate_key("P-256")
        for number in range(500):
            header = {"alg": "ES256", "kid": f"k{number}", "typ": "at+jwt"}
            token = jws.serialize_compact(header, b"{}", stranger, algorithms=["ES256"])
            with pytest.raises(Refusal, match="key_unknown"):
                usher.authenticate(token)
        assert asked.count("/oauth2/jwks") <= 2 + time.monotonic() - begun
        assert usher.authenticate(test.token()).user.id == "user_test"
    finally:
        usher.close()
        test.usher.close()


# Tokens -------------------------------------------------------------------------------------------------------------

KEY = ECKey.generate_key("P-256", parameters={"kid": "k", "alg": "ES256", "use": "sig"})
KEYS = KeyRing.read({"keys": [KEY.as_dict(private=False)]})
CLAIMS = {"iss": "i", "aud": "a", "sub": "s", "client_id": "c", "jti": "j", "iat": 1000, "exp": 1600}


def signed(payload: bytes, **header: Any) -> str:
    full = {"alg": "ES256", "kid": "k", "typ": "at+jwt", **header}
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (json.dumps(full).encode(), payload)]
    from joserfc.jws import JWSRegistry

    signature = JWSRegistry.algorithms["ES256"].sign(b".".join(parts), KEY)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def reason(token: str) -> str:
    try:
        check(read(token, KEYS, ["ES256"]), Expected("i", "a", frozenset({"c"})), 1000)
    except TokenRefused as refused:
        return refused.reason
    return ""


def test_a_good_token_is_good() -> None:
    assert reason(signed(json.dumps(CLAIMS).encode())) == ""


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(), "token_malformed"),
        (json.dumps(CLAIMS).encode("utf-16"), "token_malformed"),
        (json.dumps(CLAIMS).replace('"s"', '"s","sub":"root"').encode(), "token_malformed"),
        (json.dumps(CLAIMS).replace("1600", "1e400").encode(), "claim_invalid"),
        (json.dumps(CLAIMS).replace("1600", "NaN").encode(), "token_malformed"),
        (json.dumps(CLAIMS).replace("1600", "Infinity").encode(), "token_malformed"),
        (json.dumps(CLAIMS).replace("1600", "-1").encode(), "token_expired"),
        (json.dumps(CLAIMS).replace("1600", "true").encode(), "claim_invalid"),
        (b"[" * 5000 + b"]" * 5000, "token_malformed"),
        (b"{}", "claim_missing"),
    ],
    ids=[
        "byte order mark",
        "UTF-16",
        "a member twice",
        "1e400",
        "NaN",
        "Infinity",
        "negative",
        "true",
        "deep",
        "empty",
    ],
)
def test_claims_that_two_readers_read_differently_are_refused(payload: bytes, why: str) -> None:
    assert reason(signed(payload)) == why


def test_a_token_has_one_way_to_be_written() -> None:
    good = signed(json.dumps(CLAIMS).encode())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 bytes end in four bits that mean nothing.
    other = good[:-1] + alphabet[alphabet.index(good[-1]) ^ 1]
    assert base64.urlsafe_b64decode(other.split(".")[2] + "==") == base64.urlsafe_b64decode(good.split(".")[2] + "==")
    assert reason(other) == "signature_invalid"
    for odd in (good + "=", good + ".", " " + good, good.replace(".", " ."), json.dumps({"payload": "e30"})):
        assert reason(odd) == "token_malformed"


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "' OR 1=1--", "k" * 10_000, "", 5, None, ["k"]], ids=lambda k: str(k)[:20]
)
def test_a_strange_kid_is_no_key(kid: Any) -> None:
    assert reason(signed(json.dumps(CLAIMS).encode(), kid=kid)) in ("key_unknown", "token_malformed")


@pytest.mark.filterwarnings("ignore:Key size")
def test_a_weak_or_foreign_key_is_no_key() -> None:
    from joserfc.jwk import RSAKey

    weak = RSAKey.generate_key(1024, parameters={"kid": "weak", "alg": "RS256"}, auto_kid=False)
    ring = KeyRing.read({"keys": [weak.as_dict(private=False), {"kty": "oct", "kid": "o", "k": "AAAA"}, "x", {}]})
    assert ring.find("weak", "RS256") is None
    assert ring.find("o", "HS256") is None


def test_two_tokens_in_one_request_are_none() -> None:
    from usher_sdk.request import Asked

    test = create_test_usher()
    header = test.as_user()["Authorization"]
    known = test.usher.identify(Asked("GET", "/", {"authorization": f"{header},{header}"}))
    assert known.refusal is not None
    assert (known.refusal.status, known.refusal.challenge()) == (400, 'Bearer error="invalid_request"')
    test.usher.close()

"""Access tokens (RFC 9068): what is read, what is refused, and for which reason.

Verification has two halves. :func:`read` looks at the form and finds the key; :func:`check` looks at the claims. Neither
knows a clock or a network.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .keys import KeyRing

LONGEST: Final = 16_384
"""Characters of a token at most."""

ACCESS_TOKEN: Final = "at+jwt"
"""The ``typ`` of an access token (RFC 9068 §2.1)."""

_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_DEEPEST = 16
_THUMBPRINT = re.compile("[A-Za-z0-9_-]{43}")
_OWN_KEYS = ("jku", "jwk", "x5u", "x5c", "crit")
_TEXTS = ("iss", "sub", "client_id", "jti")
_OPTIONAL_TEXTS = ("sid", "gid", "scope", "acr", "project_id")
_OPTIONAL_NUMBERS = ("nbf", "auth_time", "urv")
_EXACT = 2**53


class TokenRefused(Exception):
    """A token that will not do. ``reason`` is one word for logs and tests: callers are told less."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Expected:
    """What an access token must say."""

    issuer: str
    audience: str
    clients: frozenset[str] | None = None
    """Clients whose tokens are taken; ``None`` where somebody else decides (:attr:`Token.client_proven`)."""
    project: str | None = None
    """The project; compared where the token names one."""
    clock_skew: int = 30
    """Seconds that two clocks may differ."""


@dataclass(frozen=True)
class Parts:
    """A compact JWS, taken apart. Nothing of it is verified."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes
    """What the signature is over."""
    signature: bytes


@dataclass(frozen=True)
class Signed:
    """A signed value whose signature holds."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    kid: str


def read(
    text: str, keys: KeyRing, algorithms: Collection[str], typ: str = ACCESS_TOKEN, longest: int = LONGEST
) -> Signed:
    """Check the form, the header and the signature of a compact JWS.

    Raises:
        TokenRefused: ``token_malformed``, ``alg_refused``, ``typ_refused``, ``header_refused``, ``key_unknown`` or
            ``signature_invalid``.
    """
    parts = split(text, longest)
    header = parts.header
    for name in _OWN_KEYS:
        if name in header:
            raise TokenRefused("header_refused", name)
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithms:
        raise TokenRefused("alg_refused", str(alg)[:20])
    if not is_typ(header.get("typ"), typ):
        raise TokenRefused("typ_refused", str(header.get("typ"))[:40])
    kid = header.get("kid")
    key = keys.find(kid, alg) if isinstance(kid, str) else None
    if key is None or not isinstance(kid, str):
        raise TokenRefused("key_unknown", str(kid)[:64])
    if not key.verify(alg, parts.signed, parts.signature):
        raise TokenRefused("signature_invalid")
    return Signed(header, parts.payload, kid)


def split(text: str, longest: int = LONGEST) -> Parts:
    """Check the form of a compact JWS (RFC 7515 §7.1).

    Raises:
        TokenRefused: ``token_malformed``.
    """
    found = _FORM.fullmatch(text) if len(text) <= longest else None
    if found is None:
        raise TokenRefused("token_malformed", "not three parts of base64url")
    header, payload = _object(found[1], "the header"), _object(found[2], "the payload")
    return Parts(header, payload, f"{found[1]}.{found[2]}".encode(), _decode(found[3]))


def is_typ(found: object, expected: str) -> bool:
    """A media type may leave out ``application/`` (RFC 7515 §4.1.9), and its case does not count."""
    return isinstance(found, str) and found.lower().removeprefix("application/") == expected


@dataclass(frozen=True)
class Token:
    """What an access token says, once it is believed."""

    sub: str
    client_id: str
    jti: str
    kid: str
    exp: int
    iat: int
    sid: str | None
    gid: str | None
    urv: int | None
    acr: str | None
    auth_time: int | None
    scope: tuple[str, ...]
    roles: tuple[str, ...]
    claims: Mapping[str, Any]
    jkt: str | None
    """The key that it is bound to, by its thumbprint (RFC 9449 §6.1)."""
    client_proven: bool
    """Whether the client is known to belong to the project; if not, ask Usher (RFC 7662)."""

    @property
    def is_machine(self) -> bool:
        """A client on its own behalf: no person takes part."""
        return self.sub == self.client_id


def check(signed: Signed, expected: Expected, now: float) -> Token:
    """Check what an access token says. ``now`` is in seconds since the epoch.

    Raises:
        TokenRefused: ``claim_missing``, ``claim_invalid``, ``issuer_wrong``, ``audience_wrong``, ``token_expired``,
            ``token_not_yet_valid``, ``project_wrong``, ``client_refused`` or ``sender_constrained``.
    """
    claims = signed.claims
    check_types(claims)
    if claims["iss"] != expected.issuer:
        raise TokenRefused("issuer_wrong")
    aud = claims["aud"]
    if expected.audience not in ([aud] if isinstance(aud, str) else aud):
        raise TokenRefused("audience_wrong")
    check_times(claims, expected.clock_skew, now)
    jkt = _thumbprint(claims["cnf"]) if "cnf" in claims else None
    if expected.project is not None and claims.get("project_id", expected.project) != expected.project:
        raise TokenRefused("project_wrong")
    client = claims["client_id"]
    if expected.clients is not None and client not in expected.clients:
        raise TokenRefused("client_refused", client)
    return Token(
        sub=claims["sub"],
        client_id=client,
        jti=claims["jti"],
        kid=signed.kid,
        exp=int(claims["exp"]),
        iat=int(claims["iat"]),
        sid=claims.get("sid"),
        gid=claims.get("gid"),
        urv=claims.get("urv"),
        acr=claims.get("acr"),
        auth_time=claims.get("auth_time"),
        scope=tuple(scope for scope in claims.get("scope", "").split(" ") if scope),
        roles=tuple(claims.get("roles", ())),
        claims=claims,
        jkt=jkt,
        # A token that names the project was compared with it; those of former versions of Usher do not name it.
        client_proven=expected.clients is not None
        or (expected.project is not None and claims.get("project_id") == expected.project),
    )


def _thumbprint(cnf: object) -> str:
    """The key that a token is bound to, and nothing else: proofs of certificates (RFC 8705) are not checked."""
    jkt = cnf.get("jkt") if isinstance(cnf, dict) and len(cnf) == 1 else None
    if not isinstance(jkt, str) or _THUMBPRINT.fullmatch(jkt) is None:
        raise TokenRefused("sender_constrained")
    return jkt


def check_times(claims: Mapping[str, Any], skew: int, now: float) -> None:
    """Check ``exp``, ``nbf`` and ``iat`` (RFC 7519 §4.1), without their fractions.

    Raises:
        TokenRefused: ``token_expired`` or ``token_not_yet_valid``.
    """
    if now >= int(claims["exp"]) + skew:
        raise TokenRefused("token_expired")
    if int(claims.get("nbf", now)) > now + skew or int(claims["iat"]) > now + skew:
        raise TokenRefused("token_not_yet_valid")


def check_types(claims: Mapping[str, Any]) -> None:
    """Check that every claim that is read here has its type.

    Raises:
        TokenRefused: ``claim_missing`` or ``claim_invalid``.
    """
    for name in (*_TEXTS, "exp", "iat", "aud"):
        if name not in claims:
            raise TokenRefused("claim_missing", name)
    for name in _TEXTS:
        _require(isinstance(claims[name], str) and claims[name] != "", name)
    for name in _OPTIONAL_TEXTS:
        _require(name not in claims or isinstance(claims[name], str), name)
    for name in ("exp", "iat"):
        _require(is_number(claims[name]), name)
    for name in _OPTIONAL_NUMBERS:
        _require(name not in claims or is_number(claims[name]), name)
    _require(claims.get("urv", 0) >= 0, "urv")
    aud = claims["aud"]
    _require(isinstance(aud, str) or _is_texts(aud), "aud")
    _require("roles" not in claims or _is_texts(claims["roles"]), "roles")


def _require(good: bool, name: str) -> None:
    if not good:
        raise TokenRefused("claim_invalid", name)


def is_number(found: object) -> bool:
    """A number of JSON that every module holds exactly: up to 2⁵³."""
    return isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) <= _EXACT


def _is_texts(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(text, str) for text in found)


def _object(part: str, what: str) -> Mapping[str, Any]:
    """The JSON object in a part: UTF-8 without a mark in front (RFC 8259 §8.1), no member twice (RFC 7519 §4)."""
    try:
        found = json.loads(_decode(part).decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or _depth(found) > _DEEPEST:
        raise TokenRefused("token_malformed", f"{what} is no JSON object")
    return found


def _depth(found: Any) -> int:
    """How deeply lists and objects are nested."""
    level, depth = [found], 0
    while level := [value for value in level if isinstance(value, (dict, list))]:
        depth += 1
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value)]
    return depth


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member comes twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _decode(part: str) -> bytes:
    """The bytes of a part; none where it could be written otherwise (RFC 4648 §3.5)."""
    try:
        found = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""
    return found if urlsafe_b64encode(found).rstrip(b"=") == part.encode() else b""

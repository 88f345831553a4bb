"""Proofs that a caller holds the key of an access token (DPoP, RFC 9449)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

from .keys import PublicKey, read_public_key
from .refusal import PROOF_ALGORITHMS, Refusal
from .token import TokenRefused, is_number, is_typ, split

AGE: Final = 60
"""Seconds for which a proof is accepted after its ``iat``."""

_LONGEST_ID = 255
_REFUSED = ("jku", "x5u", "x5c", "crit", "b64")
_PRIVATE = frozenset(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
_KINDS = {"ES256": "EC", "RS256": "RSA", "PS256": "RSA", "EdDSA": "OKP", "Ed25519": "OKP"}
_ADDRESS = re.compile(r"(https?)://([^/?#@\\]+)((?:/[^?#]*)?)(?:[?#].*)?", re.IGNORECASE | re.DOTALL)
_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")


class Credentials(NamedTuple):
    """What a request shows."""

    scheme: Literal["Bearer", "DPoP"]
    token: str
    proofs: tuple[str, ...] = ()
    """The values of the header ``DPoP``."""


@dataclass(frozen=True)
class ProvenRequest:
    """The request that a proof must be for."""

    method: str
    path: str
    """As it was sent."""
    url: str | None
    """The URL of the application, where it is known: a ``Host`` header would be the word of the caller."""


@dataclass(frozen=True)
class SpentProof:
    """A proof that must not have been used before."""

    jti: str
    until: float
    """Until when it has to be remembered, in seconds since the epoch."""


@dataclass(frozen=True)
class _Proof:
    alg: str
    key: PublicKey
    thumbprint: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def check_binding(
    shown: Credentials, jkt: str | None, request: ProvenRequest, skew: int, now: float
) -> SpentProof | None:
    """Check that a token is shown as it is bound: to the key ``jkt``, or to none. ``None`` for a bearer token.

    Raises:
        Refusal: it is not.
    """
    if shown.scheme == "Bearer" and jkt is None:
        return None
    if jkt is None:
        raise Refusal("token_unbound")
    if shown.scheme == "Bearer" or request.url is None:
        raise Refusal("sender_constrained")
    if not shown.proofs:
        raise Refusal("proof_missing")
    if len(shown.proofs) > 1:
        raise Refusal("proof_malformed")
    proof = _read(shown.proofs[0])
    if proof.thumbprint != jkt:
        raise Refusal("proof_key_wrong")
    if not proof.key.verify(proof.alg, proof.signed, proof.signature):
        raise Refusal("proof_signature_invalid")
    return _check_claims(proof.claims, shown.token, request, skew, now)


def _check_claims(claims: Mapping[str, Any], token: str, request: ProvenRequest, skew: int, now: float) -> SpentProof:
    origin = _ORIGIN.match(request.url or "")
    wanted = place_of((origin[0] if origin else "") + request.path)
    if claims["htm"] != request.method or wanted is None or place_of(claims["htu"]) != wanted:
        raise Refusal("proof_request_wrong")
    digest = sha256(token.encode()).digest()
    if claims.get("ath") != urlsafe_b64encode(digest).rstrip(b"=").decode():
        raise Refusal("proof_token_wrong")
    issued = claims["iat"]
    if issued < now - AGE or issued > now + skew:
        raise Refusal("proof_untimely")
    return SpentProof(claims["jti"], issued + AGE)


def _read(text: str) -> _Proof:
    try:
        parts = split(text)
    except TokenRefused as cause:
        raise Refusal("proof_malformed") from cause
    header, claims = parts.header, parts.payload
    alg, jwk, jti = header.get("alg"), header.get("jwk"), claims.get("jti")
    texts = isinstance(claims.get("htm"), str) and isinstance(claims.get("htu"), str)
    named = isinstance(jti, str) and 1 <= len(jti) <= _LONGEST_ID
    is_proof = is_typ(header.get("typ"), "dpop+jwt") and not any(name in header for name in _REFUSED)
    if not is_proof or not texts or not named or not is_number(claims.get("iat")):
        raise Refusal("proof_malformed")
    key = _public_key(jwk) if isinstance(jwk, dict) and jwk.get("kty") == _KINDS.get(str(alg)) else None
    if key is None or not isinstance(alg, str) or alg not in PROOF_ALGORITHMS or not key.fits(alg):
        raise Refusal("proof_malformed")
    return _Proof(alg, key, key.thumbprint, claims, parts.signed, parts.signature)


def _public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    return None if _PRIVATE & jwk.keys() else read_public_key(jwk)


def place_of(address: str) -> str | None:
    """An address without query and fragment, in one spelling (RFC 3986 §6.2.2.1, §6.2.2.2, §6.2.3).

    Dots are not resolved.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    scheme, host = found[1].lower(), found[2].lower()
    host = host.removesuffix(":443" if scheme == "https" else ":80")
    return f"{scheme}://{host}{_ESCAPE.sub(_respelt, found[3] or '/')}"


def _respelt(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()


def path_as_sent(path: str, raw_path: str | None) -> str:
    """The path of a request for :class:`ProvenRequest`; written anew where the server does not tell it as it was sent."""
    return quote(path, safe="/:@!$&'()*+,;=~") if raw_path is None else raw_path.split("?")[0]

"""Tokens of web mode: the code is exchanged, the ID token is checked, old tokens are replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from ..core.refusal import Refusal
from ..core.token import Signed, TokenRefused, read
from ..engine import Engine
from ..errors import IssuerError

_PROTOCOL: Final = frozenset(
    ("iss", "aud", "exp", "iat", "nonce", "at_hash", "azp", "sub", "sid", "roles", "acr", "amr", "auth_time")
)
"""What an ID token says that is not about the person."""


class TokensRefused(Exception):
    """Usher gives no tokens for this code or refresh token. ``error`` is that of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error


def exchange(engine: Engine, form: Mapping[str, str]) -> Mapping[str, Any]:
    """Ask the token endpoint (RFC 6749 §3.2).

    Raises:
        TokensRefused: Usher refuses.
        IssuerError: Usher does not answer.
    """
    issuer = engine.issuer
    answer = issuer.send("POST", issuer.metadata().token_endpoint, headers=issuer.basic(), form=form)
    found = answer.json()
    if not isinstance(found, dict):
        raise IssuerError("the token endpoint of Usher does not read")
    if answer.status != 200 or not isinstance(found.get("access_token"), str):
        raise TokensRefused(str(found.get("error")), str(found.get("error_description", "")))
    return found


def check_id_token(engine: Engine, text: str, access_token: str, nonce: str | None) -> Mapping[str, Any]:
    """Check an ID token (OpenID Connect Core 1.0 §3.1.3.7), and return its claims. That of a refresh has no nonce (§12.2).

    Raises:
        Refusal: it will not do.
    """
    options = engine.options
    try:
        signed = _signed(engine, text)
        claims = CodeIDToken(
            dict(signed.claims),
            dict(signed.header),
            options={
                "iss": {"essential": True, "value": options.issuer},
                "aud": {"essential": True, "value": options.client_id},
            },
            params={"nonce": nonce, "client_id": options.client_id, "access_token": access_token},
        )
        claims.validate(now=int(engine.now()), leeway=options.clock_skew)
    except (TokenRefused, JoseError) as cause:
        engine.logger.warning("an ID token is refused: %s", cause)
        raise Refusal("sign_in_failed") from cause
    return signed.claims


def _signed(engine: Engine, text: str) -> Signed:
    """The signature of an ID token, with keys fetched anew where its own is not known."""
    if engine.keys is None:
        engine.refresh_keys_for_request()
    for again in (True, False):
        assert engine.keys is not None
        try:
            return read(text, engine.keys, engine.options.algorithms, "jwt")
        except TokenRefused as refused:
            if refused.reason != "key_unknown" or not again:
                raise
            engine.refresh_keys_for_request()
    raise AssertionError("unreachable")


def profile_of(claims: Mapping[str, Any]) -> dict[str, Any]:
    """What an ID token says about the person."""
    return {name: value for name, value in claims.items() if name not in _PROTOCOL}

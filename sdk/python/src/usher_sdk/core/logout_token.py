"""Logout tokens: Usher says that a session is over (OpenID Connect Back-Channel Logout 1.0 §2.6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from .keys import KeyRing
from .token import TokenRefused, read

LOGOUT_TOKEN: Final = "logout+jwt"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_OLDEST: Final = 120


@dataclass(frozen=True)
class LogoutNotice:
    """Whose session is over."""

    jti: str
    sid: str | None
    sub: str | None
    exp: float


def read_logout_token(
    text: str, keys: KeyRing, algorithms: Collection[str], issuer: str, client_id: str, skew: int, now: float
) -> LogoutNotice:
    """Verify and read a logout token.

    Raises:
        TokenRefused: it will not do.
    """
    claims = read(text, keys, algorithms, LOGOUT_TOKEN).claims
    aud, iat, exp = claims.get("aud"), claims.get("iat"), claims.get("exp")
    jti, sid, sub, events = claims.get("jti"), claims.get("sid"), claims.get("sub"), claims.get("events")
    if claims.get("iss") != issuer:
        raise TokenRefused("issuer_wrong")
    if client_id not in ([aud] if isinstance(aud, str) else aud if isinstance(aud, list) else []):
        raise TokenRefused("audience_wrong")
    if not isinstance(iat, (int, float)) or not isinstance(exp, (int, float)) or not isinstance(jti, str):
        raise TokenRefused("claim_missing")
    if now >= exp + skew or now - iat > _OLDEST + skew:
        raise TokenRefused("token_expired")
    if iat > now + skew:
        raise TokenRefused("token_not_yet_valid")
    # An ID token must never pass for a logout token: only that one has a nonce.
    if "nonce" in claims or not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise TokenRefused("claim_invalid", "events")
    if not isinstance(sid, str) and not isinstance(sub, str):
        raise TokenRefused("claim_missing", "sid")
    return LogoutNotice(jti, sid if isinstance(sid, str) else None, sub if isinstance(sub, str) else None, exp)

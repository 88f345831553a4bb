"""What is answered to a request that may not pass: status, challenge and body.

The body has the form of RFC 9457 and the codes of the server (``docs/errors.md``). Callers are told what to do, not which
check failed: ``reason`` is for the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"

_WORDS = {
    "AUTH_REQUIRED": "This needs a token, or somebody who is signed in.",
    "AUTH_INVALID": "This token is wrong, over or revoked.",
    "NOT_ALLOWED": "The caller may not do this.",
    "REAUTHENTICATION_REQUIRED": "This needs another sign-in: a stronger one, or a more recent one.",
    "REQUEST_INVALID": "The request cannot be read.",
    "CROSS_SITE": "A page of another site sent this.",
    "SIGN_IN_EXPIRED": "The sign-in was begun too long ago, or in another browser.",
    "UNAVAILABLE": "This cannot be decided at the moment. Try again after `Retry-After` seconds.",
    "STARTING": "The module is starting. Try again after `Retry-After` seconds.",
    "INTERNAL": "Our fault. The cause is in the log.",
}


class Refusal(Exception):
    """A request that may not pass. The middleware of every framework turns it into an answer."""

    def __init__(
        self, status: int, code: str, reason: str, *, details: Mapping[str, Any] | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(f"{code} ({reason})")
        self.status = status
        """The HTTP status."""
        self.code = code
        """A stable word for programs, as in the server's ``docs/errors.md``."""
        self.reason = reason
        """Which check failed, in one word: for the log and for tests."""
        self.details = dict(details or {})
        """What the caller can do something about: ``permission``, ``scope``, ``acr_values``, ``max_age``."""
        self.retry_after = retry_after
        """Seconds after which trying again makes sense; 0 where it does not."""

    @property
    def message(self) -> str:
        """One sentence for people."""
        return _WORDS.get(self.code, self.code)

    def body(self, trace_id: str | None = None) -> dict[str, Any]:
        """The problem details (RFC 9457)."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            "details": self.details or None,
            "traceId": trace_id,
        }

    def headers(self) -> dict[str, str]:
        """The headers of the answer, with the challenge (RFC 6750 §3, RFC 9470 §3) where one belongs."""
        headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
        challenge = self.challenge()
        if challenge:
            headers["WWW-Authenticate"] = challenge
        if self.retry_after:
            headers["Retry-After"] = str(self.retry_after)
        return headers

    def challenge(self) -> str | None:
        """The value of ``WWW-Authenticate``."""
        if self.code == "AUTH_REQUIRED":
            return "Bearer"
        error = {
            "AUTH_INVALID": "invalid_token",
            "REAUTHENTICATION_REQUIRED": "insufficient_user_authentication",
        }.get(self.code)
        error = {"scope_insufficient": "insufficient_scope", "credentials_ambiguous": "invalid_request"}.get(self.reason, error)
        if error is None:
            return None
        parts = [f'error="{error}"', f'error_description="{self.message}"']
        parts += [f'{name}="{_quoted(self.details[name])}"' for name in ("scope", "acr_values", "max_age") if name in self.details]
        return "Bearer " + ", ".join(parts)


def _quoted(value: object) -> str:
    """What may stand between quotation marks in a header: nothing that ends them, no control characters."""
    return "".join(letter for letter in str(value) if " " <= letter <= "~" and letter not in '"\\')


def token_missing() -> Refusal:
    """401: nobody says who they are."""
    return Refusal(401, "AUTH_REQUIRED", "token_missing")


def token_invalid(reason: str) -> Refusal:
    """401: a token that will not do."""
    return Refusal(401, "AUTH_INVALID", reason)


def permission_denied(permission: str) -> Refusal:
    """403: the access rules say no."""
    return Refusal(403, "NOT_ALLOWED", "permission_denied", details={"permission": permission})


def role_missing(roles: Sequence[str]) -> Refusal:
    """403: none of these roles is held."""
    return Refusal(403, "NOT_ALLOWED", "role_missing", details={"roles": list(roles)})


def scope_insufficient(scopes: Sequence[str]) -> Refusal:
    """403: the token lacks a scope (RFC 6750 §3.1)."""
    return Refusal(403, "NOT_ALLOWED", "scope_insufficient", details={"scope": " ".join(scopes)})


def step_up(reason: str, acr: str | None, max_age: int | None) -> Refusal:
    """401: authenticated too weakly or too long ago (RFC 9470)."""
    wanted = {"acr_values": acr, "max_age": max_age}
    details = {name: value for name, value in wanted.items() if value is not None}
    return Refusal(401, "REAUTHENTICATION_REQUIRED", reason, details=details)


def unavailable(reason: str, retry_after: int = 5) -> Refusal:
    """503: it cannot be decided, and what cannot be decided is not allowed."""
    return Refusal(503, "UNAVAILABLE", reason, retry_after=retry_after)

"""What is answered to a request that may not pass: status, challenge and body.

The body has the form of RFC 9457 and the codes of the server (``docs/errors.md``). Callers are told what to do, not which
check failed: ``reason`` is for the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

MEDIA_TYPE: Final = "application/problem+json"
"""The media type of the body (RFC 9457 §3)."""

_RETRY_AFTER: Final = 5


class _Kind(NamedTuple):
    status: int
    code: str
    message: str
    error: str | None = None
    """The error of the challenge (RFC 6750 §3.1, RFC 9470 §3): empty for a challenge without one, ``None`` for none."""
    scheme: str = "Bearer"
    """The scheme of the challenge."""


PROOF_ALGORITHMS: Final = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
"""The algorithms of proofs. Ed25519 has two names (RFC 9864)."""

_INVALID = _Kind(401, "AUTH_INVALID", "The token is invalid, expired or revoked.", "invalid_token")
_BOUND = _INVALID._replace(scheme="DPoP")
_UNPROVEN = _BOUND._replace(error="invalid_dpop_proof")
_REAUTHENTICATE = _Kind(
    401,
    "REAUTHENTICATION_REQUIRED",
    "A stronger or more recent sign-in is required.",
    "insufficient_user_authentication",
)
_DENIED = _Kind(403, "NOT_ALLOWED", "The caller does not have the permission.")
_AWAY = _Kind(503, "UNAVAILABLE", "Authorization is temporarily unavailable.")
_FORGED = _Kind(403, "NOT_ALLOWED", "Cross-site requests are not accepted.")
_NO_SIGN_IN = "The sign-in failed, has expired, or was started in another browser."
_NO_SCOPE = "The token does not have the required scope."
_NO_RULES = (
    "No access rules are published for this application. Publish them at Usher, or turn off the enforcement of routes."
)

_KINDS: Final[dict[str, _Kind]] = {
    "token_missing": _Kind(401, "AUTH_REQUIRED", "Authentication is required.", ""),
    "sender_constrained": _BOUND,
    "token_unbound": _BOUND,
    "proof_missing": _UNPROVEN,
    "proof_malformed": _UNPROVEN,
    "proof_key_wrong": _UNPROVEN,
    "proof_signature_invalid": _UNPROVEN,
    "proof_request_wrong": _UNPROVEN,
    "proof_token_wrong": _UNPROVEN,
    "proof_untimely": _UNPROVEN,
    "proof_replayed": _UNPROVEN,
    "acr_insufficient": _REAUTHENTICATE,
    "auth_too_old": _REAUTHENTICATE,
    "scope_insufficient": _Kind(403, "NOT_ALLOWED", _NO_SCOPE, "insufficient_scope"),
    "role_missing": _DENIED,
    "permission_denied": _DENIED,
    "route_unlisted": _DENIED,
    "path_ambiguous": _Kind(400, "REQUEST_INVALID", "The path is ambiguous."),
    "credentials_ambiguous": _Kind(
        400, "REQUEST_INVALID", "The request contains more than one token.", "invalid_request"
    ),
    "resource_missing": _Kind(404, "NOT_FOUND", "Not found."),
    "request_forged": _FORGED,
    "sign_in_failed": _Kind(400, "REQUEST_INVALID", _NO_SIGN_IN),
    "logout_token_invalid": _Kind(400, "REQUEST_INVALID", "The logout token is invalid."),
    "keys_missing": _AWAY,
    "rules_missing": _AWAY,
    "rules_unpublished": _Kind(503, "UNAVAILABLE", _NO_RULES),
    "list_stale": _AWAY,
    "introspection_failed": _AWAY,
    "store_unavailable": _AWAY,
    "entity_check_missing": _Kind(500, "INTERNAL", "Internal error."),
}
"""Every other reason is about a token that is not good."""


class Refusal(Exception):
    """A request that may not pass. The middleware of every framework turns it into an answer."""

    def __init__(self, reason: str, details: Mapping[str, Any] | None = None, retry_after: int | None = None) -> None:
        self.reason = reason
        """Which check failed, in one word: for the log and for tests."""
        kind = _KINDS.get(reason, _INVALID)
        super().__init__(f"{kind.code} ({reason})")
        self.status = kind.status
        """The HTTP status."""
        self.code = kind.code
        """A stable word for programs, as in the server's ``docs/errors.md``."""
        self.message = kind.message
        """One sentence for people."""
        self.details = dict(details or {})
        """What the caller can do something about: ``permission``, ``scope``, ``acr_values``, ``max_age``."""
        self.retry_after = retry_after if retry_after is not None else _RETRY_AFTER if kind.status == 503 else None
        """Seconds after which trying again makes sense; ``None`` where it does not."""

    def body(self, trace_id: str | None = None) -> dict[str, Any]:
        """The problem details (RFC 9457)."""
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            "details": self.details or None,
        }
        return problem if trace_id is None else {**problem, "traceId": trace_id}

    def headers(self) -> dict[str, str]:
        """The headers of the answer, with the challenge where one belongs, and what keeps caches away."""
        headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
        challenge = self.challenge()
        if challenge is not None:
            headers["WWW-Authenticate"] = challenge
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return headers

    def challenge(self) -> str | None:
        """The value of ``WWW-Authenticate`` (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3)."""
        kind = _KINDS.get(self.reason, _INVALID)
        error = kind.error
        if error is None:
            return None
        parts = [f'error="{error}"'] if error else []
        for name in ("scope", "acr_values", "max_age"):
            if name in self.details:
                parts.append(f'{name}="{_quotable(self.details[name])}"')
        if kind.scheme == "DPoP":
            parts.append(f'algs="{" ".join(PROOF_ALGORITHMS)}"')
        return " ".join([kind.scheme, ", ".join(parts)]).strip()


def _quotable(value: object) -> str:
    """What may stand between quotation marks in a header: nothing that ends them, no control characters."""
    return "".join(letter for letter in str(value) if " " <= letter <= "~" and letter not in '"\\')

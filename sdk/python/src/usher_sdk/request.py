"""A request as the module sees it, whatever framework brings it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .auth import Auth
from .core.proof import Credentials
from .core.refusal import Refusal

_TRACE = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    """Decoded: what the framework routes by."""
    headers: Mapping[str, str]
    """Names in small letters; a header that came several times is joined by commas."""
    raw_path: str | None = None
    """As it came over the wire, where that is known."""
    query: str = ""
    client: str | None = None
    """The network address of whoever sends it."""
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def trace_id(self) -> str | None:
        """The trace that it belongs to (W3C Trace Context)."""
        found = _TRACE.fullmatch(self.headers.get("traceparent", ""))
        return found[1] if found else None

    @property
    def wants_page(self) -> bool:
        """Whether a browser is to show the answer: it is sent to sign in then, and not told of problems."""
        return self.method in ("GET", "HEAD") and "text/html" in self.headers.get("accept", "")

    def credentials(self) -> Credentials | None:
        """The token in the ``Authorization`` header (RFC 6750 §2.1, RFC 9449 §7.1), with its proof.

        Raises:
            Refusal: 400, where there are two.
        """
        header = self.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        scheme = scheme.lower()
        if scheme not in ("bearer", "dpop") or not token:
            return None
        # Two headers are joined by a comma, which no token and no proof holds.
        if "," in header:
            raise Refusal("credentials_ambiguous")
        if scheme == "bearer":
            return Credentials("Bearer", token.strip())
        proof = self.headers.get("dpop")
        return Credentials("DPoP", token.strip(), tuple(proof.split(",")) if proof is not None else ())


@dataclass(slots=True)
class Known:
    """What is known of whoever sends a request."""

    auth: Auth | None = None
    refusal: Refusal | None = None
    """Why they are not known, where they showed something."""

    def somebody(self) -> Auth:
        """Whoever it is.

        Raises:
            Refusal: it is nobody.
        """
        if self.auth is None:
            raise self.refusal or Refusal("token_missing")
        return self.auth

"""An answer of web mode, and the cookies that go with it."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from urllib.parse import quote

_PRINTABLE = string.punctuation
_LONGEST_PATH = 2000
"""It is kept in a cookie, and browsers refuse those of more than 4096 bytes."""


@dataclass(frozen=True)
class Reply:
    """An answer, for the adapter of a framework to send."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()
    """Values of ``Set-Cookie``."""
    body: bytes = field(default=b"")

    def all_headers(self) -> list[tuple[str, str]]:
        """Every header, ``Set-Cookie`` as well. No cache keeps an answer of web mode."""
        kept = [header for header in self.headers if header[0].lower() != "cache-control"]
        return [("Cache-Control", "no-store"), *kept, *(("Set-Cookie", cookie) for cookie in self.cookies)]


def redirect(address: str, *cookies: str) -> Reply:
    """303: go there by GET."""
    return Reply(303, (("Location", address),), tuple(cookies))


class Cookies:
    """How this application's cookies are written: ``__Host-`` and ``Secure`` on https, neither on http://localhost."""

    def __init__(self, name: str, secure: bool) -> None:
        self.session = name or ("__Host-usher-app" if secure else "usher-app")
        self._secure = secure

    def sign_in(self, state: str) -> str:
        """The name of the cookie of one sign-in that was begun: several tabs may sign in at once."""
        return f"{self.session}-sign-in-{state[:8]}"

    def write(self, name: str, value: str, max_age: int) -> str:
        """A cookie, as ``Set-Cookie`` has it."""
        secure = "; Secure" if self._secure else ""
        return f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"

    def clear(self, name: str) -> str:
        """Take a cookie away."""
        return self.write(name, "", 0)


def safe_return(address: str | None) -> str:
    """Where somebody may be sent after signing in: a path of this application, and nothing that a browser could take for
    another host. Anything else is ``/``.
    """
    if not address or address[0] != "/":
        return "/"
    if "\\" in address or any(letter < " " or letter == "\x7f" for letter in address):
        return "/"
    # Browsers resolve dots, escaped ones as well, and what is left could begin with two slashes.
    if re.match(r"/(?:(?:\.|%2e){0,2}/)+", address, re.IGNORECASE):
        return "/"
    # A header holds ASCII alone.
    path = quote(address, safe=_PRINTABLE)
    return path if len(path) <= _LONGEST_PATH else "/"

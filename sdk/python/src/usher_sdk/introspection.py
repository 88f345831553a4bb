"""Questions to Usher about single tokens (RFC 7662), and the answers that are remembered for a moment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from .core.cache import TokenCache
from .core.refusal import Refusal
from .errors import IssuerError
from .net.issuer import Issuer

_REFUSED_FOR: Final = 60.0
"""Seconds for which a token that Usher refused is not asked about again."""


class Introspection:
    """Asks Usher whether a token still stands. Blocks for as long as that takes."""

    def __init__(self, issuer: Issuer, most: int, logger: logging.Logger, now: Callable[[], float]) -> None:
        self._issuer = issuer
        self._most = most
        self._logger = logger
        self._now = now
        self._refused: dict[bytes, float] = {}
        self._active: dict[bytes, int] = {}

    def check(self, text: str) -> None:
        """Ask about a token, unless Usher refused it a moment ago.

        Raises:
            Refusal: it does not stand, or Usher cannot be asked.
        """
        key, now = TokenCache.key(text), self._now()
        if self._refused.get(key, 0) > now:
            raise Refusal("token_revoked")
        try:
            active = self._issuer.introspect(text)["active"]
        except IssuerError as cause:
            self._logger.warning("a token cannot be introspected: %s", cause)
            raise Refusal("introspection_failed") from cause
        if not active:
            self._remember_refused(key, now)
            raise Refusal("token_revoked")

    def check_lately(self, text: str) -> None:
        """As :meth:`check`, while the list is stale: an answer counts for the second in which it was given."""
        key, second = TokenCache.key(text), int(self._now())
        if self._active.get(key) == second:
            return
        self.check(text)
        if len(self._active) >= self._most:
            self._active = {}
        self._active[key] = second

    def is_active(self, text: str) -> bool:
        """Whether a token still stands.

        Raises:
            Refusal: 503, Usher cannot be asked.
        """
        try:
            self.check(text)
        except Refusal as refusal:
            if refusal.reason != "token_revoked":
                raise
            return False
        return True

    def forget(self, now: float) -> None:
        """Drop what is over."""
        self._refused = {key: end for key, end in self._refused.items() if end > now}

    def _remember_refused(self, key: bytes, now: float) -> None:
        if len(self._refused) >= self._most:
            self._refused = {}
        self._refused[key] = now + _REFUSED_FOR

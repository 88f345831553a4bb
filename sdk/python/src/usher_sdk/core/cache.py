"""Tokens that were verified: the second time costs a hash and a look into a dictionary."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from .token import Token


class TokenCache:
    """The most recently used verified tokens. Keys are SHA-256 digests: no token stays in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Token] = OrderedDict()
        self._lock = Lock()

    @staticmethod
    def key(token: str) -> bytes:
        """What a token is known by."""
        return sha256(token.encode()).digest()

    def get(self, key: bytes) -> Token | None:
        """A token that was verified before."""
        found = self._known.get(key)
        # The order matters only when the cache may soon be full.
        if found is not None and len(self._known) * 2 > self._most:
            with self._lock:
                if key in self._known:
                    self._known.move_to_end(key)
        return found

    def put(self, key: bytes, token: Token) -> None:
        """Remember a verified token; the one that was not used for longest makes room."""
        if self._most == 0:
            return
        with self._lock:
            self._known[key] = token
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self, key: bytes) -> None:
        """Forget one."""
        with self._lock:
            self._known.pop(key, None)

    def clear(self) -> None:
        """Forget all: the keys have changed."""
        with self._lock:
            self._known.clear()

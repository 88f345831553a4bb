"""Keeps everything in this process, until it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class MemoryStore:
    """The default. Sessions of web mode end with the process, and no other process knows of them."""

    def __init__(self, now: Callable[[], float] = time.time, most: int = 100_000) -> None:
        self._now = now
        self._most = most
        self._values: dict[str, tuple[bytes, float | None]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The value of a key."""
        found = self._values.get(key)
        if found is None or (found[1] is not None and found[1] <= self._now()):
            return None
        return found[0]

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        """Keep a value; what is over makes room, and then what was kept first."""
        with self._lock:
            self._values.pop(key, None)
            if len(self._values) >= self._most:
                self._make_room()
            self._values[key] = (value, None if ttl is None else self._now() + ttl)

    def _make_room(self) -> None:
        now = self._now()
        over = [key for key, (_, end) in self._values.items() if end is not None and end <= now]
        for key in over or list(self._values)[: self._most // 10 + 1]:
            del self._values[key]

    def delete(self, key: str) -> None:
        """Forget a value."""
        with self._lock:
            self._values.pop(key, None)

    def append_revocations(self, lines: bytes) -> bool:
        """Nothing: what is in memory ends with it."""
        return True

    def load_snapshot(self) -> bytes | None:
        """Nothing."""
        return None

    def save_snapshot(self, snapshot: bytes) -> None:
        """Nothing."""

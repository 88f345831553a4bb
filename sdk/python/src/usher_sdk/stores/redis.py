"""Keeps and shares everything in Redis: several processes of an application have the same sessions."""

from __future__ import annotations

from typing import Any, Final

from redis import Redis

from .base import StoreError

_SNAPSHOT: Final = "snapshot"


class RedisStore:
    """A store in Redis (6 or newer), under a prefix of its own.

    Give it an address (``redis://…``, ``rediss://…``), or a ``redis.Redis`` of the application. Every process saves the live
    list as a whole, at most each five seconds: whichever is there was whole when it was written.

    Raises:
        StoreError: Redis does not answer.
    """

    is_shared = True
    """Other machines have it too: what is saved there is saved beside the work."""

    def __init__(self, redis: Any, prefix: str = "usher:") -> None:
        self._redis: Any = Redis.from_url(redis, socket_timeout=5) if isinstance(redis, str) else redis
        self._prefix = prefix
        try:
            self._redis.ping()
        except Exception as cause:
            raise StoreError(f"the store in Redis does not answer: {cause}") from cause

    def get(self, key: str) -> bytes | None:
        """The value of a key."""
        return _bytes(self._redis.get(self._prefix + key))

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        """Keep a value."""
        milliseconds = None if ttl is None else max(1, int(ttl * 1000))
        self._redis.set(self._prefix + key, value, px=milliseconds)

    def delete(self, key: str) -> None:
        """Forget a value."""
        self._redis.delete(self._prefix + key)

    def append_revocations(self, lines: bytes) -> bool:
        """Nothing is appended, for several processes would append to each other's lines: the whole is saved instead."""
        return lines == b""

    def load_snapshot(self) -> bytes | None:
        """What was saved last, by any process."""
        return self.get(_SNAPSHOT)

    def save_snapshot(self, snapshot: bytes) -> None:
        """Replace what was saved."""
        self._redis.set(self._prefix + _SNAPSHOT, snapshot)

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def _bytes(found: Any) -> bytes | None:
    # A Redis of the application may decode what it reads.
    return found.encode() if isinstance(found, str) else found

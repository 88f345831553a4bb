"""What a store has to be able to do: six methods. The memory copy always answers requests; a store keeps and shares."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Store(Protocol):
    """Keeps the live list over a restart, and the sessions of web mode.

    Methods may block and may be called by several threads. What they are given is sealed or signed already.
    """

    def get(self, key: str) -> bytes | None:
        """The value of a key; ``None`` if there is none or its time is over."""

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        """Keep a value, for so many seconds."""

    def delete(self, key: str) -> None:
        """Forget a value; no error if there is none."""

    def append_revocations(self, lines: bytes) -> bool:
        """Append lines to the snapshot. ``False`` where it has to be saved as a whole instead."""

    def load_snapshot(self) -> bytes | None:
        """What was saved, and everything appended since."""

    def save_snapshot(self, snapshot: bytes) -> None:
        """Replace what was saved."""


class StoreError(Exception):
    """A store that cannot be written, or that somebody else writes."""

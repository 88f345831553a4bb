"""How the live list follows the feed: which message does what, and which snapshot is taken.

Positions are whole numbers without a gap within an epoch. A snapshot that leads back is refused: somebody who can show an
old list must not bring a revoked token back to life.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from .revocations import MARKS, MOST, NAMES, Revocations

Outcome = Literal[
    "applied", "known", "gap", "folded", "policy", "jwks", "retry", "hello", "resync", "ignored", "message_invalid"
]
"""What became of a message. After ``gap`` the missing entries are to be fetched, after ``resync`` a snapshot."""

_EPOCH = re.compile(r"e(0|[1-9][0-9]{0,17})")


class SnapshotRefused(Exception):
    """A snapshot that does not read (``snapshot_invalid``) or leads back (``snapshot_old``)."""

    def __init__(self, reason: Literal["snapshot_invalid", "snapshot_old"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, order=True)
class Place:
    """A place in the feed: everything up to here is known. Later epochs come after earlier ones."""

    epoch: int
    cursor: int

    def __str__(self) -> str:
        return f"e{self.epoch}.{self.cursor}"


def epoch_number(text: object) -> int | None:
    """The number of an epoch: ``e7`` is 7."""
    found = _EPOCH.fullmatch(text) if isinstance(text, str) else None
    return int(found[1]) if found else None


class Feed:
    """The live list and its place in the feed. One writer at a time; readers need no lock."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.place: Place | None = None
        self.revocations = Revocations(most)
        self._heard = 0
        """The last position of an entry, which may be beyond a gap."""
        self.policy_revision: int | None = None
        """The revision that the feed last spoke of."""

    def take_snapshot(self, snapshot: object, now: float) -> None:
        """Begin anew from a snapshot, all of it or none of it.

        Raises:
            SnapshotRefused: the list stays as it is.
        """
        place, entries = _read_snapshot(snapshot)
        if self.place is not None and place < self.place:
            raise SnapshotRefused("snapshot_old")
        fresh = Revocations(self._most)
        fresh.add_all(entries)
        fresh.forget(now)
        self.revocations, self.place, self._heard = fresh, place, place.cursor
        self.policy_revision = _policy_revision(snapshot)

    def take_message(self, message: object, now: float) -> Outcome:
        """Take one message of the feed. What later versions may say is passed over."""
        if not isinstance(message, Mapping):
            return "message_invalid"
        kind = message.get("t")
        if kind in ("hello", "resync"):
            same = self.place is not None and epoch_number(message.get("epoch")) == self.place.epoch
            return "hello" if kind == "hello" and same else "resync"
        if kind in ("jwks", "retry"):
            return "jwks" if kind == "jwks" else "retry"
        if kind == "policy" and not is_count(message.get("rev")):
            return "message_invalid"
        if kind == "ev" and message.get("k") in (*NAMES, *MARKS) and not is_entry(message):
            return "message_invalid"
        position = message.get("c")
        if not is_count(position):
            return "message_invalid" if kind in ("ev", "policy") else "ignored"
        return self._take_at(position, message, now)

    def _take_at(self, position: int, message: Mapping[str, Any], now: float) -> Outcome:
        if self.place is None:
            return "gap"
        if position <= self.place.cursor:
            return "known"
        # Beyond a gap it counts already: a revocation is never early.
        is_revocation = message.get("t") == "ev" and self.revocations.add(message)
        if is_revocation:
            self._heard = max(self._heard, position)
        if message.get("t") == "policy":
            self.policy_revision = max(self.policy_revision or 0, message["rev"])
        if position > self.place.cursor + 1:
            return "gap"
        self.place = Place(self.place.epoch, position)
        if message.get("t") == "policy":
            return "policy"
        if not is_revocation:
            return "ignored"
        return "folded" if self.revocations.fold(self._heard, now) else "applied"


def is_count(found: object) -> TypeGuard[int]:
    """A whole number that is not negative."""
    return isinstance(found, int) and not isinstance(found, bool) and found >= 0


def is_entry(message: Mapping[str, Any]) -> bool:
    """Whether a revocation has everything that it needs."""
    if not isinstance(message.get("v"), str) or not is_count(message.get("exp")):
        return False
    return message.get("k") in NAMES or (is_count(message.get("before")) and is_count(message.get("at", 0)))


def _policy_revision(snapshot: object) -> int | None:
    """The published revision of the access rules, where a snapshot names one."""
    policy = snapshot.get("policy") if isinstance(snapshot, Mapping) else None
    revision = policy.get("revision") if isinstance(policy, Mapping) else None
    return revision if is_count(revision) else None


def _read_snapshot(snapshot: object) -> tuple[Place, list[Mapping[str, Any]]]:
    if not isinstance(snapshot, Mapping):
        raise SnapshotRefused("snapshot_invalid")
    epoch, cursor, entries = epoch_number(snapshot.get("epoch")), snapshot.get("cursor"), snapshot.get("revocations")
    if epoch is None or not is_count(cursor) or not isinstance(entries, list):
        raise SnapshotRefused("snapshot_invalid")
    known = [entry for entry in entries if isinstance(entry, Mapping) and entry.get("k") in (*NAMES, *MARKS)]
    if not all(isinstance(entry, Mapping) for entry in entries) or not all(map(is_entry, known)):
        raise SnapshotRefused("snapshot_invalid")
    return Place(epoch, cursor), known

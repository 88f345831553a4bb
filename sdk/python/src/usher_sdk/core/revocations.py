"""What is revoked: the live list of ``usher.sync.v1``, in memory.

A token is revoked if its ``jti``, ``sid``, ``gid`` or ``kid`` is named, or if it was issued (``urv``) before the newest
mark over its ``sub``, its client or the project. Every entry is forgotten once no token that it concerns can be alive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

NAMES: Final = ("jti", "sid", "gid", "kid")
"""Kinds of entries that name something exactly."""
MARKS: Final = ("sub", "client", "project")
"""Kinds of entries that stand over everything that was issued before them."""
SKEW: Final = 30
"""Seconds that an entry is kept beyond its end, for clocks that differ."""
MOST: Final = 200_000
"""Entries beyond which the names are folded into one mark over the project."""

_WHOLE_PROJECT = ""


class Bearer(Protocol):
    """What is asked about: the claims of an access token."""

    @property
    def jti(self) -> str: ...
    @property
    def sid(self) -> str | None: ...
    @property
    def gid(self) -> str | None: ...
    @property
    def kid(self) -> str: ...
    @property
    def sub(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def urv(self) -> int | None: ...
    @property
    def iat(self) -> int: ...


@dataclass(frozen=True)
class Mark:
    """Everything issued before a position is dead."""

    before: int
    at: float
    """When it was made: for tokens that carry no position."""
    exp: float


class Revocations:
    """The live list of one project. One writer at a time; readers need no lock."""

    def __init__(self, most: int = MOST) -> None:
        self._names: dict[str, dict[str, float]] = {kind: {} for kind in NAMES}
        self._marks: dict[str, dict[str, Mark]] = {kind: {} for kind in MARKS}
        self._most = most
        self._instants: dict[float, float] = {}

    def __len__(self) -> int:
        return sum(map(len, self._names.values())) + sum(map(len, self._marks.values()))

    def add(self, entry: Mapping[str, Any]) -> bool:
        """Take an entry of the feed; ``False`` for what is none, which is passed over. Twice is the same as once."""
        kind, value, exp = entry.get("k"), entry.get("v"), entry.get("exp")
        if not isinstance(value, str) or not isinstance(exp, (int, float)):
            return False
        if kind in self._names:
            named = self._names[kind]
            # Thousands of entries end in the same second: they share one number.
            named[value] = max(self._instants.setdefault(exp, exp), named.get(value, 0))
            return True
        before, at = entry.get("before"), entry.get("at", 0)
        if kind not in self._marks or not isinstance(before, int) or not isinstance(at, (int, float)):
            return False
        self._add_mark(kind, _WHOLE_PROJECT if kind == "project" else value, Mark(before, at, exp))
        return True

    def _add_mark(self, kind: str, value: str, mark: Mark) -> None:
        """Of several marks over the same, the newest counts, and it stays as long as the longest."""
        old = self._marks[kind].get(value)
        if old is not None:
            mark = Mark(max(mark.before, old.before), max(mark.at, old.at), max(mark.exp, old.exp))
        self._marks[kind][value] = mark

    def why_revoked(self, token: Bearer) -> str | None:
        """The kind of the entry that ended a token, or ``None``."""
        names = self._names
        if token.jti in names["jti"]:
            return "jti"
        if token.sid is not None and token.sid in names["sid"]:
            return "sid"
        if token.gid is not None and token.gid in names["gid"]:
            return "gid"
        if token.kid in names["kid"]:
            return "kid"
        marks = self._marks
        sub, client = marks["sub"].get(token.sub), marks["client"].get(token.client_id)
        project = marks["project"].get(_WHOLE_PROJECT)
        if sub is None and client is None and project is None:
            return None
        standing = (("sub", sub), ("client", client), ("project", project))
        ended = [(mark.before, kind) for kind, mark in standing if mark is not None and _was_issued_before(token, mark)]
        return max(ended, key=_before)[1] if ended else None

    def forget(self, now: float) -> int:
        """Drop what has ended, and return how many."""
        dropped = 0
        for named in self._names.values():
            over = [value for value, exp in named.items() if exp + SKEW <= now]
            for value in over:
                del named[value]
            dropped += len(over)
        for marks in self._marks.values():
            ended = [value for value, mark in marks.items() if mark.exp + SKEW <= now]
            for value in ended:
                del marks[value]
            dropped += len(ended)
        self._instants = {exp: exp for exp in self._instants if exp + SKEW > now}
        return dropped

    def fold(self, heard: int, now: float) -> bool:
        """Where there are too many entries: one mark over the project in place of everything but keys, at the last position
        that was heard, which may be beyond a gap.

        Everybody gets new tokens once; nothing that was revoked comes back.
        """
        if len(self) <= self._most:
            return False
        self.forget(now)
        if len(self) <= self._most:
            return False
        ends = [exp for kind in ("jti", "sid", "gid") for exp in self._names[kind].values()]
        marks = [mark for marks in self._marks.values() for mark in marks.values()]
        ends += [mark.exp for mark in marks]
        at = max([now, *(mark.at for mark in marks)])
        # New tables in place of the old ones: a reader sees the mark before the names are gone.
        self._add_mark("project", _WHOLE_PROJECT, Mark(heard, at, max(ends, default=now)))
        self._names = {kind: named if kind == "kid" else {} for kind, named in self._names.items()}
        self._marks = {"sub": {}, "client": {}, "project": self._marks["project"]}
        return True

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, to be kept in a store."""
        for kind, named in self._names.items():
            for value, exp in list(named.items()):
                yield {"t": "ev", "k": kind, "v": value, "exp": exp}
        for kind, marks in self._marks.items():
            for value, mark in list(marks.items()):
                yield {"t": "ev", "k": kind, "v": value, "before": mark.before, "at": mark.at, "exp": mark.exp}

    def add_all(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Take several entries."""
        for entry in entries:
            self.add(entry)


def _before(ended: tuple[int, str]) -> int:
    return ended[0]


def _was_issued_before(token: Bearer, mark: Mark) -> bool:
    if token.urv is None:
        return token.iat <= mark.at
    return token.urv < mark.before

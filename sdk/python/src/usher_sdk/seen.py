"""The sessions that this application has seen: who is signed in here, as far as its own requests tell."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .auth import Auth

MOST: Final = 10_000
"""Sessions that are remembered; the one that was not used for longest makes room."""
MOST_IN_REPORT: Final = 500
_LONGEST_TEXT: Final = 300


@dataclass(frozen=True)
class SeenSession:
    """A session that was used here. Times are seconds since the epoch."""

    sid: str
    sub: str
    client_id: str
    first_seen: int
    last_seen: int
    requests: int
    """Requests since it was first seen here."""
    exp: int
    """When the newest of its tokens ends."""
    ip_hash: str | None = None
    """The network address, hashed with the client's secret: equal for equal addresses, and no address."""
    user_agent: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As the server takes it."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "exp"}
        return {name: value for name, value in found.items() if value is not None}


class SeenSessions:
    """Notes sessions, cheaply, from any thread."""

    def __init__(self, secret: str | None) -> None:
        self._key = (secret or "").encode()
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], SeenSession] = OrderedDict()
        self._news: dict[tuple[str, str], int] = {}

    def note(self, auth: Auth, now: float, ip: str | None, user_agent: str | None) -> None:
        """A request of a session. Tokens of machines have none."""
        if auth.sid is None:
            return
        key, second = (auth.sid, auth.client_id), int(now)
        with self._lock:
            self._news[key] = self._news.get(key, 0) + 1
            found = self._known.get(key)
            if found is not None and found.last_seen == second:
                return
            self._known[key] = self._session(auth, found, second, ip, user_agent)
            self._known.move_to_end(key)
            if len(self._known) > MOST:
                gone, _ = self._known.popitem(last=False)
                self._news.pop(gone, None)

    def _session(
        self, auth: Auth, found: SeenSession | None, second: int, ip: str | None, user_agent: str | None
    ) -> SeenSession:
        if found is not None:
            return replace(found, last_seen=second, exp=max(found.exp, auth.expires_at))
        agent = "".join(letter for letter in (user_agent or "")[:_LONGEST_TEXT] if letter.isprintable())
        hashed = hmac.new(self._key, ip.encode(), hashlib.sha256).hexdigest()[:32] if ip else None
        return SeenSession(
            auth.sid or "", auth.sub, auth.client_id, second, second, 0, auth.expires_at, hashed, agent or None
        )

    def report(self) -> list[SeenSession]:
        """The sessions that were used since the last report, 500 at most; ``requests`` counts since then."""
        with self._lock:
            keys = list(self._news)[:MOST_IN_REPORT]
            found = []
            for key in keys:
                count, session = self._news.pop(key), self._known.get(key)
                if session is not None:
                    self._known[key] = replace(session, requests=session.requests + count)
                    found.append(replace(session, requests=count))
            return found

    def sessions(self) -> list[SeenSession]:
        """Every session that is remembered, the last used first."""
        with self._lock:
            known = [replace(s, requests=s.requests + self._news.get(key, 0)) for key, s in self._known.items()]
        return sorted(reversed(known), key=lambda session: session.last_seen, reverse=True)

    def restore(self, sessions: Iterable[Mapping[str, Any]]) -> None:
        """Remember what a store kept, where it is newer than what is known."""
        names = SeenSession.__dataclass_fields__
        with self._lock:
            for json in sessions:
                session = SeenSession(**{name: value for name, value in json.items() if name in names})
                key = (session.sid, session.client_id)
                known = self._known.get(key)
                if known is None or known.last_seen < session.last_seen:
                    self._known[key] = session

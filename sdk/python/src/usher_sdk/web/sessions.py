"""Sessions of web mode: a sealed cookie holds a name, the store holds the sealed tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from ..options import Cookie
from ..stores.base import Store
from .seal import Sealer

_TOUCH = 60
"""Seconds between two notes that a session is used."""
_MOST_OF_ONE = 20
"""Sessions here of one session at Usher."""


@dataclass(frozen=True)
class WebSession:
    """One browser that is signed in here. Times are seconds since the epoch."""

    access_token: str
    refresh_token: str | None
    id_token: str
    sub: str
    sid: str | None
    """The session at Usher."""
    profile: Mapping[str, Any]
    """What the ID token says of the person."""
    created: int
    used: int


class WebSessions:
    """Keeps the sessions. Methods may block."""

    def __init__(self, store: Store, secrets_: tuple[str, ...], life: Cookie) -> None:
        self._store = store
        self._names = Sealer(secrets_, "cookie")
        self._values = Sealer(secrets_, "session")
        self._life = life

    def create(self, session: WebSession) -> str:
        """Keep a new session, and return the value of its cookie."""
        name = secrets.token_urlsafe(32)
        self.save(name, session, session.created)
        if session.sid is not None:
            known = [*self._named(session.sid), name][-_MOST_OF_ONE:]
            self._store.set(_index(session.sid), self._values.seal({"names": known}).encode(), self._life.absolute)
        return self._names.seal({"name": name})

    def name_in(self, cookie: str | None) -> str | None:
        """The name in a cookie; ``None`` if we did not write it."""
        found = self._names.open(cookie) if cookie else None
        name = found.get("name") if found else None
        return name if isinstance(name, str) else None

    def load(self, name: str, now: float) -> WebSession | None:
        """The session of that name, if it is not over; from time to time its use is noted."""
        sealed = self._store.get(_key(name))
        found = self._values.open(sealed.decode("latin-1")) if sealed is not None else None
        if found is None:
            return None
        try:
            session = WebSession(**found)
        except TypeError:
            # Of another version of this package, which kept something else.
            return None
        if now >= session.created + self._life.absolute or now >= session.used + self._life.idle:
            self.delete(name)
            return None
        if now - session.used >= _TOUCH:
            session = replace(session, used=int(now))
            self.save(name, session, now)
        return session

    def save(self, name: str, session: WebSession, now: float) -> None:
        """Keep a session until it would be over."""
        ttl = min(self._life.idle, session.created + self._life.absolute - now)
        self._store.set(_key(name), self._values.seal(asdict(session)).encode(), ttl)

    def delete(self, name: str) -> None:
        """End a session."""
        self._store.delete(_key(name))

    def delete_by_sid(self, sid: str) -> int:
        """End every session here of a session at Usher, and return how many there were."""
        names = self._named(sid)
        for name in names:
            self.delete(name)
        self._store.delete(_index(sid))
        return len(names)

    def _named(self, sid: str) -> list[str]:
        sealed = self._store.get(_index(sid))
        found = self._values.open(sealed.decode("latin-1")) if sealed is not None else None
        return [name for name in found.get("names", []) if isinstance(name, str)] if found else []


def _key(name: str) -> str:
    # Whoever reads the store learns no name that a cookie could hold.
    return "session:" + sha256(name.encode()).hexdigest()


def _index(sid: str) -> str:
    return "sid:" + sha256(sid.encode()).hexdigest()

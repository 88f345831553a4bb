"""Sessions of web mode: a sealed cookie holds a name, the store holds the sealed tokens.

The use of a session is a value of its own, so that noting it overwrites no newer tokens of another thread or process. A
session that has no such value is over: whoever ends it deletes both, and a late write of the tokens alone changes nothing.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, TypeVar

from ..options import Cookie
from ..stores.base import Store
from .seal import Sealer

_TOUCH = 60
"""Seconds between two notes that a session is used."""
_MOST_OF_ONE = 20
"""Sessions here of one session at Usher. The oldest ones end."""
_REMEMBERED = 10_000
_USED = b"1"


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


class WebSessions:
    """Keeps the sessions. Methods may block."""

    def __init__(self, store: Store, secrets_: tuple[str, ...], life: Cookie) -> None:
        self._store = store
        self._names = Sealer(secrets_, "cookie")
        self._values = Sealer(secrets_, "session")
        self._life = life
        self._noted: OrderedDict[str, float] = OrderedDict()
        """When the use of a session was last noted."""
        self._ended: OrderedDict[str, None] = OrderedDict()
        """Sessions that were ended here a moment ago: no request that runs meanwhile brings one back."""
        self._guard = threading.Lock()

    def create(self, session: WebSession) -> str:
        """Keep a new session, and return the value of its cookie."""
        name = secrets.token_urlsafe(32)
        self._note_use(name, session.created)
        self._save(name, session, session.created)
        if session.sid:
            known = [*self._named(session.sid), name]
            for old in known[:-_MOST_OF_ONE]:
                self.delete(old)
            names = self._values.seal({"names": known[-_MOST_OF_ONE:]}, _index(session.sid))
            self._store.set(_index(session.sid), names.encode(), self._life.absolute)
        return self._names.seal({"name": name})

    def name_in(self, cookie: str | None) -> str | None:
        """The name in a cookie; ``None`` if we did not write it."""
        found = self._names.open(cookie) if cookie else None
        name = found.get("name") if found else None
        return name if isinstance(name, str) else None

    def load(self, name: str, now: float) -> WebSession | None:
        """The session of that name, if it is not over; from time to time its use is noted."""
        sealed, used = self._store.get(_key(name)), self._store.get(_used(name))
        found = self._values.open(sealed.decode("latin-1"), _key(name)) if sealed is not None else None
        if found is None or used is None or name in self._ended:
            return None
        try:
            session = WebSession(**found)
        except TypeError:
            # Of another version of this package, which kept something else.
            return None
        if now >= session.created + self._life.absolute:
            self.delete(name)
            return None
        noted = self._noted.get(name)
        if noted is None or abs(now - noted) >= min(_TOUCH, self._life.idle / 10):
            self._note_use(name, now)
        return session

    def update(self, name: str, session: WebSession, now: float) -> bool:
        """Keep new tokens of a session, unless it was ended meanwhile: then this is false."""
        if self.load(name, now) is None:
            return False
        self._save(name, session, now)
        if name in self._ended:
            self.delete(name)
            return False
        return True

    def _save(self, name: str, session: WebSession, now: float) -> None:
        ttl = session.created + self._life.absolute - now
        # Whoever can write to the store cannot put the session of one browser in the place of another.
        self._store.set(_key(name), self._values.seal(asdict(session), _key(name)).encode(), ttl)

    def _note_use(self, name: str, now: float) -> None:
        self._store.set(_used(name), _USED, self._life.idle)
        with self._guard:
            _remember(self._noted, name, now)

    def delete(self, name: str) -> None:
        """End a session."""
        with self._guard:
            _remember(self._ended, name, None)
        self._store.delete(_key(name))
        self._store.delete(_used(name))

    def is_first(self, name: str, seconds: float) -> bool:
        """Whether something comes for the first time within these seconds."""
        key = "once:" + sha256(name.encode()).hexdigest()
        if self._store.get(key) is not None:
            return False
        self._store.set(key, _USED, seconds)
        return True

    def delete_by_sid(self, sid: str) -> int:
        """End every session here of a session at Usher, and return how many there were."""
        names = self._named(sid)
        for name in names:
            self.delete(name)
        self._store.delete(_index(sid))
        return len(names)

    def _named(self, sid: str) -> list[str]:
        sealed = self._store.get(_index(sid))
        found = self._values.open(sealed.decode("latin-1"), _index(sid)) if sealed is not None else None
        return [name for name in found.get("names", []) if isinstance(name, str)] if found else []


Value = TypeVar("Value")


def _remember(known: OrderedDict[str, Value], name: str, value: Value) -> None:
    known[name] = value
    known.move_to_end(name)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)


def _key(name: str) -> str:
    # Whoever reads the store learns no name that a cookie could hold.
    return "session:" + sha256(name.encode()).hexdigest()


def _used(name: str) -> str:
    return "used:" + sha256(name.encode()).hexdigest()


def _index(sid: str) -> str:
    return "sid:" + sha256(sid.encode()).hexdigest()

"""What the module says of itself while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .core.policy import Verdict

EventName = Literal["ready", "stale", "resynced", "revoked", "policy_changed"]
"""``ready``: keys, list and rules are there. ``stale``: the list was not confirmed for too long. ``resynced``: it is whole
again, from a snapshot. ``revoked``: an entry has come. ``policy_changed``: other rules apply from now on."""


@dataclass(frozen=True)
class Event:
    """Something that has happened to the module."""

    name: EventName
    kind: str | None = None
    """Of ``revoked``: ``jti``, ``sid``, ``gid``, ``kid``, ``sub``, ``client`` or ``project``."""
    value: str | None = None
    """Of ``revoked``: what is named."""
    why: str | None = None
    """Of ``revoked``: why, in one word."""
    revision: int | None = None
    """Of ``policy_changed``: the revision that applies."""


@dataclass(frozen=True)
class DecisionMade:
    """A decision about a permission, for a log."""

    permission: str
    verdict: Verdict
    sub: str
    roles: tuple[str, ...]
    revision: int | None


Listener = Callable[[Event], None]


class Listeners:
    """Whoever wants to know. A listener that raises is logged, and stops nobody else."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._listeners: list[tuple[EventName, Listener]] = []

    def add(self, name: EventName, listener: Listener) -> None:
        """Call ``listener`` at each event of that name."""
        self._listeners.append((name, listener))

    def tell(self, event: Event) -> None:
        """Tell everybody who listens to it."""
        for name, listener in self._listeners:
            if name == event.name:
                try:
                    listener(event)
                except Exception:
                    self._logger.exception("a listener to %s failed", name)

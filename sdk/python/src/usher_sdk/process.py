"""Which process this is. The system is asked after each fork, and not at each request."""

from __future__ import annotations

import os

_current = os.getpid()


def current() -> int:
    """The id of this process."""
    return _current


def _has_forked() -> None:
    global _current
    _current = os.getpid()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_has_forked)

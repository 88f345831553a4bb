"""The one module of a Django project, made from ``settings.USHER`` when it is needed first."""

from __future__ import annotations

import threading

from django.conf import settings

from ..errors import ConfigError
from ..usher import Usher

_lock = threading.Lock()
_usher: Usher | None = None


def get_usher() -> Usher:
    """The module.

    Raises:
        ConfigError: ``settings.USHER`` is missing, or cannot work.
    """
    global _usher
    with _lock:
        if _usher is None:
            options = getattr(settings, "USHER", None)
            if not isinstance(options, dict):
                raise ConfigError("settings.USHER is missing: a dictionary with the options of the module")
            _usher = Usher(**options)
        return _usher


def set_usher(usher: Usher | None) -> None:
    """Use this module from now on: for tests. ``None``: make one from the settings when it is needed next."""
    global _usher
    with _lock:
        _usher = usher

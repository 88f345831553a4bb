"""What this package raises."""

from __future__ import annotations

from .core.feed import SnapshotRefused
from .core.logfile import LogRefused
from .core.refusal import Refusal
from .core.token import TokenRefused
from .core.webhook import WebhookRefused


class ConfigError(ValueError):
    """The module was set up in a way that cannot work or is not safe. It says what to do."""


class IssuerError(Exception):
    """Usher did not answer, or answered what no Usher answers.

    ``permanent`` says that trying again will not help: the client is not known, or lacks a scope.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float = 0) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


__all__ = [
    "ConfigError",
    "IssuerError",
    "LogRefused",
    "Refusal",
    "SnapshotRefused",
    "TokenRefused",
    "WebhookRefused",
]

"""Usher's local module for Python: checks tokens, revocations and access rules inside your application.

Take ``Usher`` from the module of your framework (``usher_sdk.fastapi``, ``.starlette``, ``.flask``, ``.django``), or from
here for anything else.
"""

from __future__ import annotations

__version__ = "0.1.0"

from .auth import Auth, User
from .core.policy import Decision, Policy, Reason
from .core.refusal import Refusal
from .core.residual import Filter
from .core.webhook import WebhookMessage, WebhookRefused, verify_webhook
from .errors import ConfigError, IssuerError
from .events import DecisionMade, Event
from .option_types import UsherOptions
from .seen import SeenSession
from .stores import FileStore, MemoryStore, Store, StoreError
from .usher import Status, Usher

__all__ = [
    "Auth",
    "ConfigError",
    "Decision",
    "DecisionMade",
    "Event",
    "FileStore",
    "Filter",
    "IssuerError",
    "MemoryStore",
    "Policy",
    "Reason",
    "Refusal",
    "SeenSession",
    "Status",
    "Store",
    "StoreError",
    "User",
    "Usher",
    "UsherOptions",
    "WebhookMessage",
    "WebhookRefused",
    "verify_webhook",
]

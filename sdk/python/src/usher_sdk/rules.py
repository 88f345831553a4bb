"""The access rules as Usher publishes them: signed, of our project, and never older than those that apply."""

from __future__ import annotations

import logging
from typing import Final

from .core.keys import KeyRing
from .core.policy import Policy
from .core.refusal import Refusal
from .core.token import TokenRefused, read
from .errors import ConfigError
from .events import Event, Listeners
from .options import Options

POLICY_TYPE: Final = "usher-policy+jws"
_LONGEST_POLICY: Final = 1024 * 1024 * 4 // 3 + 4096


class PublishedRules:
    """The access rules that apply, and their signed text. One writer at a time."""

    def __init__(self, options: Options, logger: logging.Logger, listeners: Listeners) -> None:
        self._options = options
        self._logger = logger
        self._listeners = listeners
        self.policy: Policy | None = None
        self.jws: str | None = None
        self.etag: str | None = None
        self.is_published = True
        """Whether the project has rules, as far as we know."""
        self._epoch: int | None = None

    def current(self) -> Policy:
        """The access rules that apply. Without any, nothing is allowed.

        Raises:
            Refusal: 503, where none are published or none were fetched yet.
            ConfigError: ``policy=False``.
        """
        if self.policy is not None:
            return self.policy
        if self._options.policy is None:
            raise ConfigError("permissions need access rules, and policy=False turns them off")
        raise Refusal("rules_missing" if self.is_published else "rules_unpublished")

    def take(self, text: str, etag: str | None, keys: KeyRing, epoch: int | None) -> bool:
        """Apply signed rules, unless they are not believed or older than those that apply in this epoch of the feed."""
        try:
            policy = Policy(read(text, keys, self._options.algorithms, POLICY_TYPE, _LONGEST_POLICY).claims)
        except (TokenRefused, ValueError) as cause:
            self._logger.error("access rules are refused: %s", cause)
            return False
        if policy.project != self._options.project:
            self._logger.error("access rules are refused: they are those of another project")
            return False
        old = self.policy
        if old is not None and policy.revision < old.revision and epoch == self._epoch:
            self._logger.error("access rules are refused: %s is older than %s", policy.revision, old.revision)
            return False
        self.is_published = True
        self.policy, self.jws, self.etag, self._epoch = policy, text, etag, epoch
        if old is None or old.revision != policy.revision:
            self._listeners.tell(Event("policy_changed", revision=policy.revision))
        return True

    def drop(self) -> bool:
        """Nothing is published. Says whether rules applied before."""
        was_there, self.policy = self.policy is not None, None
        is_news, self.is_published = self.is_published, False
        self.jws = self.etag = self._epoch = None
        if is_news and self._options.policy is not None and self._options.policy.enforce_routes:
            self._logger.error(
                "project %s has no published access rules: every request is answered 503 until it has. Publish some, or set"
                " policy={'enforce_routes': False}",
                self._options.project,
            )
        if was_there:
            self._listeners.tell(Event("policy_changed"))
        return was_there

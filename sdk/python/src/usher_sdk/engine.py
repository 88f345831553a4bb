"""The module's memory: keys, live list and rules, and the check of a token against them.

One thread writes (:class:`usher_sdk.net.follower.Follower`); requests read without a lock. What can be answered from
memory is answered by :meth:`Engine.check_in_memory`, which never blocks; :meth:`Engine.authenticate` asks Usher where it
must.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import httpx

from .core.cache import TokenCache
from .core.feed import Feed, Outcome, Place, SnapshotRefused
from .core.keys import KeyRing
from .core.logfile import Kept, store_key
from .core.policy import Policy
from .core.proof import Credentials, ProvenRequest, check_binding
from .core.refusal import Refusal
from .core.token import Expected, Token, TokenRefused, check, read
from .errors import ConfigError, IssuerError
from .events import Event, Listeners
from .introspection import Introspection
from .keeper import Keeper
from .net.issuer import Issuer
from .options import Options
from .rules import PublishedRules
from .seen import SeenSessions
from .spent import SpentProofs
from .stores.base import Store

_SEEK_AGAIN: Final = 1.0
"""Seconds between two fetches of the keys for an unknown ``kid``."""
_AHEAD: Final = 30
"""Seconds by which the time of the last confirmation may lie ahead: a clock was set back."""
_NOTE_TIME: Final = 30.0
"""Seconds between two notes in the store that the list is whole."""
_LAST_SAVE: Final = 5.0
"""Seconds that an application that ends waits for its store."""
_SESSIONS: Final = "sessions"
_SESSIONS_FOR: Final = 7 * 86_400.0
"""Seconds that the session list is kept by a store."""


class AskUsher(Exception):
    """It cannot be answered from memory."""


class Engine:
    """Everything that the module knows."""

    def __init__(
        self,
        options: Options,
        store: Store,
        logger: logging.Logger,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.options = options
        self.store = store
        self.logger = logger
        self.now = now
        self.issuer = Issuer(options, transport, now)
        self.listeners = Listeners(logger)
        self.feed = Feed(options.sync.max_revocations)
        self.keys: KeyRing | None = None
        self.seen = SeenSessions(options.client_secret)
        self.cache = TokenCache(options.cache_max)
        self.spent = SpentProofs(store)
        self.introspection = Introspection(self.issuer, options.cache_max, logger, now)
        self.published = PublishedRules(options, logger, self.listeners)
        self.ready = threading.Event()
        self.confirmed_at = 0.0
        """When the list was last known to be whole, in seconds since the epoch."""
        self._clients = {options.client_id, *(options.clients or ())}
        self._expected = Expected(
            options.issuer, options.audience, options.clients, options.project, options.clock_skew
        )
        self._revoked_kids: set[str] = set()
        """Keys that leaked. A cache on the way may still serve them when their entry is over."""
        self._jwks: Mapping[str, Any] | None = None
        self._jwks_etag: str | None = None
        self._keys_sought_at = 0.0
        """When the keys were last fetched for an unknown ``kid``."""
        self._noted_at = 0.0
        self._write = threading.RLock()
        self._fetching_keys = threading.Lock()
        self._keeper = self._make_keeper(store)

    def _make_keeper(self, store: Store) -> Keeper | None:
        secret = self.options.storage_secret or self.options.client_secret
        if secret is None:
            return None
        return Keeper(store, store_key(secret), self.options.issuer, self.options.client_id, self.logger)

    # Requests -------------------------------------------------------------------------------------------------------

    def check_in_memory(self, text: str, *, fresh: bool = False, is_bound: bool = False) -> Token:
        """Check an access token, without blocking.

        ``is_bound`` lets pass one that is bound to a key, whose proof the caller checks.

        Raises:
            Refusal: it will not do.
            AskUsher: that cannot be told from memory alone.
        """
        keys = self.keys
        if keys is None:
            raise AskUsher("keys")
        now, key = self.now(), self.cache.key(text)
        token = self.cache.get(key)
        if token is None:
            token = self._verify(text, keys, now)
            self.cache.put(key, token)
        elif now >= token.exp + self.options.clock_skew:
            self.cache.forget(key)
            raise Refusal("token_expired")
        if token.jkt is not None and not is_bound:
            raise Refusal("sender_constrained")
        self._check_list(token, now, fresh)
        return token

    def _verify(self, text: str, keys: KeyRing, now: float) -> Token:
        try:
            token = check(read(text, keys, self.options.algorithms), self._expected, now)
        except TokenRefused as refused:
            if refused.reason == "key_unknown" and self._may_seek_keys(now):
                raise AskUsher("keys") from None
            raise Refusal(refused.reason) from refused
        if not token.client_proven and token.client_id not in self._clients:
            raise AskUsher("client")
        return token

    def _check_list(self, token: Token, now: float, fresh: bool) -> None:
        if self.feed.revocations.why_revoked(token) is not None:
            raise Refusal("token_revoked")
        if fresh:
            raise AskUsher("fresh")
        if self.is_stale(now):
            if self.options.sync.on_stale == "deny":
                raise Refusal("list_stale")
            if self.options.sync.on_stale == "introspect":
                raise AskUsher("stale")

    def authenticate(self, text: str, *, fresh: bool = False, is_bound: bool = False) -> Token:
        """Check an access token, and ask Usher where memory does not suffice. Blocks for as long as that takes.

        Raises:
            Refusal: it will not do, or that cannot be told.
        """
        for _ in range(3):
            try:
                return self.check_in_memory(text, fresh=fresh, is_bound=is_bound)
            except AskUsher as question:
                what = str(question)
            if what == "keys":
                self.refresh_keys_for_request()
            elif what == "client":
                self._prove_client(text)
            else:
                if what == "stale":
                    self.introspection.check_lately(text)
                else:
                    self.introspection.check(text)
                return self.check_in_memory_after_introspection(text)
        raise Refusal("key_unknown")

    def check_in_memory_after_introspection(self, text: str) -> Token:
        """The token that Usher has just said still stands."""
        token = self.cache.get(self.cache.key(text))
        return token if token is not None else self._verify(text, self.keys or KeyRing({}), self.now())

    def _may_seek_keys(self, now: float) -> bool:
        """May a token have the keys fetched? While somebody fetches them, it waits for those."""
        return self._fetching_keys.locked() or abs(now - self._keys_sought_at) >= _SEEK_AGAIN

    def refresh_keys_for_request(self) -> None:
        """Fetch the keys because a request needs them: the notice of a new key may have been lost, and an instance of
        Usher may send the revocation of a key before it publishes the next one.

        Raises:
            Refusal: 503, where there are none.
        """
        try:
            self._seek_keys()
        except IssuerError as cause:
            self.logger.warning("%s", cause)
        if self.keys is None:
            raise Refusal("keys_missing")

    def check_proof(self, shown: Credentials, token: Token, request: ProvenRequest) -> None:
        """Check the proof that comes with a token that is bound to a key, and spend it. Blocks where the store does.

        Raises:
            Refusal: it will not do.
        """
        now = self.now()
        proof = check_binding(shown, token.jkt, request, self.options.clock_skew, now)
        if proof is not None and token.jkt is not None:
            self.spent.spend(proof, token.jkt, now)

    def _prove_client(self, text: str) -> None:
        """Find out whether the token's client is of our project: Usher answers about those of our project alone."""
        assert self.keys is not None
        token = check(read(text, self.keys, self.options.algorithms), self._expected, self.now())
        try:
            self.introspection.check(text)
        except Refusal as refusal:
            if refusal.reason != "token_revoked":
                raise
            raise Refusal("client_refused") from refusal
        with self._write:
            self._clients.add(token.client_id)
            if self._keeper is not None:
                self._keeper.append({"t": "clients", "ids": sorted(self._clients)})

    def is_stale(self, now: float) -> bool:
        """Whether the list was not confirmed for longer than ``max_staleness``; a time that lies ahead proves nothing."""
        sync, age = self.options.sync, now - self.confirmed_at
        return sync.transport != "off" and not -_AHEAD <= age <= sync.max_staleness

    # The writer -----------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Begin with what the store holds, if it holds anything: the module then starts without Usher."""
        try:
            self._restore_sessions()
        except Exception:
            self.logger.exception("the session list cannot be read")
        kept = self._keeper.load() if self._keeper is not None else None
        if kept is None:
            return
        with self._write:
            snapshot = {"epoch": f"e{kept.epoch}", "cursor": kept.cursor, "revocations": kept.entries}
            self.feed.take_snapshot(snapshot, self.now())
            self._drop_revoked_keys(self.feed.revocations.entries())
            self._clients.update(kept.clients)
            if kept.jwks is not None:
                self._take_keys(kept.jwks, kept.jwks_etag)
            if kept.policy is not None and self.options.policy is not None:
                self._take_policy(kept.policy, kept.policy_etag)
            # A time that lies ahead proves nothing about now.
            self.confirmed_at = kept.at if kept.at <= self.now() + self.options.clock_skew else 0.0
        if self.keys is not None and (self.policy is not None or self.options.policy is None):
            self.become_ready()

    def become_ready(self) -> None:
        """Keys, list and rules are there."""
        if not self.ready.is_set():
            self.ready.set()
            self.listeners.tell(Event("ready"))

    def refresh_keys(self) -> None:
        """Fetch the published keys."""
        with self._fetching_keys:
            self._fetch_keys()

    def _seek_keys(self) -> None:
        with self._fetching_keys:
            now = self.now()
            if abs(now - self._keys_sought_at) < _SEEK_AGAIN:
                return
            self._keys_sought_at = now
            self._fetch_keys()

    def _fetch_keys(self) -> None:
        jwks, etag = self.issuer.keys()
        with self._write:
            changed = jwks != self._jwks
            self._take_keys(jwks, etag)
            if changed:
                self._append({"t": "jwks", "etag": etag, "jwks": jwks})

    def _take_keys(self, jwks: Mapping[str, Any], etag: str | None) -> None:
        try:
            published = KeyRing.read(jwks)
        except ValueError as cause:
            raise IssuerError(f"the keys of Usher do not read: {cause}") from cause
        keys = published.without(self._revoked_kids)
        gone = self.keys is not None and not self.keys.kids <= keys.kids
        self.keys, self._jwks, self._jwks_etag = keys, jwks, etag
        if gone:
            self.cache.clear()

    def _drop_revoked_keys(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self._revoked_kids |= {str(entry["v"]) for entry in entries if entry.get("k") == "kid"}
        if self.keys is not None and self.keys.kids & self._revoked_kids:
            self.keys = self.keys.without(self._revoked_kids)
            self.cache.clear()

    @property
    def policy(self) -> Policy | None:
        """The access rules that apply."""
        return self.published.policy

    def refresh_policy(self) -> None:
        """Fetch the access rules, if there are others than those that apply."""
        if self.options.policy is None or self.options.project is None:
            return
        answer = self.issuer.policy(self.options.project, self.published.etag)
        if answer.status == 304:
            return
        if answer.status == 404 and not self.feed.policy_revision:
            with self._write:
                if self.published.drop() and self._keeper is not None:
                    # What was appended says something else.
                    self._keeper.wants_save = True
            return
        if answer.status == 404:
            self.logger.error("project %s has no access rules: is that the id of the project?", self.options.project)
            return
        if answer.status != 200:
            self.logger.error("the access rules cannot be fetched: %s", answer.status)
            return
        text, etag = answer.body.decode("ascii", "replace"), answer.headers.get("etag")
        with self._write:
            if self._take_policy(text, etag):
                self._append({"t": "policy", "etag": etag, "jws": text})

    def _take_policy(self, text: str, etag: str | None) -> bool:
        epoch = self.feed.place.epoch if self.feed.place is not None else None
        return self.keys is not None and self.published.take(text, etag, self.keys, epoch)

    def take_snapshot(self, snapshot: Any) -> None:
        """Begin the list anew.

        Raises:
            IssuerError: the snapshot is refused; the list stays as it is.
        """
        self._check_project(snapshot)
        again = self.feed.place is not None
        with self._write:
            try:
                self.feed.take_snapshot(snapshot, self.now())
            except SnapshotRefused as refused:
                raise IssuerError(f"the snapshot is refused: {refused}") from refused
            self._drop_revoked_keys(self.feed.revocations.entries())
            self.confirm()
            if self._keeper is not None:
                self._keeper.wants_save = True
        if again:
            self.listeners.tell(Event("resynced"))

    def _check_project(self, snapshot: Any) -> None:
        """The option must name the project of the client: tokens and rules of another would be refused one by one."""
        named, wanted = snapshot.get("project_id") if isinstance(snapshot, Mapping) else None, self.options.project
        if named is not None and wanted is not None and named != wanted:
            raise IssuerError(
                f"the client {self.options.client_id} belongs to the project {named}, and the option project is {wanted}",
                permanent=True,
            )

    def take_message(self, message: Any) -> Outcome:
        """Take one message of the feed."""
        with self._write:
            outcome = self.feed.take_message(message, self.now())
            if outcome in ("applied", "folded", "gap"):
                self._drop_revoked_keys([message])
            if outcome in ("applied", "folded", "policy", "ignored") and "c" in message:
                self._append(_record(message, outcome))
            if outcome == "folded" and self._keeper is not None:
                self._keeper.wants_save = True
        if outcome in ("applied", "folded", "gap") and message.get("t") == "ev":
            self.listeners.tell(Event("revoked", message.get("k"), message.get("v"), message.get("why")))
        return outcome

    def confirm(self) -> None:
        """Everything up to the place of the list is known, as of now."""
        now = self.now()
        with self._write:
            self.confirmed_at = now
            if now - self._noted_at >= _NOTE_TIME and self.feed.place is not None:
                self._noted_at = now
                self._append({"t": "at", "cursor": self.feed.place.cursor, "at": int(now)})

    def keep(self, last: bool = False) -> None:
        """Let the store catch up: what was appended goes to the disk, and what could not be appended is saved whole."""
        keeper, now = self._keeper, self.now()
        if keeper is None:
            return
        with self._write:
            keeper.flush()
            place = self.feed.place
            if keeper.may_save(now, last) and place is not None:
                keeper.save(self._kept(place), now)
        if last:
            keeper.wait(_LAST_SAVE)

    def _kept(self, place: Place) -> Kept:
        return Kept(
            epoch=place.epoch,
            cursor=place.cursor,
            at=int(self.confirmed_at),
            entries=list(self.feed.revocations.entries()),
            policy=self.published.jws,
            policy_etag=self.published.etag,
            jwks=self._jwks,
            jwks_etag=self._jwks_etag,
            clients=sorted(self._clients),
        )

    def _append(self, record: Mapping[str, Any]) -> None:
        if self._keeper is not None:
            self._keeper.append(record)

    def forget(self) -> None:
        """Drop what is over."""
        now = self.now()
        with self._write:
            self.feed.revocations.forget(now)
        self.introspection.forget(now)

    def keep_sessions(self) -> None:
        """Keep the sessions that were seen here, together with what other processes kept."""
        try:
            self._restore_sessions()
            kept = [asdict(session) for session in self.seen.sessions()]
            self.store.set(_SESSIONS, json.dumps(kept).encode(), _SESSIONS_FOR)
        except Exception:
            self.logger.exception("the session list cannot be kept")

    def _restore_sessions(self) -> None:
        kept = self.store.get(_SESSIONS)
        if kept is not None:
            self.seen.restore(json.loads(kept))

    def check_store(self) -> None:
        """Try the store out.

        Raises:
            ConfigError: it cannot be written or read.
        """
        try:
            self.store.set("usher:probe", b"written", 60)
            good = self.store.get("usher:probe") == b"written"
            self.store.delete("usher:probe")
        except Exception as cause:
            raise ConfigError(f"the store cannot be written: {cause}") from cause
        if not good:
            raise ConfigError("the store does not give back what was written to it")


def _record(message: Mapping[str, Any], outcome: Outcome) -> Mapping[str, Any]:
    if outcome == "policy":
        return {"t": "policy_rev", "c": message["c"], "rev": message["rev"]}
    return {"t": "skip", "c": message["c"]} if outcome == "ignored" else message

"""The module: made once, at the start of an application, and asked at every request."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, NoReturn

import httpx

from .auth import Attributes, Auth, OnDecision
from .core.door import Passed, check_route, find_rule, is_preflight
from .core.policy import Policy
from .core.proof import ProvenRequest, path_as_sent
from .core.refusal import Refusal
from .core.token import Token
from .core.webhook import WebhookMessage, verify_webhook
from .engine import AskUsher, Engine
from .errors import ConfigError, IssuerError
from .events import Event, EventName, Listener
from .net.follower import Follower
from .option_types import CacheOptions, CookieOptions, Mode, PolicyOptions, SyncOptions
from .options import check_options, refuse_unknown
from .process import current
from .request import Asked, Known
from .seen import SeenSession
from .stores.base import Store
from .stores.memory import MemoryStore
from .web.mode import ME, WebMode
from .web.reply import Reply, redirect

_FIRST_WAIT = 5.0
"""Seconds that a request waits for a module that is starting."""


@dataclass(frozen=True)
class Status:
    """How the module is."""

    ready: bool
    """Keys, live list and rules are there."""
    connected: bool
    """A socket stands, or Usher keeps a question waiting: what is revoked is heard at once."""
    stale: bool
    """The list was not confirmed for longer than ``max_staleness``."""
    place: str | None
    """Where it is in the feed: ``e1.18234``."""
    confirmed_at: float
    """When the list was last known to be whole, in seconds since the epoch; 0 for never."""
    revocations: int
    """Entries of the live list."""
    policy_revision: int | None
    failure: str | None
    """Why it is not current, if it is not."""


class Usher:
    """Usher's local module.

    It starts by itself at the first request; :meth:`start`, ``with`` and ``async with`` start it earlier and tell what is
    wrong with the set-up. ``sdk/python/README.md`` explains every option.

    Raises:
        ConfigError: the options cannot work, or are not safe.
    """

    def __init__(
        self,
        *,
        issuer: str = "",
        client_id: str = "",
        client_secret: str | None = None,
        audience: str | None = None,
        project: str | None = None,
        clients: Sequence[str] | None = None,
        mode: Mode = "bearer",
        algorithms: Sequence[str] | None = None,
        clock_skew: int = 30,
        cache: CacheOptions | None = None,
        sync: SyncOptions | None = None,
        policy: PolicyOptions | Literal[False] | None = None,
        storage: Store | None = None,
        storage_secret: str | None = None,
        report_sessions: bool = True,
        base_url: str | None = None,
        secret: str | Sequence[str] | None = None,
        scope: str | None = None,
        cookie: CookieOptions | None = None,
        user_attributes: Callable[[Auth], Attributes | Awaitable[Attributes]] | None = None,
        context: Callable[[Asked], Attributes] | None = None,
        on_decision: OnDecision | None = None,
        logger: logging.Logger | None = None,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
        **unknown: NoReturn,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "unknown")}
        refuse_unknown(unknown, given, "option")
        for name in ("storage", "user_attributes", "context", "on_decision", "logger", "transport", "now"):
            del given[name]
        self.options = check_options({name: value for name, value in given.items() if value is not None})
        self._store = storage if storage is not None else MemoryStore()
        self._logger = logger if logger is not None else logging.getLogger("usher_sdk")
        self._transport = transport
        self._now = now
        self._on_decision = on_decision
        self._user_attributes = user_attributes
        self._context = context
        self._listeners: list[tuple[EventName, Listener]] = []
        self._process = current()
        self._follower: Follower | None = None
        self._closed = False
        self.engine = self._make_engine()
        """The module's memory. For adapters of frameworks."""
        self.web = self._make_web()
        """Web mode, where it is on. For adapters of frameworks."""
        # What each caller asks; the engine is another one after a fork.
        self._asks = (
            lambda: self.engine.policy,
            lambda: self.engine.published.current(),
            lambda token: self.engine.introspection.is_active(token),
        )
        self.engine.check_store()
        self.engine.load()

    def _make_engine(self) -> Engine:
        engine = Engine(self.options, self._store, self._logger, self._transport, self._now)
        for name, listener in self._listeners:
            engine.listeners.add(name, listener)
        return engine

    def _make_web(self) -> WebMode | None:
        return WebMode(self.engine) if self.options.mode == "web" else None

    # Life -----------------------------------------------------------------------------------------------------------

    def start(self, timeout: float = 10.0) -> None:
        """Start, and wait until keys, live list and rules are there.

        Where Usher does not answer in time the module goes on trying, and the application can start: requests are
        answered from what the store held, or with 503.

        Raises:
            ConfigError: Usher does not know the client, or the client may not follow its project.
        """
        self._ensure_started()
        self._wait_until_ready(timeout)
        failure = self._follower.failure if self._follower is not None else None
        if failure is not None and failure.permanent:
            self.close()
            raise ConfigError(str(failure))

    async def astart(self, timeout: float = 10.0) -> None:
        """:meth:`start`, without blocking the event loop."""
        await asyncio.to_thread(self.start, timeout)

    def close(self) -> None:
        """Report what was seen, and stop."""
        self._closed = True
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.stop()
            if self.options.report_sessions and follower.failure is None:
                try:
                    follower.report()
                except IssuerError as failure:
                    self._logger.warning("%s", failure)
        self.engine.keep(last=True)
        self.engine.issuer.close()

    async def aclose(self) -> None:
        """:meth:`close`, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Usher:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Usher:
        await self.astart()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _ensure_started(self) -> None:
        """Start the thread that follows, once in each process: a fork inherits memory and no threads."""
        if self._process != current():
            self._process, self._follower = current(), None
            self.engine = self._make_engine()
            self.web = self._make_web()
            self.engine.load()
        if self._follower is None and not self._closed:
            self._follower = Follower(self.engine)
            self._follower.start()

    def _is_started(self) -> bool:
        return self._follower is not None and self._process == current()

    def _wait_until_ready(self, timeout: float = _FIRST_WAIT) -> None:
        """Wait for a module that is starting; not for one that cannot."""
        until = time.monotonic() + timeout
        while not self.engine.ready.wait(0.02) and time.monotonic() < until:
            if self._follower is None or self._follower.failure is not None:
                return

    # What it knows --------------------------------------------------------------------------------------------------

    def on(self, name: EventName, listener: Listener) -> None:
        """Call ``listener`` at each event of that name, in the thread that follows the feed.

        Whoever waits for ``ready`` is called at once where the module is ready already.
        """
        self._listeners.append((name, listener))
        self.engine.listeners.add(name, listener)
        if name == "ready" and self.engine.ready.is_set():
            listener(Event("ready"))

    def status(self) -> Status:
        """How the module is: for a health check or a page of metrics."""
        engine, follower = self.engine, self._follower
        return Status(
            ready=engine.ready.is_set(),
            connected=follower is not None and follower.is_connected,
            stale=engine.is_stale(self._now()),
            place=str(engine.feed.place) if engine.feed.place is not None else None,
            confirmed_at=engine.confirmed_at,
            revocations=len(engine.feed.revocations),
            policy_revision=engine.policy.revision if engine.policy is not None else None,
            failure=str(follower.failure) if follower is not None and follower.failure is not None else None,
        )

    @property
    def policy(self) -> Policy | None:
        """The access rules that apply."""
        return self.engine.policy

    def sessions(self) -> list[SeenSession]:
        """The sessions that this application has seen, the last used first."""
        return self.engine.seen.sessions()

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], secrets: str | Sequence[str]) -> WebhookMessage:
        """Verify and read a webhook's message (Standard Webhooks).

        Raises:
            WebhookRefused: it did not come from Usher, or is too old.
        """
        return verify_webhook(body, headers, secrets, self._now())

    # Tokens ---------------------------------------------------------------------------------------------------------

    def authenticate(self, token: str, *, fresh: bool = False, asked: Asked | None = None) -> Auth:
        """Check an access token. ``fresh`` asks Usher whether it still stands. Blocks where Usher has to be asked.

        One that is bound to a key is refused, because there is no proof.

        Raises:
            Refusal: it will not do.
        """
        if not self._is_started() or not self.engine.ready.is_set():
            self._ensure_started()
            self._wait_until_ready()
        return self._auth(self.engine.authenticate(token, fresh=fresh), token, asked)

    async def aauthenticate(self, token: str, *, fresh: bool = False, asked: Asked | None = None) -> Auth:
        """:meth:`authenticate`, without blocking the event loop: what memory answers is answered at once."""
        if self._is_started() and self.engine.ready.is_set():
            try:
                return self._auth(self.engine.check_in_memory(token, fresh=fresh), token, asked)
            except AskUsher:
                pass
        return await asyncio.to_thread(self.authenticate, token, fresh=fresh, asked=asked)

    def _auth(
        self, token: Token, raw: str, asked: Asked | None = None, profile: Mapping[str, Any] | None = None
    ) -> Auth:
        return Auth(
            token,
            raw,
            *self._asks,
            profile=profile,
            on_decision=self._on_decision,
            user_attributes=None if self._user_attributes is None else self._attributes_of,
            context=self._context(asked) if self._context is not None and asked is not None else None,
            now=self._now,
        )

    def _attributes_of(self, auth: Auth) -> Attributes:
        found = self._user_attributes(auth) if self._user_attributes is not None else {}
        if inspect.isawaitable(found):
            raise RuntimeError(
                "user_attributes is asynchronous, and this is not: await usher.aenter(…) or set auth.attributes"
            )
        return found

    # The door: for adapters of frameworks ---------------------------------------------------------------------------

    def identify(self, asked: Asked) -> Known:
        """Find out who sends a request."""
        self._prepare()
        try:
            shown = asked.credentials()
            if shown is None:
                return self._by_cookie(asked)
            token = self.engine.authenticate(shown.token, is_bound=shown.scheme == "DPoP")
            if shown.scheme == "DPoP":
                path = path_as_sent(asked.path, asked.raw_path)
                self.engine.check_proof(shown, token, ProvenRequest(asked.method, path, self.options.proof_url))
            return self._seen(asked, Known(self._auth(token, shown.token, asked)))
        except Refusal as refusal:
            return Known(refusal=refusal)

    async def aidentify(self, asked: Asked) -> Known:
        """:meth:`identify`, without blocking the event loop."""
        try:
            shown = asked.credentials()
            if shown is None:
                if self.web is None or not self.web.has_session(asked):
                    return Known()
                # The store may be on another machine.
                return await asyncio.to_thread(self._by_cookie, asked)
            if shown.scheme == "DPoP":
                return await asyncio.to_thread(self.identify, asked)
            return self._seen(asked, Known(await self.aauthenticate(shown.token, asked=asked)))
        except Refusal as refusal:
            return Known(refusal=refusal)

    def _by_cookie(self, asked: Asked) -> Known:
        if self.web is None:
            return Known()
        try:
            found = self.web.identify(asked)
        except Refusal as refusal:
            return Known(refusal=refusal)
        except Exception:
            self._logger.exception("the store of the sessions does not answer")
            return Known(refusal=Refusal("store_unavailable"))
        if found is None:
            return Known()
        token, session = found
        return self._seen(asked, Known(self._auth(token, session.access_token, asked, session.profile)))

    def answers(self, asked: Asked) -> bool:
        """Whether the module answers a request itself: the addresses of web mode."""
        return self.web is not None and self.web.handles(asked)

    def answer(self, asked: Asked, body: bytes) -> Reply:
        """The module's own answer.

        Raises:
            Refusal: it may not pass.
        """
        if self.web is None:
            raise RuntimeError("web mode is off")
        self._prepare()
        return self._tell(asked) if asked.path == ME else self.web.handle(asked, body)

    def _tell(self, asked: Asked) -> Reply:
        """Who is signed in and what they may do, for the pages of this application."""
        known = self.identify(asked)
        if known.refusal is not None and known.refusal.status == 503:
            # That nobody can say who it is does not mean that nobody is signed in.
            raise known.refusal
        auth = known.auth
        told = {"user": auth.profile() if auth else None, "permissions": auth.permissions() if auth else {}}
        return Reply(200, (("Content-Type", "application/json"), ("Vary", "Cookie")), body=json.dumps(told).encode())

    def refuse(self, asked: Asked, refusal: Refusal) -> Reply:
        """The answer to a request that may not pass: in web mode a browser is sent to sign in."""
        self.log_refusal(asked, refusal)
        if self.web is not None and refusal.status == 401 and asked.wants_page and not self.answers(asked):
            return redirect(self.web.sign_in_address(asked, refusal))
        body = b"" if asked.method == "HEAD" else json.dumps(refusal.body(asked.trace_id)).encode()
        return Reply(refusal.status, tuple(refusal.headers().items()), body=body)

    def _seen(self, asked: Asked, known: Known) -> Known:
        if known.auth is not None and self.options.report_sessions:
            self.engine.seen.note(known.auth, self._now(), asked.client, asked.headers.get("user-agent"))
        return known

    def admit(self, asked: Asked, known: Known) -> Passed:
        """Apply the route table to a request. What asks Usher first is in the answer (``fresh``).

        Raises:
            Refusal: it may not pass.
        """
        use = self.options.policy
        if use is None or not use.enforce_routes:
            return Passed(None)
        policy = self.engine.published.current()
        rule = find_rule(
            policy,
            asked.method,
            asked.path,
            asked.raw_path,
            preflight=is_preflight(asked.method, asked.headers),
            on_missing=use.on_missing_route,
        )
        if rule is None:
            return Passed(None)
        if known.auth is None and known.refusal is not None and not rule.public:
            raise known.refusal
        passed = check_route(rule, policy, known.auth, self._now())
        if passed.conditional is not None and known.auth is not None:
            known.auth.owed.add(passed.conditional)
        return passed

    def enter(self, asked: Asked) -> Known:
        """Identify and admit: all that a middleware does before the handler.

        Raises:
            Refusal: it may not pass.
        """
        known = self.identify(asked)
        if self.admit(asked, known).fresh:
            self.confirm(known.somebody())
        return known

    async def aenter(self, asked: Asked) -> Known:
        """:meth:`enter`, without blocking the event loop."""
        if not self._is_started() or not self.engine.ready.is_set():
            await asyncio.to_thread(self._prepare)
        known = await self.aidentify(asked)
        if known.auth is not None and inspect.iscoroutinefunction(self._user_attributes):
            known.auth.attributes = await self._user_attributes(known.auth)
        if self.admit(asked, known).fresh:
            await self.aconfirm(known.somebody())
        return known

    def _prepare(self) -> None:
        if not self._is_started() or not self.engine.ready.is_set():
            self._ensure_started()
            self._wait_until_ready()

    def confirm(self, auth: Auth) -> None:
        """Ask Usher whether a token still stands.

        Raises:
            Refusal: it does not, or Usher does not answer.
        """
        self.engine.authenticate(auth.token, fresh=True, is_bound=True)

    async def aconfirm(self, auth: Auth) -> None:
        """:meth:`confirm`, without blocking the event loop."""
        await asyncio.to_thread(self.confirm, auth)

    def owes_entity_check(self, known: Known, status: int) -> bool:
        """Whether a handler answers without the check of the resource that its route depends on.

        An answer of 400 or above shows nothing, and owes nothing.
        """
        auth, use = known.auth, self.options.policy
        if auth is None or not auth.owed or status >= 400:
            return False
        for permission in auth.owed:
            self._logger.error("entity check missing: the handler has to ask auth.can(%r, resource)", permission)
        return use is None or use.strict

    def log_refusal(self, asked: Asked, refusal: Refusal) -> None:
        """One line for each request that was refused, with the reason that its answer does not tell."""
        log = self._logger.error if refusal.status >= 500 else self._logger.info
        log("refused %s %r: %s (%s)", asked.method, asked.path, refusal.code, refusal.reason)

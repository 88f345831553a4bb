"""Every option of the module, with its type and meaning. The table in README.md is written from this file."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypedDict

import httpx

from .auth import Attributes, Auth, OnDecision
from .request import Asked
from .stores.base import Store

Mode = Literal["bearer", "web"]
Transport = Literal["ws", "longpoll", "poll", "off"]
OnStale = Literal["allow", "introspect", "deny"]
OnMissingRoute = Literal["deny", "allow"]


class CacheOptions(TypedDict, total=False):
    """How many verified tokens are remembered."""

    max: int
    """Verified tokens that are remembered, `0` for none. Default 10,000."""


class SyncOptions(TypedDict, total=False):
    """How the module hears what was revoked."""

    transport: Transport
    """How revocations are heard. `ws` falls back to long polling and polling by itself; with `off` there is no live
    list. Default `ws`."""
    poll_interval: float
    """Seconds between two questions where nothing else stands, 5 at least. Default 60."""
    max_staleness: float
    """Seconds after which a list that was not confirmed is stale. Default 300."""
    on_stale: OnStale
    """What happens to requests then: `allow` (a token still ends by its `exp`, ten minutes at most), `introspect`
    (Usher is asked about each), `deny` (503). Default `allow`."""
    max_revocations: int
    """Entries that are kept at most; beyond, they become one mark over the project. Default 200,000."""


class PolicyOptions(TypedDict, total=False):
    """How the project's access rules are applied."""

    enforce_routes: bool
    """Whether the middleware applies the project's route rules. Default `True`."""
    on_missing_route: OnMissingRoute
    """What happens to a request that no route rule speaks of. Default `deny`."""
    strict: bool
    """Whether a handler that answers without the check of the resource that it owes is answered for with 500.
    Default `True`."""


class CookieOptions(TypedDict, total=False):
    """The session cookie of web mode."""

    name: str
    """Web mode: the name of the session cookie. Default `__Host-usher-app`, `usher-app` on `http://localhost`."""
    idle: int
    """Web mode: seconds after which a session that is not used is over. Default one day."""
    absolute: int
    """Web mode: seconds after which a session is over in any case. Default 14 days."""


class UsherOptions(TypedDict, total=False):
    """The options of :class:`usher_sdk.Usher`, for settings that are a dictionary: ``USHER: UsherOptions = {…}``."""

    issuer: str
    """The address of Usher, exactly as tokens name it: `https://id.example.com`. Plain http on this machine only."""
    client_id: str
    """The client that this application is."""
    client_secret: str | None
    """Its secret. Without one there is neither live list nor access rules: `sync={"transport": "off"}`,
    `policy=False`, `clients=[…]`."""
    audience: str | None
    """What access tokens must be made for: the identifier of an API of the project. In web mode the default is the
    issuer."""
    project: str | None
    """The id of the project, to fetch its access rules by. Needed unless `policy=False`."""
    clients: Sequence[str] | None
    """Clients whose tokens are taken. Default: every client of the project, found out by introspecting the first
    token of each."""
    mode: Mode
    """`bearer` for APIs, `web` for applications that sign people in. Default `bearer`."""
    algorithms: Sequence[str] | None
    """Signatures that are taken. Default `ES256`, `RS256`, `PS256`, `EdDSA`."""
    clock_skew: int
    """Seconds that clocks may differ, 60 at most. Default 30."""
    cache: CacheOptions | None
    sync: SyncOptions | None
    policy: PolicyOptions | Literal[False] | None
    """`False`: no access rules are used."""
    storage: Store | None
    """Where state is kept: `MemoryStore()`, `FileStore(folder)`, `RedisStore(url)`, `MongoStore(url)`, or anything
    with their six methods. Default memory."""
    storage_secret: str | None
    """What kept state is protected with. Default: `client_secret`."""
    report_sessions: bool
    """Whether Usher is told once a minute which sessions were used here. Default `True`."""
    user_attributes: Callable[[Auth], Attributes | Awaitable[Attributes]] | None
    """Gives what access rules ask of `user.…` beside `id` and `roles`, such as teams. Called once a request, when a
    rule is asked; a coroutine function before every handler."""
    context: Callable[[Asked], Attributes] | None
    """Gives what access rules ask of `context.…`."""
    on_decision: OnDecision | None
    """Called for every decision about a permission, for a log."""
    logger: logging.Logger | None
    """Where the module says what happens. Default: the logger `usher_sdk`."""
    transport: httpx.BaseTransport | None
    """How Usher is asked, in place of httpx's own transport. WebSockets do not go through it."""
    base_url: str | None
    """The address of this application, which proofs of DPoP are for. Needed in web mode; default for APIs: `audience`, if
    it is an address."""
    secret: str | Sequence[str] | None
    """Web mode: seals cookies and kept tokens; 32 characters at least. Several while one is being replaced, the
    newest first."""
    scope: str | None
    """Web mode: what is asked for. Default `openid profile email offline_access`."""
    cookie: CookieOptions | None

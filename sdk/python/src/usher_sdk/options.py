"""The options of the module, checked. What cannot work or is not safe is refused when the module is made."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from .core.keys import ALGORITHMS, ASYMMETRIC
from .core.revocations import MOST
from .errors import ConfigError
from .option_types import Mode, OnMissingRoute, OnStale, Transport

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_SKEW = 60
SHORTEST_POLL = 5
_COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LONGEST_COOKIE = 400 * 86_400
"""Browsers keep no cookie longer."""


@dataclass(frozen=True)
class Sync:
    """:class:`~usher_sdk.option_types.SyncOptions` with everything filled in."""

    transport: Transport = "ws"
    poll_interval: float = 60
    max_staleness: float = 300
    on_stale: OnStale = "allow"
    max_revocations: int = MOST


@dataclass(frozen=True)
class PolicyUse:
    """:class:`~usher_sdk.option_types.PolicyOptions` with everything filled in."""

    enforce_routes: bool = True
    on_missing_route: OnMissingRoute = "deny"
    strict: bool = True


@dataclass(frozen=True)
class Cookie:
    """:class:`~usher_sdk.option_types.CookieOptions` with everything filled in."""

    name: str = ""
    idle: int = 86_400
    absolute: int = 14 * 86_400


@dataclass(frozen=True)
class Options:
    """All options, checked."""

    issuer: str
    audience: str
    client_id: str
    client_secret: str | None = field(repr=False)
    project: str | None = None
    clients: frozenset[str] | None = None
    mode: Mode = "bearer"
    algorithms: tuple[str, ...] = ALGORITHMS
    clock_skew: int = 30
    cache_max: int = 10_000
    sync: Sync = field(default_factory=Sync)
    policy: PolicyUse | None = field(default_factory=PolicyUse)
    report_sessions: bool = True
    cookie: Cookie = field(default_factory=Cookie)
    base_url: str | None = None
    secret: tuple[str, ...] = field(default=(), repr=False)
    storage_secret: str | None = field(default=None, repr=False)
    scope: str = "openid profile email offline_access"

    @property
    def proof_url(self) -> str | None:
        """The URL that proofs of DPoP are for; without one, tokens that are bound to a key are refused."""
        if self.base_url is not None:
            return self.base_url
        return self.audience if self.audience.lower().startswith(("http://", "https://")) else None


def check_options(given: Mapping[str, Any]) -> Options:
    """Check options as they were given, and fill in what was not.

    Raises:
        ConfigError: what is wrong, and what to do.
    """
    known = {item.name for item in fields(Options)} - {"cache_max"} | {"cache"}
    refuse_unknown(given, known, "option")
    mode = _one_of(given.get("mode", "bearer"), ("bearer", "web"), "mode")
    sync = _filled(Sync, given.get("sync"), "sync")
    _check_sync(sync)
    cache = given.get("cache") or {}
    refuse_unknown(cache, {"max"}, "option of cache")
    client_id = _text(given, "client_id", "the id of this application's client at Usher: usher client create …")
    options = Options(
        issuer=check_issuer(_text(given, "issuer", "the address of Usher, as in https://id.example.com")),
        audience=_audience(given, mode),
        client_id=client_id,
        client_secret=given.get("client_secret") or None,
        project=given.get("project") or None,
        clients=_clients(given.get("clients"), client_id),
        mode=cast(Mode, mode),
        algorithms=_algorithms(given.get("algorithms", ALGORITHMS)),
        clock_skew=_whole(given.get("clock_skew", 30), 0, LONGEST_SKEW, "clock_skew", "seconds"),
        cache_max=_whole(cache.get("max", 10_000), 0, 10_000_000, "cache.max", "tokens"),
        sync=sync,
        policy=None if given.get("policy") is False else _filled(PolicyUse, given.get("policy"), "policy"),
        report_sessions=given.get("report_sessions", True) is not False,
        cookie=_filled(Cookie, given.get("cookie"), "cookie"),
        base_url=given.get("base_url") or None,
        secret=_secrets(given.get("secret")),
        storage_secret=given.get("storage_secret") or None,
        scope=given.get("scope") or "openid profile email offline_access",
    )
    _check_together(options)
    return options


def _check_together(options: Options) -> None:
    if options.policy is not None:
        _one_of(options.policy.on_missing_route, ("deny", "allow"), "policy.on_missing_route")
        if options.project is None:
            raise ConfigError("project is missing: the id of the project, to fetch its access rules by. With policy=False"
                              " there are none.")  # fmt: skip
        if options.client_secret is None:
            raise ConfigError("client_secret is missing: access rules are for clients that prove who they are. With"
                              " policy=False there are none.")  # fmt: skip
    if options.client_secret is None and options.sync.transport != "off":
        raise ConfigError("client_secret is missing: the live list is for clients that prove who they are. Without one,"
                          " set sync={'transport': 'off'}, and tokens end by their exp alone.")  # fmt: skip
    if options.client_secret is None and options.clients is None:
        raise ConfigError("clients is missing: without client_secret Usher cannot be asked which clients belong to this"
                          " project, so name those whose tokens are taken.")  # fmt: skip
    if options.base_url is not None:
        check_address(options.base_url, "base_url")
    if options.mode == "web":
        _check_web(options)


def _check_web(options: Options) -> None:
    if options.client_secret is None:
        raise ConfigError("client_secret is missing: web mode is for clients of the type web.")
    if options.base_url is None:
        raise ConfigError("base_url is missing: the address of this application, as in https://shop.example.com")
    if urlsplit(options.base_url).path not in ("", "/"):
        raise ConfigError("base_url has no path: the addresses of web mode are /auth/… of the host.")
    if not options.secret:
        raise ConfigError("secret is missing: at least 32 characters at random, that seal the cookies of web mode. Make"
                          " one: python -c 'import secrets; print(secrets.token_urlsafe(32))'")  # fmt: skip
    _check_cookie(options.cookie, options.base_url)
    if "openid" not in options.scope.split():
        raise ConfigError("scope needs openid: without it nobody is told who has signed in.")


def _check_cookie(cookie: Cookie, base_url: str) -> None:
    """Refuse what browsers refuse (RFC 6265 §4.1.1, draft-ietf-httpbis-rfc6265bis §4.1.3)."""
    if cookie.name and not _COOKIE_NAME.fullmatch(cookie.name):
        raise ConfigError(f"cookie['name'] is not a name of a cookie: {cookie.name!r}")
    if cookie.name.lower().startswith(("__host-", "__secure-")) and not base_url.startswith("https:"):
        raise ConfigError("cookie['name'] that begins with __Host- or __Secure- needs https.")
    _whole(cookie.idle, 1, _LONGEST_COOKIE, "cookie['idle']", "seconds")
    _whole(cookie.absolute, 1, _LONGEST_COOKIE, "cookie['absolute']", "seconds")


def check_issuer(issuer: str) -> str:
    """An issuer is https, or http on this machine, without query, fragment or user (RFC 8414 §2)."""
    check_address(issuer, "issuer")
    return issuer


def check_address(address: str, name: str) -> None:
    """An address of the web that nobody on the way can read or change.

    Raises:
        ConfigError: it is none.
    """
    url = urlsplit(address)
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ConfigError(f"{name} is http, and {url.hostname} is not this machine: whoever sits on the way could hand"
                          " out keys of their own. Use https.")  # fmt: skip
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or url.username:
        raise ConfigError(f"{name} is not an address such as https://id.example.com: {address!r}")


def refuse_unknown(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise for the first name that is not known, and tell the nearest one that is.

    Raises:
        ConfigError: there is one.
    """
    known = sorted(known)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" Did you mean `{near[0]}`?" if near else f" There are: {', '.join(known)}."
            raise ConfigError(f"there is no {what} `{name}`.{hint}")


Filled = TypeVar("Filled", Sync, PolicyUse, Cookie)


def _filled(kind: type[Filled], given: Mapping[str, Any] | None, name: str) -> Filled:
    values = {key: value for key, value in (given or {}).items() if value is not None}
    defaults = kind()
    refuse_unknown(values, [item.name for item in fields(kind)], f"option of {name}")
    for key, value in values.items():
        expected = type(getattr(defaults, key))
        numbers = expected in (int, float)
        if isinstance(value, bool) is not (expected is bool) or not isinstance(
            value, (int, float) if numbers else expected
        ):
            raise ConfigError(f"{name}['{key}'] is no {expected.__name__}: {value!r}")
    return kind(**values)


def _check_sync(sync: Sync) -> None:
    _one_of(sync.transport, ("ws", "longpoll", "poll", "off"), "sync.transport")
    _one_of(sync.on_stale, ("allow", "introspect", "deny"), "sync.on_stale")
    if sync.poll_interval < SHORTEST_POLL:
        raise ConfigError(f"sync['poll_interval'] is below {SHORTEST_POLL} seconds: use the WebSocket for that.")
    if sync.max_staleness <= 0 or sync.max_revocations < 1:
        raise ConfigError("sync['max_staleness'] and sync['max_revocations'] are above 0")


def _text(given: Mapping[str, Any], name: str, what: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{name} is missing: {what}")
    return value


def _audience(given: Mapping[str, Any], mode: str) -> str:
    """In web mode the tokens are this application's own, and each names the issuer."""
    if mode == "web" and given.get("audience") is None:
        return _text(given, "issuer", "the address of Usher")
    return _text(
        given, "audience", "what the tokens for this application name in `aud`, as in https://api.shop.example"
    )


def _whole(value: object, least: int, most: int, name: str, unit: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(f"{name} is a whole number from {least} to {most:,} {unit}: {value!r}")
    return value


def _one_of(value: object, known: tuple[str, ...], name: str) -> str:
    if value not in known:
        raise ConfigError(f"{name} is one of {', '.join(known)}: {value!r}")
    return str(value)


def _algorithms(given: object) -> tuple[str, ...]:
    algorithms = tuple(given) if isinstance(given, (list, tuple, set, frozenset)) else ()
    if not algorithms:
        raise ConfigError("algorithms is a list such as ['ES256', 'RS256']")
    for alg in algorithms:
        if alg not in ASYMMETRIC:
            raise ConfigError(f"algorithms names {alg!r}: only signatures by private keys are taken. With a symmetric"
                              " algorithm or `none` anybody who can verify could sign.")  # fmt: skip
    return algorithms


def _clients(given: object, own: str) -> frozenset[str] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigError("clients is a list of client ids")
    return frozenset(given) | {own}


def _secrets(given: object) -> tuple[str, ...]:
    secrets = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, (list, tuple)) else ()
    if any(not isinstance(secret, str) or len(secret) < 32 for secret in secrets):
        raise ConfigError("secret has at least 32 characters, at random")
    return secrets

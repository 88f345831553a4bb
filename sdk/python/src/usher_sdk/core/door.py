"""What a request needs before any handler runs: the route table together with the token."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import quote

from .path import AmbiguousPath, segments
from .policy import Asks, Policy, Verdict
from .refusal import Refusal
from .routes import RouteRule

_LEVEL = re.compile(r"aal([0-9]{1,2})")
_SAFE = "/~!$&'()*+,;=:@"


class Holder(Protocol):
    """Who asks, as far as a route asks about them."""

    @property
    def scope(self) -> Sequence[str]: ...
    @property
    def acr(self) -> str | None: ...
    @property
    def auth_time(self) -> float | None: ...

    def question(self, permission: str, resource: object | None = None) -> Asks:
        """The question whether they have a permission."""


@dataclass(slots=True)
class Passed:
    """A request that may reach its handler."""

    rule: RouteRule | None
    """The rule that counts; ``None`` where nothing is said of the route and that is allowed."""
    conditional: str | None = None
    """A permission that depends on the resource: the handler has to ask again, with it."""
    fresh: bool = False
    """Usher has to be asked first whether the token still stands."""


def find_rule(
    policy: Policy,
    method: str,
    path: str,
    raw_path: str | None = None,
    *,
    preflight: bool = False,
    on_missing: Literal["deny", "allow"] = "deny",
) -> RouteRule | None:
    """The route rule that counts; ``None`` for a preflight, and for an unlisted route that is allowed.

    ``path`` is what the framework routes by, decoded; ``raw_path`` what came over the wire, where that is known. Both have
    to read the same.

    Raises:
        Refusal: 400, where the path has more than one reading; 403, where no rule speaks of it and that is not allowed.
    """
    parts = _parts(path, raw_path)
    if preflight:
        return None
    rule = policy.routes.find_by_segments(method, parts)
    if rule is None and on_missing != "allow":
        raise Refusal("route_unlisted")
    # A framework that ignores case would run the handler that another rule protects.
    other = policy.routes.find_ignoring_case(method, parts)
    if other is not None and other is not rule and not other.public:
        raise Refusal("path_ambiguous")
    return rule


def _parts(path: str, raw_path: str | None) -> tuple[str, ...]:
    # A framework may route by letters that end a path elsewhere.
    is_plain = raw_path == path and "?" not in path and "#" not in path
    try:
        parts = segments(path if is_plain else quote(path, safe=_SAFE, errors="surrogateescape"))
        if raw_path is not None and not is_plain and segments(raw_path) != parts:
            raise AmbiguousPath(path)
    except AmbiguousPath:
        raise Refusal("path_ambiguous") from None
    return parts


def check_route(rule: RouteRule, policy: Policy, holder: Holder | None, now: float) -> Passed:
    """Check what a rule asks for.

    Raises:
        Refusal: it is not there.
    """
    if rule.public:
        return Passed(rule)
    if holder is None:
        raise Refusal("token_missing")
    if rule.scopes:
        check_scopes(holder, rule.scopes)
    check_step_up(holder, rule.acr, rule.max_age, now)
    verdict: Verdict = "allow" if rule.auth else "deny"
    if rule.need is not None:
        verdict = policy.evaluate(holder.question(rule.need))
    if verdict == "deny":
        raise Refusal("permission_denied", {"permission": rule.need})
    return Passed(rule, conditional=rule.need if verdict == "conditional" else None, fresh=rule.fresh)


def check_scopes(holder: Holder, scopes: Sequence[str]) -> None:
    """Check that the token has all of these scopes.

    Raises:
        Refusal: 403.
    """
    if any(scope not in holder.scope for scope in scopes):
        raise Refusal("scope_insufficient", {"scope": " ".join(scopes)})


def check_step_up(holder: Holder, acr: str | None, max_age: int | None, now: float) -> None:
    """Check how well and how recently the person authenticated (RFC 9470).

    Raises:
        Refusal: 401, with what is wanted.
    """
    if acr is None and max_age is None:
        return
    wanted = {"acr_values": acr, "max_age": max_age}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if acr is not None and not is_strong_enough(holder.acr, acr):
        raise Refusal("acr_insufficient", wanted)
    if max_age is not None and (holder.auth_time is None or now - holder.auth_time > max_age):
        raise Refusal("auth_too_old", wanted)


def is_strong_enough(found: str | None, wanted: str) -> bool:
    """``aal1``, ``aal2``, ``aal3`` are levels, of which a higher one is enough; any other value is compared as it is."""
    if found == wanted:
        return True
    have, want = _LEVEL.fullmatch(found or ""), _LEVEL.fullmatch(wanted)
    return have is not None and want is not None and int(have[1]) >= int(want[1])


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """A browser asking whether it may send a request: it carries no token. Names of headers are in small letters."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers

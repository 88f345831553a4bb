"""Who sends a request, and what they may do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .core.door import check_scopes, check_step_up
from .core.policy import Decision, Policy, Verdict
from .core.refusal import Refusal
from .core.residual import Filter, residual
from .core.token import Token
from .events import DecisionMade

OnDecision = Callable[[DecisionMade], None]
Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class User:
    """The person, or the client where no person takes part."""

    id: str
    """The universal ``sub``: random, never given to anybody else."""
    roles: tuple[str, ...] = ()
    """The roles in this project, as the token says."""
    email: str | None = None
    """Web mode, with the scope ``email``."""
    name: str | None = None
    """Web mode, with the scope ``profile``."""


class Auth:
    """Whoever sends a request. It is made by the middleware, and lives as long as the request."""

    def __init__(
        self,
        token: Token,
        raw: str,
        policy: Callable[[], Policy | None],
        rules: Callable[[], Policy],
        is_active: Callable[[str], bool],
        *,
        profile: Mapping[str, Any] | None = None,
        on_decision: OnDecision | None = None,
        user_attributes: Callable[[Auth], Attributes] | None = None,
        context: Attributes | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.sub = token.sub
        """The universal id of the person, or the client's id where no person takes part."""
        self.sid = token.sid
        """The session at Usher; ``None`` for a machine."""
        self.client_id = token.client_id
        """The client that the token was issued to."""
        self.scope = token.scope
        """What the token reaches."""
        self.token = raw
        """The access token itself, to call other services with."""
        self.claims: Mapping[str, Any] = token.claims
        """Everything that the access token says."""
        self.acr = token.acr
        """How well the person authenticated: ``aal1``, ``aal2``."""
        self.auth_time = token.auth_time
        """When the person authenticated, in seconds since the epoch."""
        self.is_machine = token.is_machine
        """A client on its own behalf."""
        self.expires_at = token.exp
        """When the token ends, in seconds since the epoch."""
        self.owed: set[str] = set()
        """Permissions that depend on the resource, and were not asked with it yet."""
        self.attributes: Attributes | None = None
        """What the rules may ask of the person beside ``id`` and ``roles``, such as teams. From the option
        ``user_attributes``, when it is needed first; a view may set it as well."""
        self.context: Attributes = {} if context is None else context
        """What the rules may ask of the request, from the option ``context``."""
        self._user_attributes = user_attributes
        self._roles = token.roles
        self._profile = profile
        self._user: User | None = None
        self._shown: Mapping[str, Any] | None = None
        self._policy = policy
        self._rules = rules
        self._is_active = is_active
        self._on_decision = on_decision
        self._now = now

    @property
    def user(self) -> User:
        """The person."""
        if self._user is None:
            told = self._profile or {}
            self._user = User(self.sub, self._roles, told.get("email"), told.get("name"))
        return self._user

    def __repr__(self) -> str:
        return f"Auth(user={self.sub!r}, client_id={self.client_id!r})"

    def can(self, permission: str, resource: object | None = None, *, context: object | None = None) -> bool:
        """Whether they may do something, to a resource (a mapping, or an object with attributes).

        Without a resource, ``True`` means that they may do it to any. What depends on the resource is ``False`` then.
        """
        return self.decide(permission, resource, context=context) == "allow"

    def decide(self, permission: str, resource: object | None = None, *, context: object | None = None) -> Verdict:
        """``allow``, ``deny``, or ``conditional``: it depends on the resource, and none was shown."""
        policy = self._policy()
        question = self.question(permission, resource, context)
        verdict: Verdict = "deny" if policy is None else policy.evaluate(question)
        if resource is not None:
            self.owed.discard(permission)
        if self._on_decision is not None:
            revision = None if policy is None else policy.revision
            self._on_decision(DecisionMade(permission, verdict, self.sub, self._roles, revision))
        return verdict

    def explain(self, permission: str, resource: object | None = None, *, context: object | None = None) -> Decision:
        """The decision, with every rule that was weighed."""
        policy = self._policy()
        if policy is None:
            return Decision("deny", (), None)
        return policy.explain(self.question(permission, resource, context))

    def filter(self, permission: str, *, context: object | None = None) -> Filter:
        """Which resources they may do it to, as a condition for a query (``usher_sdk.sqlalchemy``, ``usher_sdk.django``)."""
        policy = self._policy()
        self.owed.discard(permission)
        if policy is None:
            return Filter.nothing()
        return residual(policy, self.question(permission, None, context))

    def permissions(self) -> dict[str, Any]:
        """What they may do, permission by permission: for a front end, which hides what they may not."""
        policy = self._policy()
        if policy is None:
            return {}
        return {name: residual(policy, self.question(name)).as_json() for name in policy.permissions}

    def profile(self) -> dict[str, Any]:
        """The person, as a front end sees them."""
        return {**(self._profile or {}), "id": self.sub, "roles": list(self._roles)}

    def require(self, permission: str, resource: object | None = None, *, context: object | None = None) -> None:
        """Go on only if they may.

        Raises:
            Refusal: 403 if not, 503 if there are no rules. What depends on the resource passes without one, and is owed to
                be asked again with it.
            ConfigError: ``policy=False``.
        """
        self._rules()
        verdict = self.decide(permission, resource, context=context)
        if verdict == "deny":
            raise Refusal("permission_denied", {"permission": permission})
        if verdict == "conditional":
            self.owed.add(permission)

    def require_scope(self, *scopes: str) -> None:
        """Go on only if the token has all of these scopes.

        Raises:
            Refusal: 403 ``insufficient_scope`` if not (RFC 6750 §3.1).
        """
        check_scopes(self, scopes)

    def require_role(self, *roles: str) -> None:
        """Go on only if they have one of these roles.

        Raises:
            Refusal: 403 if not.
        """
        if not self.has_role(*roles):
            raise Refusal("role_missing")

    def require_sign_in(self, acr: str | None = None, max_age: int | None = None) -> None:
        """Go on only if they authenticated so well, so many seconds ago at most.

        Raises:
            Refusal: 401 with what is wanted, if not (RFC 9470).
        """
        check_step_up(self, acr, max_age, self._now())

    def has_scope(self, *scopes: str) -> bool:
        """Whether the token has all of these scopes."""
        return all(scope in self.scope for scope in scopes)

    def has_role(self, *roles: str) -> bool:
        """Whether they have one of these roles in the project."""
        return any(role in self._roles for role in roles)

    def is_fresh(self) -> bool:
        """Ask Usher whether the token still stands (RFC 7662). Blocks for a round trip; in asynchronous code
        ``await asyncio.to_thread(auth.is_fresh)``.

        Raises:
            Refusal: 503, Usher cannot be asked.
        """
        return self._is_active(self.token)

    def question(self, permission: str, resource: object | None = None, context: object | None = None) -> _Question:
        """The question whether they have a permission, as the rules are asked it."""
        return _Question(self, permission, resource, self.context if context is None else context)

    def _as_user(self) -> Attributes:
        """What the rules see of the person."""
        if self.attributes is None:
            self.attributes = self._user_attributes(self) if self._user_attributes is not None else {}
        return {**(self._profile or {}), **self.attributes, "id": self.sub, "roles": self._roles}

    def _as_token(self) -> Attributes:
        """What the rules see of the token."""
        if self._shown is None:
            self._shown = {**self.claims, "scope": list(self.scope)}
        return self._shown


class _Question:
    """A question of a caller. What the rules see of the person and the token is put together if a rule asks for it."""

    __slots__ = ("_auth", "_user", "context", "permission", "resource", "roles")

    def __init__(self, auth: Auth, permission: str, resource: object | None, context: object) -> None:
        self.roles = auth._roles
        self.permission = permission
        self.resource = resource
        self.context = context
        self._auth = auth
        self._user: Attributes | None = None

    @property
    def user(self) -> Attributes:
        """The person."""
        if self._user is None:
            self._user = self._auth._as_user()
        return self._user

    @property
    def token(self) -> Attributes:
        """The access token."""
        return self._auth._as_token()

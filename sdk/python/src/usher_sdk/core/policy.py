"""A project's access rules, as the server compiled them, and what they answer.

Several roles add up; one denial wins. Where no resource is shown, what a condition says of it is unknown (Kleene's third
value). The vectors in ``sdk/vectors/policy`` hold this equal to Cedar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from .condition import All, Any_, Compare, Condition, Operand, Path, Present, parse
from .routes import RouteRule, RouteTable
from .value import Value, look_up

VERSION: Final = 1
"""The version of the table's format that is read here."""

Verdict = Literal["allow", "deny", "conditional"]
"""``conditional``: it depends on the resource, and none was shown."""

Truth = Literal["true", "unknown", "false"]

_FALSE, _UNKNOWN, _TRUE = 0, 1, 2
_WORDS: tuple[Truth, Truth, Truth] = ("false", "unknown", "true")
_NOTHING: Mapping[str, Any] = {}


class Asks(Protocol):
    """What is asked of the rules. What no rule asks for need not be put together."""

    @property
    def roles(self) -> Iterable[str]: ...
    @property
    def permission(self) -> str: ...
    @property
    def user(self) -> object: ...
    @property
    def resource(self) -> object | None: ...
    @property
    def context(self) -> object: ...
    @property
    def token(self) -> object: ...


@dataclass(slots=True)
class Question:
    """A question with everything that it may be about."""

    roles: Iterable[str]
    """The roles of whoever asks."""
    permission: str
    """What for: ``Order:update``."""
    user: object = field(default_factory=dict)
    """What is known of whoever asks: ``id``, ``roles``, and whatever the rules declare."""
    resource: object | None = None
    """What is known of the resource, a mapping or an object; ``None`` where it was not loaded."""
    context: object = field(default_factory=dict)
    """What is known of the request."""
    token: object = field(default_factory=dict)
    """What the access token says."""


@dataclass(frozen=True)
class Reason:
    """A rule that was weighed."""

    role: str
    rule: Literal["allow", "deny", "when"]
    condition: str | None
    holds: Truth


@dataclass(frozen=True)
class Decision:
    """An answer with its reasons, as ``explain`` gives it."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    revision: int | None
    """The revision of the rules that answered; ``None`` where there are none."""


class Policy:
    """One revision of a project's access rules. Immutable: a new revision is a new object."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Read a table.

        Raises:
            ValueError: it is none, of another version, or a rule names a condition that is not there.
        """
        if table.get("v") != VERSION or isinstance(table.get("v"), bool):
            raise ValueError("a policy of another version")
        if table.get("default") != "deny":
            raise ValueError("a policy whose default is not `deny`")
        self.project = _typed(table, "project", str)
        self.revision: int = _typed(table, "revision", int)
        self.permissions: Mapping[str, str] = _typed(table, "permissions", dict)
        self.conditions: dict[str, Condition] = {
            name: parse(json) for name, json in _typed(table, "conditions", dict).items()
        }
        self.roles: dict[str, dict[str, str | tuple[str, ...]]] = {
            role: {permission: self._rule(rule) for permission, rule in rules.items()}
            for role, rules in _typed(table, "roles", dict).items()
        }
        self.routes = RouteTable(RouteRule.read(rule) for rule in _typed(table, "routes", list))

    def _rule(self, rule: object) -> str | tuple[str, ...]:
        """``"*"``, ``"deny"``, or the names of conditions of which one suffices."""
        if rule in ("*", "deny"):
            return str(rule)
        names = (rule,) if isinstance(rule, str) else tuple(rule) if isinstance(rule, list) else ()
        if not names or not all(isinstance(name, str) and name in self.conditions for name in names):
            raise ValueError("a rule names a condition that is not there")
        return names

    def evaluate(self, question: Asks) -> Verdict:
        """Answer a question."""
        allowed = unknown = False
        for role in question.roles:
            rules = self.roles.get(role)
            rule = rules.get(question.permission) if rules is not None else None
            if rule is None:
                continue
            if rule == "deny":
                return "deny"
            if rule == "*":
                allowed = True
            elif not allowed:
                for name in rule:
                    truth = _holds(self.conditions[name], question)
                    allowed = allowed or truth == _TRUE
                    unknown = unknown or truth == _UNKNOWN
        return "allow" if allowed else "conditional" if unknown else "deny"

    def explain(self, question: Asks) -> Decision:
        """Answer a question and say why: every rule that was weighed, in the order of the roles."""
        reasons: list[Reason] = []
        for role in question.roles:
            rule = self.roles.get(role, {}).get(question.permission)
            if rule == "deny":
                reasons.append(Reason(role, "deny", None, "true"))
            elif rule == "*":
                reasons.append(Reason(role, "allow", None, "true"))
            elif rule is not None:
                for name in rule:
                    truth = _WORDS[_holds(self.conditions[name], question)]
                    reasons.append(Reason(role, "when", name, truth))
        return Decision(self.evaluate(question), tuple(reasons), self.revision)


def _typed(table: Mapping[str, Any], name: str, kind: type) -> Any:
    found = table.get(name)
    if type(found) is not kind:
        raise ValueError(f"`{name}` of the policy does not read")
    return found


def _holds(condition: Condition, question: Asks) -> int:
    """A conjunction is the least of its parts, a disjunction the greatest."""
    if isinstance(condition, Compare):
        return _compare(condition, question)
    if isinstance(condition, All):
        least = _TRUE
        for part in condition.parts:
            least = min(least, _holds(part, question))
            if least == _FALSE:
                break
        return least
    if isinstance(condition, Any_):
        greatest = _FALSE
        for part in condition.parts:
            greatest = max(greatest, _holds(part, question))
            if greatest == _TRUE:
                break
        return greatest
    return _present(condition, question)


def _present(leaf: Present, question: Asks) -> int:
    if leaf.path.root == "resource" and question.resource is None:
        return _UNKNOWN
    return _TRUE if (find(leaf.path, question) is not None) is not leaf.negated else _FALSE


def _compare(leaf: Compare, question: Asks) -> int:
    left_shown, left = _side(leaf.left, question)
    right_shown, right = _side(leaf.right, question)
    if (left_shown and left is None) or (right_shown and right is None):
        return _FALSE
    if left is None or right is None:
        return _UNKNOWN
    return _TRUE if leaf.holds(left, right) else _FALSE


def _side(operand: Operand, question: Asks) -> tuple[bool, Value | None]:
    """Whether the holder of a value was shown, and the value, if it is there."""
    if isinstance(operand, Value):
        return True, operand
    if operand.root == "resource" and question.resource is None:
        return False, None
    return True, find(operand, question)


def holds(condition: Condition, question: Asks) -> bool:
    """Whether a condition holds; what is not known does not."""
    return _holds(condition, question) == _TRUE


def find(path: Path, question: Asks) -> Value | None:
    """The value at a path; ``None`` if it is missing."""
    return look_up(getattr(question, path.root), path.name)

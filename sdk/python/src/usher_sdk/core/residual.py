"""What is left of the rules when everything but the resource is known: a condition for a query.

The result selects exactly the resources for which the evaluator answers ``allow``. It is in negation normal form, and a
value that is missing (NULL) makes a leaf false, as in a WHERE clause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .condition import All, Any_, Compare, Condition, Operand, Path, Present
from .policy import Asks, Policy, Question, find, holds
from .value import BOOL, EXACT, INT, STRING, STRINGS, Value

_SWAPPED = {
    "eq": "eq",
    "ne": "ne",
    "gt": "lt",
    "gte": "lte",
    "lt": "gt",
    "lte": "gte",
    "in": "contains",
    "contains": "in",
}
_NUMBERS = frozenset({INT})
_TAKEN = {
    "eq": frozenset({STRING, BOOL, INT}),
    "ne": frozenset({STRING, BOOL, INT}),
    "in": frozenset({STRINGS}),
    "contains": frozenset({STRING}),
    **dict.fromkeys(("gt", "gte", "lt", "lte"), _NUMBERS),
}
"""The types that may stand on the right: with any other a comparison is false, and so is its negation."""


@dataclass(frozen=True)
class Filter:
    """``all``: every resource; ``none``: no resource; ``some``: those for which ``condition`` holds."""

    kind: Literal["all", "none", "some"]
    condition: Condition | None = None

    def matches(self, resource: object) -> bool:
        """Whether it selects a resource that is in memory: a mapping, or an object with attributes."""
        if self.condition is None:
            return self.kind == "all"
        return holds(self.condition, Question((), "", resource=resource))

    def as_json(self) -> Any:
        """For a front end, as ``matches`` of ``@usher-id/sdk`` reads it: ``true``, ``false``, or a condition."""
        return _json(self.condition) if self.condition is not None else self.kind == "all"

    @staticmethod
    def everything() -> Filter:
        """Every resource."""
        return Filter("all")

    @staticmethod
    def nothing() -> Filter:
        """No resource."""
        return Filter("none")


def residual(policy: Policy, question: Asks) -> Filter:
    """The filter for a permission; the question's resource does not count."""
    known: list[Condition] = []
    allowed = False
    for role in question.roles:
        rule = policy.roles.get(role, {}).get(question.permission)
        if rule == "deny":
            return Filter.nothing()
        if rule == "*":
            allowed = True
        elif rule is not None:
            known += [policy.conditions[name] for name in rule]
    if allowed:
        return Filter.everything()
    left = _any([_reduce(condition, question) for condition in known])
    if isinstance(left, bool):
        return Filter.everything() if left else Filter.nothing()
    return Filter("some", left)


def _reduce(condition: Condition, question: Asks) -> Condition | bool:
    """A condition without anything but resources and literals; or whether it holds, where that is known."""
    if isinstance(condition, All):
        return _all([_reduce(part, question) for part in condition.parts])
    if isinstance(condition, Any_):
        return _any([_reduce(part, question) for part in condition.parts])
    if isinstance(condition, Present):
        if condition.path.root == "resource":
            return condition
        return (find(condition.path, question) is not None) is not condition.negated
    left, right = _known(condition.left, question), _known(condition.right, question)
    if left is None or right is None:
        return False
    op = condition.op
    if isinstance(left, Value):
        if isinstance(right, Value):
            return condition.holds(left, right)
        # The resource stands on the left, which is what queries look like.
        op, left, right = _SWAPPED[op], right, left
    if isinstance(right, Value) and right.type not in _TAKEN[op]:
        return False
    return Compare(op, left, right, condition.negated)


def _known(operand: Operand, question: Asks) -> Operand | None:
    if isinstance(operand, Path) and operand.root != "resource":
        return find(operand, question)
    return operand


def _all(parts: list[Condition | bool]) -> Condition | bool:
    if any(part is False for part in parts):
        return False
    left = tuple(part for part in parts if not isinstance(part, bool))
    return (left[0] if len(left) == 1 else All(left)) if left else True


def _any(parts: list[Condition | bool]) -> Condition | bool:
    if any(part is True for part in parts):
        return True
    left = tuple(part for part in parts if not isinstance(part, bool))
    return (left[0] if len(left) == 1 else Any_(left)) if left else False


def _json(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, All):
        return {"all": [_json(part) for part in condition.parts]}
    if isinstance(condition, Any_):
        return {"any": [_json(part) for part in condition.parts]}
    if isinstance(condition, Present):
        return {"present": condition.path.name, "negated": condition.negated}
    left, right = _side(condition.left), _side(condition.right)
    return {"op": condition.op, "left": left, "right": right, "negated": condition.negated}


def _side(operand: Operand) -> dict[str, Any]:
    if isinstance(operand, Path):
        return {"field": operand.name}
    is_exact = operand.type != INT or -EXACT <= operand.value <= EXACT
    return {"value": operand.value if is_exact else {"int": str(operand.value)}}

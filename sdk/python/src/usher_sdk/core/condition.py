"""Conditions: a closed set of operators over paths and literals, in negation normal form.

A leaf whose value is missing is false, and so is its negation. That is well defined only once every ``not`` has been
pushed down to the leaves, which reading a condition does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .value import BOOL, INT, STRING, STRINGS, Value, read

DEPTH: Final = 8
"""Most operators of a condition inside one another."""
NODES: Final = 64
"""Most operators of a condition."""

_PATH = re.compile(r"(user|resource|context|token)\.([A-Za-z][A-Za-z0-9_]{0,63})")
_RESERVED = frozenset(
    [
        "else",
        "false",
        "has",
        "if",
        "in",
        "is",
        "like",
        "then",
        "true",
        "constructor",
        "prototype",
        "toString",
        "valueOf",
        "hasOwnProperty",
    ]
)
_OPPOSITES = {"eq": "ne", "ne": "eq", "gt": "lte", "lte": "gt", "lt": "gte", "gte": "lt"}

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: bool(left > right),
    "gte": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "lte": lambda left, right: bool(left <= right),
    "in": lambda left, right: left in right,
    "contains": lambda left, right: right in left,
}


@dataclass(frozen=True)
class Path:
    """The place of a value: ``resource.owner_id``."""

    root: str
    name: str

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"


Operand = Path | Value


@dataclass(frozen=True)
class Compare:
    """One comparison; ``negated`` only where the operator has no opposite."""

    op: str
    left: Operand
    right: Operand
    negated: bool = False

    def holds(self, left: Value, right: Value) -> bool:
        """Whether it holds for two values: types that do not compare make it false, and its negation as well."""
        if not _takes(self.op, left.type, right.type):
            return False
        return _COMPARE[self.op](left.value, right.value) is not self.negated


@dataclass(frozen=True)
class Present:
    """Whether a value is there at all."""

    path: Path
    negated: bool = False


@dataclass(frozen=True)
class All:
    """Every one of these holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:
    """At least one of these holds."""

    parts: tuple[Condition, ...]


Condition = All | Any_ | Compare | Present


def parse(json: object) -> Condition:
    """Read a condition.

    Raises:
        ValueError: what is wrong with it.
    """
    reader = _Reader()
    condition = reader.node(json, 1, False)
    if reader.nodes > NODES:
        raise ValueError(f"a condition has at most {NODES} operators")
    return condition


class _Reader:
    def __init__(self) -> None:
        self.nodes = 0

    def node(self, json: object, depth: int, negated: bool) -> Condition:
        self.nodes += 1
        if depth > DEPTH:
            raise ValueError(f"operators stand at most {DEPTH} deep")
        if not isinstance(json, Mapping) or len(json) != 1:
            raise ValueError("a condition is an object with one operator")
        ((name, inner),) = json.items()
        if name == "not":
            return self.node(inner, depth + 1, not negated)
        if name in ("all", "any"):
            if not isinstance(inner, list) or not 1 <= len(inner) <= NODES:
                raise ValueError(f"`{name}` takes a list of 1 to {NODES} conditions")
            parts = tuple(self.node(part, depth + 1, negated) for part in inner)
            # De Morgan: a negated `all` is an `any` of negations.
            return Any_(parts) if (name == "all") is negated else All(parts)
        if name == "present":
            return Present(_path(inner), negated)
        if name in _COMPARE:
            return _comparison(name, inner, negated)
        raise ValueError(f"there is no operator `{name}`")


def _comparison(op: str, json: object, negated: bool) -> Compare:
    if not isinstance(json, list) or len(json) != 2:
        raise ValueError(f"`{op}` takes two operands")
    left, right = _operand(json[0]), _operand(json[1])
    if isinstance(left, Value) and isinstance(right, Value):
        raise ValueError("one of the two operands has to be a path")
    if negated and op in _OPPOSITES:
        op, negated = _OPPOSITES[op], False
    return Compare(op, left, right, negated)


def _operand(json: object) -> Operand:
    if isinstance(json, str):
        return _path(json)
    if isinstance(json, Mapping) and len(json) == 1 and "lit" in json:
        literal = read(json["lit"])
        if literal is not None and literal.type in (STRING, STRINGS) and literal.value != []:
            return literal
    else:
        literal = read(json)
        if literal is not None and literal.type in (BOOL, INT):
            return literal
    raise ValueError('an operand is a path, true, false, a whole number, or {"lit": …}')


def _path(json: object) -> Path:
    found = _PATH.fullmatch(json) if isinstance(json, str) else None
    if found is None or found[2] in _RESERVED:
        raise ValueError(f"`{json}` is not a path such as `resource.owner_id`")
    return Path(found[1], found[2])


def _takes(op: str, left: str, right: str) -> bool:
    """May values of these types be compared so?"""
    if op in ("eq", "ne"):
        return left == right != STRINGS
    if op == "in":
        return left == STRING and right == STRINGS
    if op == "contains":
        return left == STRINGS and right == STRING
    return left == INT and right == INT

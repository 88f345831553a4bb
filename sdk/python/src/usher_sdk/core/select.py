"""Turns a filter into the query language of something else: the walk, without the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from .condition import All, Any_, Compare, Condition, Path
from .residual import Filter
from .value import Value

Q = TypeVar("Q")


class NotInQuery(ValueError):
    """A condition that the query language cannot say. Nothing is selected in its place: say it by ``columns``."""


class Language(Protocol[Q]):
    """The words of a query language."""

    def everything(self) -> Q:
        """Every row."""

    def nothing(self) -> Q:
        """No row."""

    def every(self, parts: Sequence[Q]) -> Q:
        """All of these."""

    def some(self, parts: Sequence[Q]) -> Q:
        """One of these at least."""

    def present(self, name: str, present: bool) -> Q:
        """Whether an attribute is there."""

    def compare(self, op: str, name: str, value: Value, negated: bool) -> Q:
        """An attribute and a value. Where the attribute is missing the answer is no, negated or not."""

    def compare_attributes(self, op: str, left: str, right: str, negated: bool) -> Q:
        """Two attributes."""


def write(filter: Filter, language: Language[Q]) -> Q:
    """Say a filter in a query language."""
    if filter.kind == "all":
        return language.everything()
    if filter.kind == "none" or filter.condition is None:
        return language.nothing()
    return _write(filter.condition, language)


def _write(condition: Condition, language: Language[Q]) -> Q:
    if isinstance(condition, All):
        return language.every([_write(part, language) for part in condition.parts])
    if isinstance(condition, Any_):
        return language.some([_write(part, language) for part in condition.parts])
    if isinstance(condition, Compare):
        left, right = condition.left, condition.right
        assert isinstance(left, Path)
        if isinstance(right, Path):
            return language.compare_attributes(condition.op, left.name, right.name, condition.negated)
        return language.compare(condition.op, left.name, right, condition.negated)
    return language.present(condition.path.name, not condition.negated)

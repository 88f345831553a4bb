"""A filter as a WHERE clause of SQLAlchemy: ``select(Order).where(where(auth.filter("Order:list"), Order))``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, and_, any_, false, literal, or_, true

from .core.residual import Filter
from .core.select import NotInQuery, write
from .core.value import Value

_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str, UUID), "bool": (bool,), "int": (int,), "strings": ()}


def where(filter: Filter, entity: Any, columns: Mapping[str, Any] | None = None) -> ColumnElement[bool]:
    """A clause that selects exactly what the rules allow.

    ``entity`` is a mapped class or a table. ``columns`` gives the column of an attribute where their names differ:
    ``{"owner_id": Order.owner}``. Lists (``contains``) need a column of the type ``ARRAY``.

    Raises:
        NotInQuery: an attribute has no column, or a condition cannot be said.
    """
    return write(filter, _Words(entity, columns or {}))


class _Words:
    def __init__(self, entity: Any, columns: Mapping[str, Any]) -> None:
        self._entity = entity
        self._columns = columns

    def _column(self, name: str) -> Any:
        if name in self._columns:
            return self._columns[name]
        holder = getattr(self._entity, "c", self._entity)
        column = getattr(holder, name, None)
        if column is None:
            raise NotInQuery(f"{self._entity!r} has no column `{name}`: name it in `columns`")
        return column

    def everything(self) -> ColumnElement[bool]:
        return true()

    def nothing(self) -> ColumnElement[bool]:
        return false()

    def every(self, parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
        return and_(*parts)

    def some(self, parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
        return or_(*parts)

    def present(self, name: str, present: bool) -> ColumnElement[bool]:
        column = self._column(name)
        clause: ColumnElement[bool] = column.is_not(None) if present else column.is_(None)
        return clause

    def compare(self, op: str, name: str, value: Value, negated: bool) -> ColumnElement[bool]:
        column = self._column(name)
        if op == "contains":
            if not isinstance(getattr(column, "type", None), ARRAY):
                raise NotInQuery(f"`{name}` is no ARRAY: a list in another form needs a query of your own")
            return _said(literal(value.value) == any_(column), column, negated)
        wanted = "string" if op == "in" else value.type
        if not _is_of(column, wanted):
            # Databases would convert one to the other; the rules say that they do not compare.
            return false()
        operand = _operand(column, value)
        if operand is None:
            # No UUID is equal to a text that is none. Never compare with NULL: that would select what is missing.
            return self.present(name, True) if (op == "ne") is not negated else false()
        return _said(_compare(op, column, operand), column, negated)

    def compare_attributes(self, op: str, left: str, right: str, negated: bool) -> ColumnElement[bool]:
        if op in ("in", "contains"):
            raise NotInQuery(f"`{op}` between two columns")
        return _said(_compare(op, self._column(left), self._column(right)), self._column(left), negated)


def _compare(op: str, column: Any, operand: Any) -> Any:
    if op == "in":
        return column.in_(operand)
    names = {"eq": "__eq__", "ne": "__ne__", "gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__"}
    return getattr(column, names[op])(operand)


def _said(clause: Any, column: Any, negated: bool) -> ColumnElement[bool]:
    # NULL makes a comparison neither true nor false, and so its negation: no row, as the rules have it.
    found: ColumnElement[bool] = and_(~clause, column.is_not(None)) if negated else clause
    return found


def _is_of(column: Any, wanted: str) -> bool:
    """Whether a column holds values of a type; a type that cannot be told counts as the right one."""
    try:
        held = column.type.python_type
    except (AttributeError, NotImplementedError):
        return True
    return held in _TYPES[wanted]


def _operand(column: Any, value: Value) -> Any:
    """The value as the column holds it: ids that are UUIDs are texts to the rules."""
    try:
        is_uuid = column.type.python_type is UUID
    except (AttributeError, NotImplementedError):
        is_uuid = False
    if not is_uuid:
        return value.value
    texts = value.value if isinstance(value.value, list) else [value.value]
    found = [uuid for uuid in map(_uuid, texts) if uuid is not None]
    return found if isinstance(value.value, list) else (found[0] if found else None)


def _uuid(text: str) -> UUID | None:
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    return uuid if str(uuid) == text else None


__all__ = ["NotInQuery", "where"]

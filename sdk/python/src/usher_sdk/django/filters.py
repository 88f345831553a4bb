"""A filter as a ``Q`` of Django: ``Order.objects.filter(to_q(request.auth.filter("Order:list")))``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import F, Q

from ..core.residual import Filter
from ..core.select import NotInQuery, write
from ..core.value import Value

_LOOKUPS = {"eq": "exact", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte", "in": "in"}


def to_q(filter: Filter, fields: Mapping[str, str] | None = None) -> Any:
    """A ``Q`` that selects exactly what the rules allow.

    ``fields`` names the field of an attribute where they differ: ``{"owner_id": "owner__sub"}``. Lists
    (``contains``) are looked up by ``field__contains=[value]``, as ``ArrayField`` and ``JSONField`` have it.
    """
    return write(filter, _Words(fields or {}))


class _Words:
    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def _field(self, name: str) -> str:
        return self._fields.get(name, name)

    def everything(self) -> Any:
        return ~Q(pk__in=[])

    def nothing(self) -> Any:
        return Q(pk__in=[])

    def every(self, parts: Sequence[Any]) -> Any:
        return reduce(and_, parts)

    def some(self, parts: Sequence[Any]) -> Any:
        return reduce(or_, parts)

    def present(self, name: str, present: bool) -> Any:
        return Q(**{f"{self._field(name)}__isnull": not present})

    def compare(self, op: str, name: str, value: Value, negated: bool) -> Any:
        operand = list(value.value) if op == "in" else value.value
        if op == "contains":
            return self._if_there(name, Q(**{f"{self._field(name)}__contains": [operand]}), negated)
        return self._said(op, name, operand, negated)

    def compare_attributes(self, op: str, left: str, right: str, negated: bool) -> Any:
        if op in ("in", "contains"):
            raise NotInQuery(f"`{op}` between two attributes of the resource is nothing that a queryset can say")
        return self._said(op, left, F(self._field(right)), negated) & self.present(right, True)

    def _said(self, op: str, name: str, operand: Any, negated: bool) -> Any:
        if op == "ne":
            op, negated = "eq", not negated
        return self._if_there(name, Q(**{f"{self._field(name)}__{_LOOKUPS[op]}": operand}), negated)

    def _if_there(self, name: str, found: Any, negated: bool) -> Any:
        """Django's own negation takes rows without a value along; the rules do not."""
        return ~found & self.present(name, True) if negated else found

"""The values that conditions compare: texts, truths, whole numbers, lists of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final, NamedTuple
from uuid import UUID

EXACT: Final = 2**53 - 1
"""The largest whole number that every language of a module reads exactly from JSON."""

STRING: Final = "string"
BOOL: Final = "bool"
INT: Final = "int"
STRINGS: Final = "strings"

_MOST_DIGITS = 20


class Value(NamedTuple):
    """A value and its type: ``string``, ``bool``, ``int`` or ``strings``."""

    type: str
    value: Any


def read(found: object) -> Value | None:
    """Read a value. Whatever is none of the four types counts as missing.

    A number beyond ±(2⁵³-1) is missing too, because not every reader of JSON would see the same one: it is written
    ``{"int": "9007199254740993"}``. Python's own additions: a tuple or a set of texts is a list, a ``UUID`` is its text.
    """
    if isinstance(found, str):
        return Value(STRING, found)
    if isinstance(found, bool):
        return Value(BOOL, found)
    if isinstance(found, int):
        return Value(INT, int(found)) if -EXACT <= found <= EXACT else None
    if isinstance(found, float):
        return Value(INT, int(found)) if found.is_integer() and abs(found) <= EXACT else None
    if isinstance(found, UUID):
        return Value(STRING, str(found))
    if isinstance(found, Mapping):
        number = whole(found.get("int")) if len(found) == 1 else None
        return None if number is None else Value(INT, number)
    if isinstance(found, (Sequence, Set)) and not isinstance(found, (bytes, bytearray, memoryview)):
        texts = list(found)
        return Value(STRINGS, texts) if all(isinstance(text, str) for text in texts) else None
    return None


def whole(digits: object) -> int | None:
    """A whole number of 64 bits in the one way to write it in digits: no plus, no zero in front, no minus zero."""
    if not isinstance(digits, str) or not 0 < len(digits) <= _MOST_DIGITS or not digits.isascii():
        return None
    try:
        number = int(digits)
    except ValueError:
        return None
    return number if str(number) == digits and -(2**63) <= number < 2**63 else None


def look_up(holder: object, name: str) -> Value | None:
    """The value of that name in a mapping, or of that attribute of any other object."""
    if isinstance(holder, Mapping):
        return read(holder.get(name))
    return read(getattr(holder, name, None))

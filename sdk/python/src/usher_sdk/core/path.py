"""The path of a request, read once and the same way everywhere.

Whatever two readers could take for two different paths is refused: a refused path is a denied request.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_to_bytes

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~!$&'()*+,;=:@-]+)+/?")


class AmbiguousPath(ValueError):
    """The path has more than one reading."""


def segments(raw: str) -> tuple[str, ...]:
    """Return the segments of a path, percent-decoded once.

    What follows ``?`` or ``#`` and one slash at the end do not count.

    Raises:
        AmbiguousPath: the path does not start with ``/``, has empty segments, ``.`` or ``..``, a backslash, a control
            character, ``%2f`` or ``%5c``, escapes that do not decode to UTF-8, or escapes within escapes.
    """
    path = re.split(r"[?#]", raw, maxsplit=1)[0] if "?" in raw or "#" in raw else raw
    if _PLAIN.fullmatch(path):
        return tuple(path.strip("/").split("/"))
    if not path.startswith("/"):
        raise AmbiguousPath(raw)
    inner = path[1:]
    if inner.endswith("/"):
        inner = inner[:-1]
    if not inner:
        if path == "/":
            return ()
        raise AmbiguousPath(raw)
    return tuple(_segment(part, raw) for part in inner.split("/"))


def _segment(part: str, raw: str) -> str:
    if _BROKEN_ESCAPE.search(part):
        raise AmbiguousPath(raw)
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeError:
        raise AmbiguousPath(raw) from None
    if text in ("", ".", "..") or "/" in text or "\\" in text or _ESCAPE.search(text):
        raise AmbiguousPath(raw)
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise AmbiguousPath(raw)
    return text

"""Which route rule counts for a request: the most specific one, in whatever order they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .path import segments

_LONGEST_PATH = 512
_PARAMETER = re.compile(r":[A-Za-z][A-Za-z0-9_]{0,63}")
_ODD = re.compile(r"[%?#\\*\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class RouteRule:
    """What a project says of one path."""

    methods: tuple[str, ...]
    """The methods, or ``*``."""
    path: str
    """The pattern: ``/orders/:id``, ``/admin/*``."""
    need: str | None = None
    """Whoever has this permission may pass."""
    public: bool = False
    """Everybody may pass."""
    auth: bool = False
    """Everybody who is signed in may pass."""
    acr: str | None = None
    """How well the person must have authenticated."""
    max_age: int | None = None
    """How many seconds ago at most."""
    scopes: tuple[str, ...] = ()
    """Scopes that the token must have, all of them."""
    fresh: bool = False
    """Usher is asked whether the token still stands."""

    @staticmethod
    def read(json: Mapping[str, Any]) -> RouteRule:
        """Read a rule of a table.

        Raises:
            ValueError: it is none.
        """
        methods, path = json.get("m"), json.get("p")
        if not isinstance(path, str) or not isinstance(methods, list) or not all(isinstance(m, str) for m in methods):
            raise ValueError("a route rule has methods and a path")
        scopes, max_age, need, acr = json.get("scopes", []), json.get("max_age"), json.get("need"), json.get("acr")
        good = (
            isinstance(scopes, list)
            and all(isinstance(scope, str) for scope in scopes)
            and (max_age is None or (type(max_age) is int and max_age >= 0))
            and all(text is None or isinstance(text, str) for text in (need, acr))
            and all(isinstance(json.get(name, False), bool) for name in ("public", "auth", "fresh"))
        )
        if not good:
            raise ValueError(f"the route rule of `{path}` does not read")
        return RouteRule(
            methods=tuple(methods),
            path=path,
            need=need,
            public=json.get("public", False),
            auth=json.get("auth", False),
            acr=acr,
            max_age=max_age,
            scopes=tuple(scopes),
            fresh=json.get("fresh", False),
        )


@dataclass
class _Node:
    """One place of the tree: what stands below it, and which rules end here."""

    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    here: dict[str, RouteRule] = field(default_factory=dict)
    star: dict[str, RouteRule] = field(default_factory=dict)


class RouteTable:
    """The route rules of a policy, ready to be asked."""

    def __init__(self, rules: Iterable[RouteRule]) -> None:
        self.rules = tuple(rules)
        self._root = _tree(self.rules)
        self._has_capitals = any(rule.path != rule.path.lower() for rule in self.rules)
        self._small: _Node | None = None

    def find(self, method: str, raw_path: str) -> RouteRule | None:
        """Return the rule that counts for a request; ``None`` if no rule speaks of it.

        Raises:
            AmbiguousPath: the path has more than one reading.
        """
        return self.find_by_segments(method, segments(raw_path))

    def find_by_segments(self, method: str, parts: tuple[str, ...]) -> RouteRule | None:
        """Return the rule for a path that was read before (:func:`usher_sdk.core.path.segments`)."""
        return _search(self._root, parts, 0, method)

    def find_ignoring_case(self, method: str, parts: tuple[str, ...]) -> RouteRule | None:
        """Return the rule for a path if case is ignored, as many frameworks do.

        ``None`` if there is none, or if case makes no difference.
        """
        path = "/".join(parts)
        small = path.lower()
        if small == path and not self._has_capitals:
            return None
        if self._small is None:
            self._small = _tree(self.rules, str.lower)
        return _search(self._small, tuple(small.split("/")) if parts else parts, 0, method)


def _tree(rules: Iterable[RouteRule], spell: Callable[[str], str] = str) -> _Node:
    """The rules by their segments; ``spell`` is how literal ones are spelt."""
    root = _Node()
    for rule in rules:
        pattern = _pattern(rule.path)
        if pattern is None:
            continue
        parts, open_ended = pattern
        node = root
        for part in parts:
            if part.startswith(":"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(spell(part), _Node())
        place = node.star if open_ended else node.here
        place.update(dict.fromkeys(rule.methods, rule))
    return root


def _search(node: _Node, parts: tuple[str, ...], at: int, method: str) -> RouteRule | None:
    if at == len(parts):
        return _by_method(node.here, method) or _by_method(node.star, method)
    literal = node.literals.get(parts[at])
    if literal is not None and (found := _search(literal, parts, at + 1, method)):
        return found
    if node.parameter is not None and (found := _search(node.parameter, parts, at + 1, method)):
        return found
    return _by_method(node.star, method)


def _by_method(rules: dict[str, RouteRule], method: str) -> RouteRule | None:
    """A method by name comes before ``GET`` for ``HEAD``, and that before ``*``."""
    if not rules:
        return None
    found = rules.get(method)
    if found is None and method == "HEAD":
        found = rules.get("GET")
    return found or rules.get("*")


def _pattern(text: str) -> tuple[list[str], bool] | None:
    """The parts of a pattern, and whether it is open at its end; ``None`` for a text that is none."""
    if len(text) > _LONGEST_PATH or not text.startswith("/"):
        return None
    if text in ("/", "/*"):
        return [], text == "/*"
    open_ended = text.endswith("/*")
    parts = text[1:-2].split("/") if open_ended else text[1:].split("/")
    good = all(_PARAMETER.fullmatch(part) if part.startswith(":") else _is_literal(part) for part in parts)
    return (parts, open_ended) if good else None


def _is_literal(part: str) -> bool:
    return part not in ("", ".", "..") and not _ODD.search(part)

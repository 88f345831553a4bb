"""docs/sdk/parity.md lists every public name of the module."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import usher_sdk
from usher_sdk import Auth, Status, Usher
from usher_sdk.events import EventName
from usher_sdk.option_types import CacheOptions, CookieOptions, PolicyOptions, SyncOptions
from usher_sdk.testing import create_test_usher

PAGE = (Path(__file__).parents[3] / "docs/sdk/parity.md").read_text()
PACKAGE = Path(usher_sdk.__file__).parent


def listed(section: str) -> set[str]:
    """The names of the Python column of a section."""
    rest = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [line for line in rest.splitlines() if line.startswith("|")][2:]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[3])}


def public(names: list[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def test_it_lists_all_options() -> None:
    inside = {"cache": CacheOptions, "sync": SyncOptions, "policy": PolicyOptions, "cookie": CookieOptions}
    outside = set(inspect.signature(Usher.__init__).parameters) - {"self", "unknown", "cache", "sync", "cookie"}
    nested = {f"{outer}.{name}" for outer, kind in inside.items() for name in kind.__annotations__}
    assert listed("Options") == outside | nested


def test_it_lists_all_verbs() -> None:
    from usher_sdk import django, fastapi, flask, starlette

    for holder in (fastapi.Usher, starlette.Usher, flask.Usher, django):
        assert listed("Verbs") == {name for name in dir(holder) if name.startswith("require_")}


def test_it_lists_all_members_of_the_caller() -> None:
    test = create_test_usher()
    auth = test.usher.authenticate(test.token())
    internal = {"owed", "question"}
    assert listed("Caller") == public([*dir(Auth), *vars(auth)]) - internal
    test.usher.close()


def test_it_lists_members_of_the_module_that_are_there() -> None:
    assert listed("Module") <= public(dir(Usher))


def test_it_lists_the_whole_state() -> None:
    assert listed("State") == {field.name for field in fields(Status)}


def test_it_lists_all_events() -> None:
    assert listed("Events") == set(get_args(EventName))


def test_it_lists_all_stores() -> None:
    sources = [path.read_text() for path in (PACKAGE / "stores").glob("*.py")]
    classes = {name for text in sources for name in re.findall(r"^class (\w+Store)\b", text, re.MULTILINE)}
    assert listed("Stores") == classes


def test_it_lists_all_modules_that_an_application_imports() -> None:
    internal = {"auth", "engine", "errors", "events", "guard", "introspection", "keeper", "option_types", "options"}
    internal |= {"process", "request", "rules", "seen", "spent", "usher", "wsgi", "core", "net", "stores", "web"}
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert listed("Frameworks") == public(list(found)) - internal

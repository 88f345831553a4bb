"""What README.md says of the options is what the types say. UPDATE_DOCS=1 writes the table anew."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

from usher_sdk import Usher, option_types

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- the options -->\n", "<!-- end -->"
NESTED = {"cache": "CacheOptions", "sync": "SyncOptions", "policy": "PolicyOptions", "cookie": "CookieOptions"}


def documented(tree: ast.Module, kind: str) -> Iterator[tuple[str, str]]:
    """The members of a class, each with the text that stands below it."""
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind).body
    for node, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = ""
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                text = " ".join(str(below.value.value).split())
            yield node.target.id, text


def table() -> str:
    tree = ast.parse(Path(option_types.__file__).read_text(encoding="utf-8"))
    rows = []
    for name, text in documented(tree, "UsherOptions"):
        if text:
            rows.append(f"| `{name}` | {text} |")
        for inner, meaning in documented(tree, NESTED[name]) if name in NESTED else ():
            rows.append(f'| `{name}["{inner}"]` | {meaning} |')
    return "| option | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


def test_the_table_of_options_is_that_of_the_types() -> None:
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END, 1)
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
    else:
        assert shown == table()


def test_the_types_are_those_of_the_module() -> None:
    taken = set(inspect.signature(Usher.__init__).parameters) - {"self", "unknown", "now"}
    assert set(option_types.UsherOptions.__annotations__) == taken

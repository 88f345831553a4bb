"""What frameworks on WSGI have in common: a request as the module sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from .asgi import read_cookies
from .request import Asked


def read_environ(environ: Mapping[str, Any]) -> Asked:
    """A request of WSGI (PEP 3333) as the module sees it."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    # Texts of WSGI hold bytes as Latin-1.
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    return Asked(
        method=environ.get("REQUEST_METHOD", "GET"),
        path=path.decode("utf-8", "surrogateescape") or "/",
        headers=headers,
        raw_path=_raw_path(environ, path),
        query=environ.get("QUERY_STRING", ""),
        client=environ.get("REMOTE_ADDR") or None,
        cookies=read_cookies(headers.get("cookie")),
    )


def _raw_path(environ: Mapping[str, Any], path: bytes) -> str | None:
    """The path as it came over the wire, where the server tells it and it is that of the application."""
    told = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not isinstance(told, str):
        return None
    raw = urlsplit(told).path if "://" in told.split("?")[0] else told.split("?")[0]
    # A proxy may have cut off a prefix: then what is told is another path, and says nothing about this one.
    return raw if unquote_to_bytes(raw.encode("latin-1", "replace")) == path else None

"""Middleware for any ASGI application: Starlette, FastAPI, Quart, Django's ASGI, or none of them.

``scope["usher"]`` is a :class:`~usher_sdk.request.Known`; :func:`auth_of` reads whoever is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .auth import Auth
from .core.refusal import Refusal
from .request import Asked, Known
from .usher import Usher
from .web.mode import LONGEST_BODY
from .web.reply import Reply

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class UsherMiddleware:
    """Checks the token of every request, applies the route table, and answers refusals."""

    def __init__(self, app: App, usher: Usher) -> None:
        self.app = app
        self.usher = usher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asked = read_scope(scope)
        known = Known()
        guard = _Guard(self.usher, known, send)
        try:
            if scope["type"] == "http" and self.usher.answers(asked):
                body = await _read_body(receive)
                await _send(await asyncio.to_thread(self.usher.answer, asked, body), send)
                return
            known = guard.known = await self.usher.aenter(asked)
            scope["usher"] = known
            scope["usher.sdk"] = self.usher
            await self.app(scope, receive, guard)
        except Refusal as refusal:
            if guard.has_started:
                raise
            await _refuse(self.usher, asked, refusal, scope, receive, send)


class _Guard:
    """Passes the answer on, unless it owes a check."""

    def __init__(self, usher: Usher, known: Known, send: Send) -> None:
        self.has_started = False
        self.known = known
        self._usher = usher
        self._send = send

    async def __call__(self, message: Message) -> None:
        starts = message["type"] == "http.response.start" and not self.has_started
        if starts and self._usher.owes_entity_check(self.known, message["status"]):
            raise Refusal("entity_check_missing")
        self.has_started = True
        await self._send(message)


def auth_of(scope: Scope) -> Auth:
    """Whoever sends a request.

    Raises:
        Refusal: it is nobody.
        RuntimeError: the middleware is not there.
    """
    return _known(scope).somebody()


def find_auth_of(scope: Scope) -> Auth | None:
    """Whoever sends a request; ``None`` for nobody.

    Raises:
        RuntimeError: the middleware is not there.
    """
    return _known(scope).auth


def _known(scope: Scope) -> Known:
    known = scope.get("usher")
    if not isinstance(known, Known):
        raise RuntimeError("UsherMiddleware is not there: app.add_middleware(UsherMiddleware, usher=usher)")
    return known


def read_scope(scope: Scope) -> Asked:
    """A request of ASGI as the module sees it."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        # Two cookie headers are one list (RFC 9113 §8.2.3).
        headers[key] = f"{headers[key]}{'; ' if key == 'cookie' else ','}{text}" if key in headers else text
    if scope["type"] == "websocket":
        # With HTTP/2 a socket is opened without this header (RFC 8441 §4).
        headers["upgrade"] = "websocket"
    raw = scope.get("raw_path")
    client, query = scope.get("client"), scope.get("query_string", b"")
    return Asked(
        method=scope.get("method", "GET"),
        path=scope["path"],
        headers=headers,
        raw_path=raw.decode("latin-1") if raw else None,
        # Django's test client gives a text.
        query=query.decode("latin-1") if isinstance(query, bytes) else query,
        client=client[0] if client else None,
        cookies=read_cookies(headers.get("cookie")),
    )


def read_cookies(header: str | None) -> dict[str, str]:
    """The cookies of a request (RFC 6265 §5.4). One that does not read takes no other along.

    One that comes twice is none: a neighbouring host may have planted the other.
    """
    found: dict[str, str] = {}
    twice: set[str] = set()
    for part in header.split(";") if header else ():
        name, mark, value = part.strip().partition("=")
        if mark and found.setdefault(name, value.strip('"')) != value.strip('"'):
            twice.add(name)
    return {name: value for name, value in found.items() if name not in twice}


async def _refuse(usher: Usher, asked: Asked, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        usher.log_refusal(asked, refusal)
        await receive()
        await send({"type": "websocket.close", "code": 3000 if refusal.status == 401 else 3003})
        return
    await _send(usher.refuse(asked, refusal), send)


async def _send(reply: Reply, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.all_headers()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _read_body(receive: Receive) -> bytes:
    """The body of a request to an address of our own; what is longer than any that we take is none."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= LONGEST_BODY
    return body if len(body) <= LONGEST_BODY else b""

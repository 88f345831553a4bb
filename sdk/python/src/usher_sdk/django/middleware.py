"""Django's middleware: ``request.auth`` is whoever sends a request, or ``None``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

from ..asgi import read_scope
from ..core.refusal import Refusal
from ..request import Asked, Known
from ..web.mode import LONGEST_BODY
from ..web.reply import Reply
from ..wsgi import read_environ
from .module import get_usher


class UsherMiddleware:
    """Checks the token of every request, applies the route table, and answers refusals. For views of either colour."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self._is_async:
            return self._acall(request)
        asked, usher = read_request(request), get_usher()
        try:
            if usher.answers(asked):
                return _response(usher.answer(asked, _body(request)))
            known = usher.enter(asked)
        except Refusal as refusal:
            return _answer(asked, refusal)
        _attach(request, known)
        return _finish(asked, known, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> Any:
        asked, usher = read_request(request), get_usher()
        try:
            if usher.answers(asked):
                return _response(await asyncio.to_thread(usher.answer, asked, _body(request)))
            known = await usher.aenter(asked)
        except Refusal as refusal:
            return _answer(asked, refusal)
        _attach(request, known)
        response: Awaitable[Any] = self.get_response(request)
        return _finish(asked, known, await response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        """A view that refuses is answered for."""
        return _answer(read_request(request), exception) if isinstance(exception, Refusal) else None


def read_request(request: HttpRequest) -> Asked:
    """A request of Django as the module sees it."""
    scope = getattr(request, "scope", None)
    return read_scope(scope) if scope is not None else read_environ(request.META)


def _attach(request: HttpRequest, known: Known) -> None:
    request.usher = known
    request.auth = known.auth


def _finish(asked: Asked, known: Known, response: Any) -> Any:
    if get_usher().owes_entity_check(known, response.status_code):
        response.close()
        return _answer(asked, Refusal("entity_check_missing"))
    return response


def _answer(asked: Asked, refusal: Refusal) -> Any:
    return _response(get_usher().refuse(asked, refusal))


def _response(reply: Reply) -> Any:
    response = HttpResponse(reply.body, status=reply.status)
    del response["Content-Type"]
    for name, value in reply.all_headers():
        if name == "Set-Cookie":
            response.cookies.load(value)
        else:
            response[name] = value
    return response


def _body(request: HttpRequest) -> bytes:
    """The body of a request to an address of our own."""
    if request.method != "POST" or int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return b""
    body: bytes = request.body
    return body

"""Django's middleware: ``request.auth`` is whoever sends a request, or ``None``."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

from ..asgi import read_scope
from ..core.refusal import Refusal
from ..request import Asked, Known
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
        asked = read_request(request)
        try:
            known = get_usher().enter(asked)
        except Refusal as refusal:
            return _answer(asked, refusal)
        _attach(request, known)
        return _finish(asked, known, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> Any:
        asked = read_request(request)
        try:
            known = await get_usher().aenter(asked)
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
    for cookie in known.set_cookies:
        response.cookies.load(cookie)
    return response


def _answer(asked: Asked, refusal: Refusal) -> Any:
    get_usher().log_refusal(asked, refusal)
    headers = refusal.headers()
    body = json.dumps(refusal.body(asked.trace_id))
    return HttpResponse(body, status=refusal.status, content_type=headers.pop("Content-Type"), headers=headers)

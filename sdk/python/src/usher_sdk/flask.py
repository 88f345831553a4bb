"""Flask: decorators for views, and one call that checks every request.

Example::

    usher = Usher(issuer=…, client_id=…, client_secret=…, audience=…, project=…)
    usher.init_app(app)

    @app.get("/orders/<id>")
    @usher.require_permission("Order:read", load=find_order)
    def order(id): return g.resource
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.local import LocalProxy

from . import usher as core
from .auth import Auth, User
from .core.refusal import Refusal
from .guard import Guard, Load
from .request import Known
from .web.mode import LONGEST_BODY
from .web.reply import Reply
from .wsgi import read_environ

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[P, R]], Callable[P, Any]]


class Usher(core.Usher):
    """The module, with decorators for Flask's views."""

    def init_app(self, app: Flask) -> None:
        """Check every request of an application, and answer refusals."""
        app.extensions["usher"] = self
        app.before_request(self._before)
        app.after_request(self._after)
        app.register_error_handler(Refusal, self._refuse)

    def _before(self) -> Response | None:
        g.usher = Known()
        asked = read_environ(request.environ)
        if self.answers(asked):
            body = request.stream.read(LONGEST_BODY + 1)
            return _response(self.answer(asked, body if len(body) <= LONGEST_BODY else b""))
        g.usher = self.enter(asked)
        return None

    def _after(self, response: Response) -> Response:
        known: Known = g.get("usher", Known())
        if self.owes_entity_check(known, response.status_code):
            return self._refuse(Refusal("entity_check_missing"))
        return response

    def _refuse(self, refusal: Refusal) -> Response:
        return _response(self.refuse(read_environ(request.environ), refusal))

    def require_auth(
        self, *, acr: str | None = None, max_age: int | None = None, fresh: bool = False
    ) -> Decorator[P, R]:
        """Somebody is signed in: so well (``acr``), so many seconds ago at most, and Usher says that it still stands
        (``fresh``).
        """
        return _guarded(self, Guard(acr=acr, max_age=max_age, fresh=fresh))

    def require_scope(self, *scopes: str) -> Decorator[P, R]:
        """The token has all of these scopes."""
        return _guarded(self, Guard(scopes=scopes))

    def require_role(self, *roles: str) -> Decorator[P, R]:
        """One of these roles is held."""
        return _guarded(self, Guard(roles=roles))

    def require_permission(self, permission: str, *, load: Load | None = None) -> Decorator[P, R]:
        """The access rules allow it. ``load`` is called with the arguments of the view, and what it gives is in
        ``g.resource``; where it is ``None`` the answer is 404.
        """
        return _guarded(self, Guard(permission=permission, load=load))


def _guarded(usher: Usher, guard: Guard) -> Decorator[P, R]:
    def decorate(view: Callable[P, R]) -> Callable[P, Any]:
        @functools.wraps(view)
        def guarded(*arguments: P.args, **named: P.kwargs) -> Any:
            found = get_auth()
            guard.check(found)
            if guard.fresh:
                usher.confirm(found)
            if guard.load is not None:
                g.resource = current_app.ensure_sync(guard.load)(*arguments, **named)
                guard.check_resource(found, g.resource)
            return current_app.ensure_sync(view)(*arguments, **named)

        return guarded

    return decorate


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, headers=reply.all_headers())


def get_auth() -> Auth:
    """Whoever sends the request.

    Raises:
        Refusal: it is nobody.
        RuntimeError: the module checks no requests.
    """
    return _known().somebody()


def find_auth() -> Auth | None:
    """Whoever sends the request; ``None`` for nobody."""
    return _known().auth


def _known() -> Known:
    known = g.get("usher")
    if not isinstance(known, Known):
        raise RuntimeError("the module checks no requests: usher.init_app(app)")
    return known


auth: Auth = LocalProxy(get_auth)  # type: ignore[assignment]
"""Whoever sends the request."""

__all__ = ["Auth", "Refusal", "User", "Usher", "auth", "find_auth", "get_auth"]

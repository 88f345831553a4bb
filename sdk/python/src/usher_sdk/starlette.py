"""Starlette: decorators for endpoints, and the middleware of :mod:`usher_sdk.asgi`.

Example::

    usher = Usher(issuer=…, client_id=…, client_secret=…, audience=…, project=…)

    @usher.require_permission("Order:read", load=find_order)
    async def order(request): …

    app = Starlette(routes=[…], lifespan=usher.lifespan, middleware=[Middleware(UsherMiddleware, usher=usher)])
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request

from . import usher as core
from .asgi import UsherMiddleware, auth_of, find_auth_of
from .auth import Auth, User
from .core.refusal import Refusal
from .guard import Guard

Endpoint = Callable[[Request], Any]
Decorator = Callable[[Endpoint], Callable[[Request], Awaitable[Any]]]
Load = Callable[[Request], Any]


class Usher(core.Usher):
    """The module, with decorators for Starlette's endpoints."""

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Starts and stops the module with the application."""
        async with self:
            yield

    def require_auth(self, *, acr: str | None = None, max_age: int | None = None, fresh: bool = False) -> Decorator:
        """Somebody is signed in: so well (``acr``), so many seconds ago at most, and Usher says that it still stands
        (``fresh``).
        """
        return self._guarded(Guard(acr=acr, max_age=max_age, fresh=fresh))

    def require_scope(self, *scopes: str) -> Decorator:
        """The token has all of these scopes."""
        return self._guarded(Guard(scopes=scopes))

    def require_role(self, *roles: str) -> Decorator:
        """One of these roles is held."""
        return self._guarded(Guard(roles=roles))

    def require_permission(self, permission: str, *, load: Load | None = None) -> Decorator:
        """The access rules allow it. ``load(request)`` gives the resource, and what it gives is in
        ``request.state.resource``; where it is ``None`` the answer is 404.
        """
        return self._guarded(Guard(permission=permission, load=load))

    def _guarded(self, guard: Guard) -> Decorator:
        def decorate(endpoint: Endpoint) -> Callable[[Request], Awaitable[Any]]:
            @functools.wraps(endpoint)
            async def guarded(request: Request) -> Any:
                auth = get_auth(request)
                guard.check(auth)
                if guard.fresh:
                    await self.aconfirm(auth)
                if guard.load is not None:
                    request.state.resource = await _call(guard.load, request)
                    guard.check_resource(auth, request.state.resource)
                return await _call(endpoint, request)

            return guarded

        return decorate


def get_auth(request: HTTPConnection) -> Auth:
    """Whoever sends a request.

    Raises:
        Refusal: it is nobody.
    """
    return auth_of(request.scope)


def find_auth(request: HTTPConnection) -> Auth | None:
    """Whoever sends a request; ``None`` for nobody."""
    return find_auth_of(request.scope)


async def _call(function: Callable[[Request], Any], request: Request) -> Any:
    """Call a function of either colour."""
    if inspect.iscoroutinefunction(function):
        return await function(request)
    found = await run_in_threadpool(function, request)
    return await found if inspect.isawaitable(found) else found


__all__ = ["Auth", "Refusal", "User", "Usher", "UsherMiddleware", "find_auth", "get_auth"]

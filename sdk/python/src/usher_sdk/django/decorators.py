"""Decorators for Django's views, of either colour."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from ..auth import Auth
from ..guard import Guard, Load
from ..request import Known
from .module import get_usher

View = TypeVar("View", bound=Callable[..., Any])


def require_auth(
    *, acr: str | None = None, max_age: int | None = None, fresh: bool = False
) -> Callable[[View], Callable[..., Any]]:
    """Somebody is signed in: so well (``acr``), so many seconds ago at most, and Usher says that it still stands
    (``fresh``).
    """
    return _guarded(Guard(acr=acr, max_age=max_age, fresh=fresh))


def require_scope(*scopes: str) -> Callable[[View], Callable[..., Any]]:
    """The token has all of these scopes."""
    return _guarded(Guard(scopes=scopes))


def require_role(*roles: str) -> Callable[[View], Callable[..., Any]]:
    """One of these roles is held."""
    return _guarded(Guard(roles=roles))


def require_permission(permission: str, *, load: Load | None = None) -> Callable[[View], Callable[..., Any]]:
    """The access rules allow it. ``load`` is called with the arguments of the view, and what it gives is in
    ``request.resource``; where it is ``None`` the answer is 404.
    """
    return _guarded(Guard(permission=permission, load=load))


usher_required = require_permission
"""Another name for :func:`require_permission`, beside Django's ``login_required``."""


def _guarded(guard: Guard) -> Callable[[View], Callable[..., Any]]:
    def decorate(view: View) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            auth = get_auth(request)
            guard.check(auth)
            if guard.fresh:
                get_usher().confirm(auth)
            if guard.load is not None:
                request.resource = guard.load(request, *arguments, **named)
                guard.check_resource(auth, request.resource)
            return view(request, *arguments, **named)

        @functools.wraps(view)
        async def aguarded(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            auth = get_auth(request)
            guard.check(auth)
            if guard.fresh:
                await get_usher().aconfirm(auth)
            if guard.load is not None:
                request.resource = await _call(guard.load, request, *arguments, **named)
                guard.check_resource(auth, request.resource)
            return await view(request, *arguments, **named)

        return aguarded if inspect.iscoroutinefunction(view) else guarded

    return decorate


def get_auth(request: HttpRequest) -> Auth:
    """Whoever sends a request.

    Raises:
        Refusal: it is nobody.
    """
    known = getattr(request, "usher", None)
    if not isinstance(known, Known):
        raise RuntimeError("usher_sdk.django.UsherMiddleware is not in settings.MIDDLEWARE")
    return known.somebody()


async def _call(function: Load, *arguments: Any, **named: Any) -> Any:
    """Call a function of either colour; one that blocks goes to a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(*arguments, **named)
    return await asyncio.to_thread(function, *arguments, **named)

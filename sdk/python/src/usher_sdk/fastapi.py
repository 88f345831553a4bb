"""FastAPI: dependencies, and the middleware of :mod:`usher_sdk.asgi`.

Example::

    usher = Usher(issuer=…, client_id=…, client_secret=…, audience=…, project=…)
    app = FastAPI(lifespan=usher.lifespan)
    app.add_middleware(UsherMiddleware, usher=usher)

    @app.get("/me")
    async def me(auth: Annotated[Auth, Depends(usher.require_auth())]): return auth.user
"""

# FastAPI reads annotations while the application runs: they are no texts here.
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from . import usher as core
from .asgi import UsherMiddleware, auth_of, find_auth_of
from .auth import Auth, User
from .core.refusal import Refusal

Dependency = Callable[..., Awaitable[Auth]]


class _Bearer(HTTPBearer):
    """Tells OpenAPI that an operation takes a bearer token. The middleware has looked at it before."""

    async def __call__(self, request: HTTPConnection) -> None:
        """Nothing; for WebSockets as well."""


_documented = _Bearer(scheme_name="Usher", bearerFormat="JWT")


class Usher(core.Usher):
    """The module, with FastAPI's dependencies."""

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Starts and stops the module with the application."""
        async with self:
            yield

    def require_auth(self, *, acr: str | None = None, max_age: int | None = None, fresh: bool = False) -> Dependency:
        """Somebody is signed in: so well (``acr``), so many seconds ago at most, and Usher says that it still stands
        (``fresh``).
        """

        async def dependency(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth:
            auth = auth_of(request.scope)
            auth.require_sign_in(acr, max_age)
            if fresh:
                await self.aconfirm(auth)
            return auth

        return dependency

    def find_auth(self) -> Callable[..., Awaitable[Auth | None]]:
        """Whoever it is, or ``None``: for what everybody may see, and some see more of."""

        async def dependency(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth | None:
            return find_auth_of(request.scope)

        return dependency

    def require_scope(self, *scopes: str) -> Dependency:
        """The token has all of these scopes."""

        async def dependency(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth:
            auth = auth_of(request.scope)
            auth.require_scope(*scopes)
            return auth

        return dependency

    def require_role(self, *roles: str) -> Dependency:
        """One of these roles is held."""

        async def dependency(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth:
            auth = auth_of(request.scope)
            auth.require_role(*roles)
            return auth

        return dependency

    def require_permission(self, permission: str, *, load: Callable[..., Any] | None = None) -> Dependency:
        """The access rules allow it. ``load`` is a dependency that gives the resource: with its own path parameters and
        dependencies, as any other. Where it gives ``None`` the answer is 404.

        Without ``load``, what depends on the resource passes, and the handler has to ask ``auth.can(permission, resource)``.
        """
        if load is None:

            async def without(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth:
                auth = auth_of(request.scope)
                auth.require(permission)
                return auth

            return without

        async def guarded(request: HTTPConnection, _: Any = Depends(_documented)) -> Auth:
            auth = auth_of(request.scope)
            # Before anything is loaded: nobody learns by a 404 what they may not see in any case.
            auth.require(permission)
            return auth

        async def dependency(auth: Auth = Depends(guarded), resource: Any = Depends(load)) -> Auth:
            if resource is None:
                raise Refusal("resource_missing")
            auth.require(permission, resource)
            return auth

        return dependency


__all__ = ["Auth", "Refusal", "User", "Usher", "UsherMiddleware"]

"""Starlette: decorators for endpoints of either colour."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import serving
from shop import ORDERS, TABLE, check_shop
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from usher_sdk.starlette import Usher, UsherMiddleware, find_auth, get_auth
from usher_sdk.testing import TestUsher, create_test_usher


@pytest.fixture(scope="module")
def test_usher() -> Any:
    return create_test_usher(Usher, policy=TABLE)


def make_app(usher: Usher) -> Starlette:
    async def health(request: Request) -> JSONResponse:
        auth = find_auth(request)
        return JSONResponse({"id": auth.user.id if auth else None})

    @usher.require_auth()
    async def me(request: Request) -> JSONResponse:
        return JSONResponse({"id": get_auth(request).user.id})

    @usher.require_scope("orders:write")
    def write(request: Request) -> JSONResponse:
        return JSONResponse({})

    @usher.require_role("chief")
    async def lead(request: Request) -> JSONResponse:
        return JSONResponse({})

    @usher.require_permission("Order:read", load=lambda request: ORDERS.get(request.path_params["id"]))
    def order(request: Request) -> JSONResponse:
        return JSONResponse(request.state.resource)

    async def forgetful(request: Request) -> JSONResponse:
        return JSONResponse(ORDERS[request.path_params["id"]])

    @usher.require_auth(fresh=True)
    async def fresh(request: Request) -> JSONResponse:
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/me", me),
            Route("/me", write, methods=["POST"]),
            Route("/me", lead, methods=["PUT"]),
            Route("/orders/{id}", order),
            Route("/forgetful/{id}", forgetful),
            Route("/fresh", fresh),
            Route("/unlisted", me),
        ],
        middleware=[Middleware(UsherMiddleware, usher=usher)],
    )


def test_a_shop_on_starlette(test_usher: TestUsher) -> None:
    with serving(make_app(test_usher.usher)) as client:  # type: ignore[arg-type]
        check_shop(test_usher, lambda method, path, headers: client.request(method, path, headers=headers))

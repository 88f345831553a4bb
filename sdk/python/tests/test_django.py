"""Django: the middleware and the decorators, for views of either colour."""

from __future__ import annotations

import asyncio
from typing import Any

import django_project
import pytest
from shop import ORDERS, TABLE, check_shop

from usher_sdk.testing import TestUsher, create_test_usher

django_project.setup()

from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.test import AsyncClient, Client  # noqa: E402
from django.urls import path  # noqa: E402

from usher_sdk.django import require_auth, require_role, require_scope, set_usher, usher_required  # noqa: E402


def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"id": request.auth.user.id if request.auth else None})


def me(request: HttpRequest) -> JsonResponse:
    by_method = {"POST": require_scope("orders:write"), "PUT": require_role("chief")}
    return by_method.get(request.method, require_auth())(lambda r: JsonResponse({"id": r.auth.user.id}))(request)


@usher_required("Order:read", load=lambda request, id: ORDERS.get(id))
def order(request: HttpRequest, id: str) -> JsonResponse:
    return JsonResponse(request.resource)


def forgetful(request: HttpRequest, id: str) -> JsonResponse:
    return JsonResponse(ORDERS[id])


@require_auth(fresh=True)
def fresh(request: HttpRequest) -> JsonResponse:
    return JsonResponse({})


@usher_required("Order:read", load=lambda request, id: ORDERS.get(id))
async def async_order(request: HttpRequest, id: str) -> JsonResponse:
    return JsonResponse(request.resource)


async def async_forgetful(request: HttpRequest, id: str) -> JsonResponse:
    return JsonResponse(ORDERS[id])


@require_auth(fresh=True)
async def async_fresh(request: HttpRequest) -> JsonResponse:
    return JsonResponse({})


SYNC = [
    path("health", health),
    path("me", me),
    path("orders/<id>", order),
    path("forgetful/<id>", forgetful),
    path("fresh", fresh),
]
ASYNC = [
    path("health", health),
    path("me", me),
    path("orders/<id>", async_order),
    path("forgetful/<id>", async_forgetful),
    path("fresh", async_fresh),
]


@pytest.fixture
def test_usher() -> Any:
    test = create_test_usher(policy=TABLE)
    set_usher(test.usher)
    yield test
    set_usher(None)


def in_django(answer: Any) -> Any:
    answer.text = answer.content.decode()
    return answer


def test_a_shop_on_django(test_usher: TestUsher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_project, "urlpatterns", SYNC)
    _forget_routes()
    client = Client()
    check_shop(test_usher, lambda method, path, headers: in_django(client.generic(method, path, headers=dict(headers))))


def test_a_shop_on_asynchronous_django(test_usher: TestUsher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_project, "urlpatterns", ASYNC)
    _forget_routes()
    client = AsyncClient()

    def ask(method: str, path: str, headers: Any) -> Any:
        return in_django(asyncio.run(client.generic(method, path, headers=dict(headers))))

    check_shop(test_usher, ask)


def _forget_routes() -> None:
    from django.urls import clear_url_caches

    clear_url_caches()

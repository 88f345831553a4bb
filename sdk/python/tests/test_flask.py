"""Flask: decorators for views, behind the module's check of every request."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from shop import ORDERS, TABLE, check_shop

from usher_sdk.flask import Usher, auth, find_auth
from usher_sdk.testing import create_test_usher


def make_app(usher: Usher) -> Flask:
    app = Flask(__name__)
    usher.init_app(app)

    @app.get("/health")
    def health() -> Any:
        found = find_auth()
        return {"id": found.user.id if found else None}

    @app.get("/me")
    @usher.require_auth()
    def me() -> Any:
        return {"id": auth.user.id}

    @app.post("/me")
    @usher.require_scope("orders:write")
    def write() -> Any:
        return {}

    @app.put("/me")
    @usher.require_role("chief")
    def lead() -> Any:
        return {}

    @app.get("/orders/<id>")
    @usher.require_permission("Order:read", load=lambda id: ORDERS.get(id))
    def order(id: str) -> Any:
        return g.resource

    @app.get("/forgetful/<id>")
    def forgetful(id: str) -> Any:
        return ORDERS[id]

    @app.get("/fresh")
    @usher.require_auth(fresh=True)
    def fresh() -> Any:
        return {}

    return app


def test_a_shop_on_flask() -> None:
    test = create_test_usher(Usher, policy=TABLE)
    client = make_app(test.usher).test_client()  # type: ignore[arg-type]
    check_shop(test, lambda method, path, headers: client.open(path, method=method, headers=dict(headers)))
    assert client.get("/me/..%2fforgetful/mine").status_code == 400

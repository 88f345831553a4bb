"""A FastAPI service in front of a real Usher: who may pass, and how soon each cause of revocation is heard."""

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import httpx
import pytest
from conftest import bearer, eventually, serving
from fastapi import Depends, FastAPI, WebSocket
from server import RULES, Person, Server, Tokens
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from usher_sdk.fastapi import Auth, Usher, UsherMiddleware

ORDERS: dict[str, dict[str, Any]] = {}


def find_order(id: str) -> dict[str, Any] | None:
    return ORDERS.get(id)


def make_app(usher: Usher) -> FastAPI:
    app = FastAPI(lifespan=usher.lifespan)
    app.add_middleware(UsherMiddleware, usher=usher)

    @app.get("/health")
    async def health(auth: Annotated[Auth | None, Depends(usher.find_auth())]) -> Any:
        return {"somebody": auth.user.id if auth else None}

    @app.get("/me")
    async def me(auth: Annotated[Auth, Depends(usher.require_auth())]) -> Any:
        return auth.user

    @app.get("/fresh")
    async def fresh(auth: Annotated[Auth, Depends(usher.require_auth())]) -> Any:
        return auth.user

    @app.post("/me", dependencies=[Depends(usher.require_scope("orders:write"))])
    async def write() -> None: ...

    @app.get("/vault")
    async def vault() -> None: ...

    @app.put("/me", dependencies=[Depends(usher.require_role("chief", "boss"))])
    async def lead() -> None: ...

    @app.get("/orders/{id}", dependencies=[Depends(usher.require_permission("Order:read", load=find_order))])
    async def order(id: str) -> Any:
        return ORDERS[id]

    @app.get("/forgetful/{id}")
    async def forgetful(id: str) -> Any:
        return ORDERS[id]

    @app.get("/admin")
    async def admin() -> None: ...

    @app.websocket("/me")
    async def socket(socket: WebSocket, auth: Annotated[Auth, Depends(usher.require_auth())]) -> None:
        await socket.accept()
        await socket.send_text(auth.user.id)
        await socket.close()

    @app.get("/unlisted")
    async def unlisted() -> None: ...

    return app


@pytest.fixture(scope="module")
def service(usher_server: Server) -> Iterator[tuple[httpx.Client, Usher]]:
    usher = Usher(**usher_server.options())
    with serving(make_app(usher)) as client:
        yield client, usher


@pytest.fixture
def client(service: tuple[httpx.Client, Usher]) -> httpx.Client:
    return service[0]


@pytest.fixture
def person(usher_server: Server) -> Person:
    return usher_server.person()


@pytest.fixture
def tokens(person: Person) -> Tokens:
    return person.sign_in()


def test_somebody_with_a_token_is_known(client: httpx.Client, tokens: Tokens) -> None:
    answer = client.get("/me", headers=bearer(tokens.access))
    assert answer.status_code == 200
    assert answer.json()["id"] == tokens.sub


def test_nobody_is_told_how_to_call(client: httpx.Client) -> None:
    answer = client.get("/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "AUTH_REQUIRED"
    assert client.get("/health").status_code == 200


def test_a_public_route_needs_no_good_token(client: httpx.Client) -> None:
    assert client.get("/health", headers=bearer("garbage")).json() == {"somebody": None}
    assert client.get("/me", headers=bearer("garbage")).json()["code"] == "AUTH_INVALID"


def test_a_socket_is_for_somebody_as_well(client: httpx.Client, tokens: Tokens) -> None:
    address = str(client.base_url.join("/me")).replace("http", "ws")
    with connect(address, additional_headers=bearer(tokens.access), proxy=None) as socket:
        assert socket.recv(5) == tokens.sub
    with pytest.raises(InvalidStatus), connect(address, proxy=None):
        pass


def test_the_trace_of_the_request_is_in_the_answer(client: httpx.Client) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = client.get("/me", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.json()["traceId"] == trace


def test_a_machine_is_known_and_is_no_person(client: httpx.Client, usher_server: Server) -> None:
    assert client.get("/me", headers=bearer(usher_server.machine_token())).json()["id"].startswith("client_")


def test_a_scope_is_needed(client: httpx.Client, tokens: Tokens) -> None:
    answer = client.post("/me", headers=bearer(tokens.access))
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="orders:write"'


def test_a_role_is_needed(client: httpx.Client, usher_server: Server, person: Person, tokens: Tokens) -> None:
    assert client.put("/me", headers=bearer(tokens.access)).status_code == 403
    usher_server.assign("chief", tokens.sub)
    assert client.put("/me", headers=bearer(person.sign_in().access)).status_code == 200


def test_a_stronger_sign_in_is_asked_for(client: httpx.Client, tokens: Tokens) -> None:
    answer = client.get("/vault", headers=bearer(tokens.access))
    assert answer.status_code == 401
    assert 'error="insufficient_user_authentication"' in answer.headers["www-authenticate"]
    assert answer.json()["details"] == {"acr_values": "aal2", "max_age": 900}


def test_the_resource_decides(client: httpx.Client, usher_server: Server, person: Person, tokens: Tokens) -> None:
    usher_server.assign("viewer", tokens.sub)
    token = bearer(person.sign_in().access)
    ORDERS.update(mine={"owner_id": tokens.sub}, theirs={"owner_id": "somebody else"})
    assert client.get("/orders/mine", headers=token).status_code == 200
    assert client.get("/orders/theirs", headers=token).status_code == 403
    assert client.get("/orders/none", headers=token).status_code == 404
    assert client.get("/orders/mine", headers=bearer(tokens.access)).status_code == 401, (
        "the role came after that token"
    )
    stranger = bearer(usher_server.person().sign_in().access)
    assert client.get("/orders/none", headers=stranger).status_code == 403, "nobody learns what is not there"


def test_a_handler_that_forgets_the_resource_shows_nothing(
    client: httpx.Client, usher_server: Server, person: Person, tokens: Tokens
) -> None:
    usher_server.assign("viewer", tokens.sub)
    ORDERS.update(secret={"owner_id": "somebody else", "content": "secret"})
    answer = client.get("/forgetful/secret", headers=bearer(person.sign_in().access))
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_what_no_rule_speaks_of_is_denied(client: httpx.Client, tokens: Tokens) -> None:
    assert client.get("/unlisted", headers=bearer(tokens.access)).status_code == 403
    assert client.get("/me/..%2fadmin", headers=bearer(tokens.access)).json()["code"] == "REQUEST_INVALID"


def test_another_project_cannot_copy_the_audience(client: httpx.Client, usher_server: Server) -> None:
    other = usher_server.usher("project", "create", "--name", "Other")
    thief = usher_server.usher(
        "client", "create", "--project", other["id"], "--type", "machine", "--name", "thief",
        "--scope", "orders",
    )  # fmt: skip
    pair = (thief["client_id"], thief["client_secret"])
    form = {"grant_type": "client_credentials"}
    copied = {**form, "resource": "https://api.shop.example"}
    refused = usher_server.http.post(usher_server.issuer + "/oauth2/token", data=copied, auth=pair)
    assert refused.json()["error"] == "invalid_target"
    token = usher_server.http.post(usher_server.issuer + "/oauth2/token", data=form, auth=pair).json()["access_token"]
    answer = client.get("/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_INVALID")


Cause = Callable[[Server, Person, Tokens], object]


def administrator(server: Server) -> Person:
    person = server.person("--admin")
    person.sign_in()
    return person


def sign_out(server: Server, person: Person, tokens: Tokens) -> object:
    return person.api("POST", "auth/logout")


def sign_out_at_the_application(server: Server, person: Person, tokens: Tokens) -> object:
    return person.browser.get(f"{server.issuer}/oauth2/logout?id_token_hint={tokens.id_token}")


def session_ended_by_its_owner(server: Server, person: Person, tokens: Tokens) -> object:
    other = person.again()
    other.sign_in()
    return other.api("DELETE", f"auth/sessions/{tokens.claims['sid']}")


def ended_by_an_administrator(server: Server, person: Person, tokens: Tokens) -> object:
    return administrator(server).api("POST", f"admin/users/{tokens.sub}/revoke")


def password_changed(server: Server, person: Person, tokens: Tokens) -> object:
    other = person.again()
    other.sign_in()
    change = {"current_password": person.password, "new_password": "a loud yellow window"}
    return other.api("POST", "auth/change-password", change)


def user_disabled(server: Server, person: Person, tokens: Tokens) -> object:
    return administrator(server).api("POST", f"admin/users/{tokens.sub}/disable")


def role_given(server: Server, person: Person, tokens: Tokens) -> object:
    return server.assign("viewer", tokens.sub)


def token_revoked(server: Server, person: Person, tokens: Tokens) -> object:
    pair = (server.web["client_id"], server.web["client_secret"])
    return server.http.post(server.issuer + "/oauth2/revoke", data={"token": tokens.access}, auth=pair)


def grant_revoked(server: Server, person: Person, tokens: Tokens) -> object:
    pair = (server.web["client_id"], server.web["client_secret"])
    return server.http.post(server.issuer + "/oauth2/revoke", data={"token": tokens.refresh}, auth=pair)


def refresh_token_reused(server: Server, person: Person, tokens: Tokens) -> object:
    tokens.renewed().renewed()
    with pytest.raises(AssertionError, match="invalid_grant"):
        tokens.renewed()
    return True


CAUSES: list[Cause] = [
    sign_out,
    sign_out_at_the_application,
    session_ended_by_its_owner,
    ended_by_an_administrator,
    password_changed,
    user_disabled,
    role_given,
    token_revoked,
    grant_revoked,
    refresh_token_reused,
]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_a_revocation_is_heard_within_a_second(
    cause: Cause, client: httpx.Client, usher_server: Server, person: Person, tokens: Tokens
) -> None:
    token = bearer(tokens.access)
    assert client.get("/me", headers=token).status_code == 200
    done = cause(usher_server, person, tokens)
    assert not isinstance(done, httpx.Response) or done.status_code < 400, done.text
    began = time.monotonic()
    eventually(lambda: client.get("/me", headers=token).status_code == 401, 5)
    assert time.monotonic() - began < 1
    assert client.get("/me", headers=token).json()["code"] == "AUTH_INVALID"


def test_a_client_that_is_gone_takes_its_tokens_along(client: httpx.Client, usher_server: Server) -> None:
    machine = usher_server.client("machine", "doomed", "--grant-type", "client_credentials")
    pair, form = (machine["client_id"], machine["client_secret"]), {"grant_type": "client_credentials"}
    found = usher_server.http.post(usher_server.issuer + "/oauth2/token", data=form, auth=pair).json()
    token = bearer(found["access_token"])
    assert client.get("/me", headers=token).status_code == 200
    assert usher_server.api("DELETE", f"projects/{usher_server.project}/clients/{machine['client_id']}").is_success
    eventually(lambda: client.get("/me", headers=token).status_code == 401, 1)


def test_other_rules_apply_within_a_second(
    service: tuple[httpx.Client, Usher], usher_server: Server, tokens: Tokens
) -> None:
    client, usher = service
    token = bearer(tokens.access)
    assert client.get("/admin", headers=token).status_code == 403
    revision = usher_server.publish({**RULES, "routes": [{"methods": ["*"], "path": "/*", "auth": True}]})
    eventually(lambda: client.get("/admin", headers=token).status_code == 200, 1)
    assert usher.status().policy_revision == revision
    listeners = usher_server.api("GET", f"projects/{usher_server.project}/sync/subscribers")
    eventually(
        lambda: (
            revision
            in [
                one["policy_revision"]
                for one in usher_server.api("GET", f"projects/{usher_server.project}/sync/subscribers").json()[
                    "subscribers"
                ]
            ]
        ),
        2,
    )
    assert listeners.status_code == 200
    revision = usher_server.publish(RULES)
    eventually(lambda: usher.status().policy_revision == revision, 1)


def test_usher_is_asked_where_the_route_says_so(client: httpx.Client, tokens: Tokens) -> None:
    assert client.get("/fresh", headers=bearer(tokens.access)).status_code == 200


def test_sessions_that_were_seen_are_listed(service: tuple[httpx.Client, Usher], tokens: Tokens) -> None:
    client, usher = service
    for _ in range(3):
        client.get("/me", headers=bearer(tokens.access))
    seen = usher.sessions()[0]
    assert (seen.sid, seen.sub, seen.requests) == (tokens.claims["sid"], tokens.sub, 3)
    assert usher._follower is not None
    usher._follower.report()

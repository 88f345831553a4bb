"""Web mode on a real Usher: people sign in, come back to what they asked for, and are signed out wherever that happens."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import django_project
import httpx
import pytest
from conftest import eventually, serving
from fastapi import Depends, FastAPI
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey
from server import Person, Server, free_port
from vectors import load
from werkzeug.serving import make_server

from usher_sdk import ConfigError, FileStore, IssuerError, Usher
from usher_sdk.core.keys import KeyRing
from usher_sdk.core.logout_token import EVENT, read_logout_token
from usher_sdk.core.token import TokenRefused
from usher_sdk.fastapi import Auth, UsherMiddleware
from usher_sdk.fastapi import Usher as FastAPIUsher
from usher_sdk.flask import Usher as FlaskUsher
from usher_sdk.flask import auth as flask_auth
from usher_sdk.request import Asked
from usher_sdk.web.reply import safe_return
from usher_sdk.web.seal import Sealer
from usher_sdk.web.tokens import TokensRefused

SECRET = "a secret of the tests, long enough"


class Shop:
    """An application in web mode, and where it is."""

    def __init__(self, base: str, usher: Usher) -> None:
        self.base = base
        self.usher = usher

    def sign_in(self, person: Person, path: str = "/me") -> httpx.Response:
        """Ask for a page, sign in on the way, and get it."""
        callback = person.go(self.base + path, self.base + "/auth/callback")
        back = person.browser.get(callback)
        assert back.status_code == 303, back.text
        return person.browser.get(self.base + back.headers["location"])

    def me(self, person: Person) -> httpx.Response:
        """Who is signed in, as a script of the page asks."""
        return person.browser.get(self.base + "/me", headers={"Accept": "application/json"})


def options(server: Server, base: str, **more: Any) -> dict[str, Any]:
    client = server.usher(
        "client", "create", "--project", server.project, "--type", "web", "--name", f"web {base}",
        "--redirect-uri", base + "/auth/callback", "--post-logout-redirect-uri", base + "/",
        "--backchannel-logout-uri", base + "/auth/backchannel-logout",
        "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--grant-type", "client_credentials",
        "--scope", "openid profile email offline_access roles usher:sync", "--first-party",
    )  # fmt: skip
    return {
        "issuer": server.issuer, "client_id": client["client_id"], "client_secret": client["client_secret"],
        "project": server.project, "mode": "web", "base_url": base, "secret": SECRET, **more,
    }  # fmt: skip


@contextmanager
def on_fastapi(given: dict[str, Any], port: int) -> Iterator[Usher]:
    usher = FastAPIUsher(**given)
    app = FastAPI(lifespan=usher.lifespan)
    app.add_middleware(UsherMiddleware, usher=usher)

    @app.api_route("/me", methods=["GET", "POST"])
    async def me(auth: Annotated[Auth, Depends(usher.require_auth())]) -> Any:
        return {"id": auth.user.id, "email": auth.user.email, "roles": auth.user.roles}

    @app.get("/")
    async def home() -> Any:
        return {}

    with serving(app, port):
        yield usher


@contextmanager
def on_wsgi(app: Any, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def on_flask(given: dict[str, Any], port: int) -> Iterator[Usher]:
    usher = FlaskUsher(**given)
    app = Flask("web")
    usher.init_app(app)

    @app.route("/me", methods=["GET", "POST"])
    @usher.require_auth()
    def me() -> Any:
        user = flask_auth.user
        return {"id": user.id, "email": user.email, "roles": user.roles}

    @app.get("/")
    def home() -> Any:
        return {}

    with on_wsgi(app, port):
        yield usher
    usher.close()


@contextmanager
def on_django(given: dict[str, Any], port: int) -> Iterator[Usher]:
    django_project.setup()
    from django.core.wsgi import get_wsgi_application
    from django.http import JsonResponse
    from django.urls import clear_url_caches, path

    from usher_sdk.django import require_auth, set_usher

    @require_auth()
    def me(request: Any) -> Any:
        user = request.auth.user
        return JsonResponse({"id": user.id, "email": user.email, "roles": user.roles})

    clear_url_caches()
    django_project.urlpatterns[:] = [path("me", me), path("", lambda request: JsonResponse({}))]
    usher = Usher(**given)
    set_usher(usher)
    with on_wsgi(get_wsgi_application(), port):
        yield usher
    set_usher(None)
    django_project.urlpatterns[:] = []
    clear_url_caches()
    usher.close()


@pytest.fixture(scope="module", params=[on_fastapi, on_flask, on_django], ids=["fastapi", "flask", "django"])
def shop(request: pytest.FixtureRequest, usher_server: Server) -> Iterator[Shop]:
    port = free_port()
    base = f"http://localhost:{port}"
    with request.param(options(usher_server, base), port) as usher:
        yield Shop(base, usher)


@pytest.fixture
def person(usher_server: Server) -> Person:
    return usher_server.person()


def test_somebody_signs_in_and_comes_back_to_what_they_asked_for(shop: Shop, person: Person) -> None:
    answer = shop.sign_in(person, "/me?page=2")
    assert answer.status_code == 200
    assert str(answer.url).endswith("/me?page=2")
    assert answer.json()["email"] == person.email
    assert shop.me(person).status_code == 200


def test_a_page_learns_who_is_signed_in_and_what_they_may_do(shop: Shop, person: Person, usher_server: Server) -> None:
    def told() -> Any:
        return person.browser.get(shop.base + "/auth/me").json()

    assert told() == {"user": None, "permissions": {}}
    sub = shop.sign_in(person).json()["id"]
    usher_server.assign("viewer", sub)
    eventually(lambda: told()["user"]["roles"] == ["viewer"])
    assert told()["user"]["email"] == person.email
    mine = {"op": "eq", "left": {"field": "owner_id"}, "right": {"value": sub}, "negated": False}
    assert told()["permissions"] == {
        "Admin:use": False, "Order:list": mine, "Order:read": mine, "Order:update": mine,
    }  # fmt: skip


def test_whoever_cannot_sign_in_strongly_enough_is_not_sent_round_for_ever(shop: Shop, person: Person) -> None:
    login = person.browser.get(shop.base + "/auth/login", params={"acr_values": "aal9"})
    callback = person.go(login.headers["location"], shop.base + "/auth/callback")
    assert person.browser.get(callback).status_code == 400


def test_a_script_is_told_instead_of_sent_to_sign_in(shop: Shop, person: Person) -> None:
    answer = shop.me(person)
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_REQUIRED")


def test_the_cookie_holds_a_name_and_no_script_reads_it(shop: Shop, person: Person) -> None:
    callback = person.go(shop.base + "/me", shop.base + "/auth/callback")
    cookies = person.browser.get(callback).headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("usher-app="))
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert attribute in session
    assert "Secure" not in session, "on http://localhost alone"
    assert len(session) < 400


def test_an_answer_that_nobody_asked_for_signs_nobody_in(shop: Shop, person: Person, usher_server: Server) -> None:
    callback = person.go(shop.base + "/me", shop.base + "/auth/callback")
    victim = usher_server.person()
    assert victim.browser.get(callback).status_code == 400
    other = callback.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F&was=")
    assert person.browser.get(other).status_code == 400, "another issuer's answer (RFC 9207)"
    assert person.browser.get(callback).status_code == 303
    assert person.browser.get(callback).status_code == 400, "an answer counts once"


def test_nobody_is_sent_to_another_host(shop: Shop, person: Person) -> None:
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"):
        login = person.browser.get(shop.base + "/auth/login", params={"return_to": evil})
        callback = person.go(login.headers["location"], shop.base + "/auth/callback")
        assert person.browser.get(callback).headers["location"] == "/"


def test_a_page_of_another_site_changes_nothing(shop: Shop, person: Person) -> None:
    shop.sign_in(person)
    headers = {"Accept": "application/json"}
    for forged in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = person.browser.post(shop.base + "/me", headers={**headers, **forged})
        assert answer.status_code == 403, forged
    assert person.browser.get(shop.base + "/auth/logout").status_code == 403
    assert person.browser.post(shop.base + "/auth/logout", headers={"Origin": "null"}).status_code == 403
    assert person.browser.post(shop.base + "/me", headers={**headers, "Origin": shop.base}).status_code == 200


def test_a_page_of_another_site_opens_no_socket(shop: Shop, person: Person) -> None:
    shop.sign_in(person)
    cookies = {"usher-app": person.browser.cookies.get("usher-app") or ""}

    def opened_from(origin: str) -> str:
        known = shop.usher.identify(Asked("GET", "/me", {"upgrade": "websocket", "origin": origin}, cookies=cookies))
        return known.refusal.reason if known.refusal else ""

    assert opened_from(shop.base) == ""
    for origin in ("https://evil.example", "null", shop.base + ".evil.example"):
        assert opened_from(origin) == "request_forged"


def test_signing_out_ends_it_here_and_at_usher(shop: Shop, person: Person) -> None:
    shop.sign_in(person)
    answer = person.browser.post(shop.base + "/auth/logout", headers={"Origin": shop.base})
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query)["post_logout_redirect_uri"] == [shop.base + "/"]
    back = person.go(answer.headers["location"], shop.base + "/")
    assert back == shop.base + "/"
    assert shop.me(person).status_code == 401
    assert person.api("GET", "me").status_code == 401


def test_a_stolen_cookie_is_worth_nothing_after_sign_out(shop: Shop, person: Person) -> None:
    shop.sign_in(person)
    stolen = person.browser.cookies.get("usher-app")
    person.browser.post(shop.base + "/auth/logout", headers={"Origin": shop.base})
    answer = httpx.get(shop.base + "/me", cookies={"usher-app": stolen}, trust_env=False)
    assert answer.status_code == 401


def test_signing_out_at_usher_signs_out_here(shop: Shop, person: Person) -> None:
    shop.sign_in(person)
    person.api("POST", "auth/logout")
    eventually(lambda: shop.me(person).status_code == 401, 5)


def test_a_role_that_is_given_counts_without_another_sign_in(shop: Shop, person: Person, usher_server: Server) -> None:
    sub = shop.sign_in(person).json()["id"]
    assert shop.me(person).json()["roles"] == []
    usher_server.assign("viewer", sub)
    eventually(lambda: shop.me(person).json().get("roles") == ["viewer"], 5)


def test_many_requests_at_once_get_one_new_token(shop: Shop, person: Person, usher_server: Server) -> None:
    sub = shop.sign_in(person).json()["id"]
    usher_server.assign("chief", sub)
    cookie = {"usher-app": person.browser.cookies.get("usher-app") or ""}

    async def ask() -> list[int]:
        async with httpx.AsyncClient(base_url=shop.base, trust_env=False, cookies=cookie, timeout=20) as client:
            return [answer.status_code for answer in await asyncio.gather(*(client.get("/me") for _ in range(20)))]

    assert asyncio.run(ask()) == [200] * 20
    assert shop.me(person).json()["roles"] == ["chief"]


def test_garbage_in_a_cookie_is_nobody(shop: Shop) -> None:
    for garbage in ("x", "a.b.c.d.e", "eyJhbGciOiJub25lIn0.e30."):
        answer = httpx.get(shop.base + "/me", cookies={"usher-app": garbage}, trust_env=False)
        assert answer.status_code == 401


def test_a_notice_of_logout_has_to_be_usher_s(shop: Shop) -> None:
    for body in ({}, {"logout_token": "garbage"}):
        answer = httpx.post(shop.base + "/auth/backchannel-logout", data=body, trust_env=False)
        assert answer.status_code == 400
    assert httpx.get(shop.base + "/auth/backchannel-logout", trust_env=False).status_code == 405


def test_sessions_outlive_the_application_in_a_file(usher_server: Server, person: Person, tmp_path: Any) -> None:
    port = free_port()
    base = f"http://localhost:{port}"
    given = options(usher_server, base)
    with on_flask({**given, "storage": FileStore(tmp_path / "store")}, port) as usher:
        assert Shop(base, usher).sign_in(person).status_code == 200
    given["storage"] = FileStore(tmp_path / "store")
    with on_flask({**given, "secret": ["a new secret of the tests, long enough", SECRET]}, port) as usher:
        assert Shop(base, usher).me(person).status_code == 200, "a secret that is replaced still opens"
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"eyJ0eXAi" not in file.read_bytes()


def test_several_processes_have_the_same_sessions(
    usher_server: Server, person: Person, redis_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("redis")
    from usher_sdk.stores.redis import RedisStore

    port = free_port()
    base = f"http://localhost:{port}"
    given = options(usher_server, base)

    def store() -> RedisStore:
        return RedisStore(f"redis://127.0.0.1:{redis_port}", prefix=f"web{port}:")

    with on_flask({**given, "storage": store()}, port) as usher, Usher(**{**given, "storage": store()}) as other:
        shop = Shop(base, usher)
        shop.sign_in(person)
        asked = Asked("GET", "/me", {}, cookies={"usher-app": person.browser.cookies.get("usher-app") or ""})
        assert other.identify(asked).somebody().user.email == person.email
        # One of them is refused for the other was faster, and goes on with what that one got.
        slow = other.identify(asked).somebody().token
        assert usher.web is not None
        assert other.web is not None
        monkeypatch.setattr("usher_sdk.web.mode._EARLY", 601)
        newer = usher.identify(asked).somebody().token
        assert newer != slow
        monkeypatch.setattr("usher_sdk.web.mode._EARLY", 30)

        def refused(*arguments: Any) -> Any:
            raise TokensRefused("invalid_grant")

        monkeypatch.setattr("usher_sdk.web.mode.exchange", refused)
        name = other.web._sessions.name_in(asked.cookies["usher-app"]) or ""
        session = other.web._sessions.load(name, other.engine.now())
        assert session is not None
        old = replace(session, access_token=slow, refresh_token="an older one")
        assert other.web._refresh(name, old).access_token == newer
        person.browser.post(base + "/auth/logout", headers={"Origin": base})
        assert other.identify(asked).auth is None


@pytest.mark.parametrize("case", load("returns.json")["cases"], ids=lambda case: case["name"])
def test_where_people_may_be_sent_back_to(case: dict[str, Any]) -> None:
    assert safe_return(case["wanted"]) == case["path"]


def test_an_address_without_end_is_none() -> None:
    assert safe_return("/" + "a" * 2000) == "/"


def test_what_was_sealed_for_something_else_does_not_open() -> None:
    sealed = Sealer([SECRET], "cookie").seal({"name": "x"})
    assert Sealer([SECRET], "cookie").open(sealed) == {"name": "x"}
    assert Sealer(["another secret", SECRET], "cookie").open(sealed) == {"name": "x"}
    assert Sealer([SECRET], "session").open(sealed) is None
    assert Sealer(["another secret"], "cookie").open(sealed) is None


@pytest.mark.parametrize("missing", ["base_url", "secret", "client_secret"])
def test_web_mode_says_what_it_needs(missing: str) -> None:
    given = {
        "issuer": "https://id.example.com", "client_id": "c", "client_secret": "s", "mode": "web", "policy": False,
        "base_url": "https://shop.example.com", "secret": SECRET,
    }  # fmt: skip
    with pytest.raises(ConfigError, match=missing):
        Usher(**{**given, missing: None})
    with pytest.raises(ConfigError, match="32"):
        Usher(**{**given, "secret": "short"})


def test_logout_tokens_are_told_from_everything_else() -> None:
    key = ECKey.generate_key("P-256", parameters={"kid": "k", "alg": "ES256", "use": "sig"})
    keys = KeyRing.read({"keys": [key.as_dict(private=False)]})
    good = {"iss": "i", "aud": "c", "iat": 1000, "exp": 1120, "jti": "j", "sid": "s", "events": {EVENT: {}}}

    def reason(change: dict[str, Any], typ: str = "logout+jwt", now: float = 1000) -> str:
        claims = {name: value for name, value in {**good, **change}.items() if value is not None}
        text = jws.serialize_compact(
            {"alg": "ES256", "kid": "k", "typ": typ}, json.dumps(claims).encode(), key, algorithms=["ES256"]
        )
        try:
            read_logout_token(text, keys, ["ES256"], "i", "c", 30, now)
        except TokenRefused as refused:
            return refused.reason
        return ""

    assert reason({}) == ""
    for change, why in [
        ({"iss": "x"}, "issuer_wrong"), ({"aud": "x"}, "audience_wrong"), ({"jti": None}, "claim_missing"),
        ({"nonce": "n"}, "claim_invalid"), ({"events": {}}, "claim_invalid"), ({"events": None}, "claim_invalid"),
        ({"sid": None}, "claim_missing"), ({"iat": 1100}, "token_not_yet_valid"),
    ]:  # fmt: skip
        assert reason(change) == why, change
    assert reason({}, typ="JWT") == "typ_refused"
    assert reason({}, now=1151) == "token_expired"


def test_tokens_for_somebody_else_sign_nobody_in_and_lead_nobody_round(person: Person) -> None:
    port = free_port()
    base = f"http://localhost:{port}"
    with on_flask(options(person.server, base, audience="https://api.other.example"), port) as usher:
        shop = Shop(base, usher)
        callback = person.go(base + "/me", base + "/auth/callback")
        assert person.browser.get(callback).status_code == 400
        assert shop.me(person).status_code == 401


def test_tokens_are_renewed_before_they_end(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    server = person.server
    port = free_port()
    base = f"http://localhost:{port}"
    with on_flask(options(server, base), port) as usher:
        shop = Shop(base, usher)
        shop.sign_in(person)
        assert usher.web is not None
        asked = Asked("GET", "/me", {}, cookies={"usher-app": person.browser.cookies.get("usher-app") or ""})
        first = usher.identify(asked).somebody().token
        assert usher.identify(asked).somebody().token == first
        monkeypatch.setattr("usher_sdk.web.mode._EARLY", 601)
        second = usher.identify(asked).somebody().token
        assert second != first

        def away(*arguments: Any, **named: Any) -> Any:
            raise IssuerError("Usher is away")

        monkeypatch.setattr(usher.engine.issuer, "send", away)
        assert usher.identify(asked).somebody().token == second, (
            "a token that is still good is used while Usher is away"
        )


def test_back_channel_logout_alone_signs_people_out(usher_server: Server, person: Person) -> None:
    port = free_port()
    base = f"http://localhost:{port}"
    given = options(usher_server, base, sync={"transport": "off"})
    with on_flask(given, port) as usher:
        shop = Shop(base, usher)
        assert shop.sign_in(person).status_code == 200
        other = usher_server.person()
        assert shop.sign_in(other).status_code == 200
        person.api("POST", "auth/logout")
        eventually(lambda: shop.me(person).status_code == 401, 10)
        assert shop.me(other).status_code == 200


def test_whoever_was_signed_out_by_a_notice_signs_in_again(usher_server: Server, person: Person) -> None:
    """A client that is put out of use signs everybody out, and their sessions at Usher go on."""
    port = free_port()
    base = f"http://localhost:{port}"
    given = options(usher_server, base)
    with on_flask(given, port) as usher:
        shop = Shop(base, usher)
        assert shop.sign_in(person).status_code == 200
        usher_server.usher("client", "disable", given["client_id"])
        eventually(lambda: shop.me(person).status_code == 401, 10)
        usher_server.usher("client", "enable", given["client_id"])
        eventually(lambda: usher.status().connected, 40)
        eventually(lambda: shop.sign_in(person).status_code == 200, 20)

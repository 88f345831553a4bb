"""Web mode at an Usher whose answers the test decides: what a real one says rarely, late or never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from usher_sdk import ConfigError, MemoryStore, Usher
from usher_sdk.asgi import read_scope
from usher_sdk.core.logout_token import EVENT
from usher_sdk.core.refusal import Refusal
from usher_sdk.options import Cookie
from usher_sdk.request import Asked
from usher_sdk.testing import ISSUER, Mint
from usher_sdk.web.reply import Reply
from usher_sdk.web.sessions import WebSession, WebSessions, _key

BASE = "https://shop.example"
SECRET = "a secret of the tests, long enough"
CLIENT = "shop"
LIFE = 600
COOKIE = "__Host-usher-app"


class Provider(Mint):
    """Gives tokens for codes and refresh tokens, or whatever the test wants."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.nonce = ""
        self.audience = ISSUER
        self.refreshes = 0
        self.identity: dict[str, Any] = {}
        self.refresh: Callable[[], httpx.Response] = lambda: httpx.Response(200, json=self.tokens())

    def tokens(self) -> dict[str, Any]:
        """What the token endpoint says."""
        access = self.token("ana", aud=self.audience, client_id=CLIENT, sid="s1", exp=int(self.now()) + LIFE)
        return {"access_token": access, "expires_in": LIFE, "refresh_token": f"r{self.refreshes}"}

    def answer(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        grant = form.get("grant_type", [""])[0]
        if grant == "authorization_code":
            return httpx.Response(200, json={**self.tokens(), "id_token": self.id_token(nonce=self.nonce)})
        if grant == "refresh_token":
            self.refreshes += 1
            return self.refresh()
        return super().answer(request)

    def id_token(self, **claims: Any) -> str:
        """An ID token."""
        now = int(self.now())
        good = {"iss": ISSUER, "aud": CLIENT, "sub": "ana", "sid": "s1", "iat": now, "exp": now + LIFE}
        return self._sign({**good, **claims, **self.identity}, "JWT")

    def notice(self, **claims: Any) -> bytes:
        """The body of a back-channel logout."""
        now = int(self.now())
        good = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": "j1",
            "sid": "s1",
            "events": {EVENT: {}},
        }
        return urlencode({"logout_token": self._sign({**good, **claims}, "logout+jwt")}).encode()


class Site:
    """An application in web mode."""

    def __init__(self, **options: Any) -> None:
        self.clock = [1_795_000_000.0]
        self.provider = Provider(lambda: self.clock[0])
        self.store = MemoryStore(lambda: self.clock[0])
        self.usher = Usher(
            **{
                "issuer": ISSUER, "client_id": CLIENT, "client_secret": "test", "mode": "web", "policy": False,
                "base_url": BASE, "secret": SECRET, "sync": {"transport": "off"}, "storage": self.store,
                "transport": httpx.MockTransport(lambda request: self.provider.answer(request)),
                "now": lambda: self.clock[0], **options,
            }
        )  # fmt: skip
        self.usher.start()

    def ask(
        self, target: str, cookies: dict[str, str] | None = None, method: str = "GET", body: bytes = b"", **headers: str
    ) -> Reply:
        """The module's answer to a request to an address of web mode."""
        path, _, query = target.partition("?")
        return self.usher.answer(Asked(method, path, headers, path, query, cookies=cookies or {}), body)

    def call_back(self, query: str = "") -> Reply:
        """The answer to the callback of a sign-in."""
        begun = self.ask("/auth/login?" + query)
        said = parse_qs(urlsplit(dict(begun.headers)["Location"]).query)
        self.provider.nonce = said["nonce"][0]
        answer = urlencode({"code": "c", "state": said["state"][0], "iss": ISSUER})
        return self.ask("/auth/callback?" + answer, cookies_of(begun))

    def sign_in(self) -> dict[str, str]:
        """The cookies of a new session."""
        return cookies_of(self.call_back())

    def token(self, cookies: dict[str, str]) -> str:
        """The access token of a session."""
        return self.usher.identify(Asked("GET", "/me", {}, cookies=cookies)).somebody().token

    def status(self, cookies: dict[str, str]) -> int:
        """How a page is answered that needs somebody."""
        try:
            self.token(cookies)
        except Refusal as refusal:
            return refusal.status
        return 200


def cookies_of(reply: Reply) -> dict[str, str]:
    """The cookies that an answer sets, without those that it takes away."""
    pairs = [cookie.split(";")[0].partition("=") for cookie in reply.cookies]
    return {name: value for name, _, value in pairs if value}


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.usher.close()


def test_a_session_that_is_signed_out_while_its_tokens_are_fetched_stays_over(site: Site) -> None:
    session = site.sign_in()
    asked, told = threading.Event(), threading.Event()

    def late() -> httpx.Response:
        asked.set()
        told.wait(5)
        return httpx.Response(200, json=site.provider.tokens())

    site.provider.refresh = late
    site.clock[0] += LIFE - 10
    found: list[int] = []
    request = threading.Thread(target=lambda: found.append(site.status(session)))
    request.start()
    assert asked.wait(5)
    site.ask("/auth/logout", session, "POST", origin=BASE)
    told.set()
    request.join(5)
    assert found == [401]
    site.clock[0] += 120
    assert site.status(session) == 401


def test_a_session_that_was_copied_in_the_store_is_none(site: Site) -> None:
    mine, theirs = site.sign_in(), site.sign_in()
    assert site.usher.web is not None
    sessions = site.usher.web._sessions
    here, there = (_key(sessions.name_in(cookies[COOKIE]) or "") for cookies in (mine, theirs))
    site.store.set(here, site.store.get(there) or b"", 3600)
    assert [site.status(mine), site.status(theirs)] == [401, 200]


def test_what_the_id_token_says_about_the_person_is_known_and_nothing_of_the_protocol(site: Site) -> None:
    site.provider.identity = {"email": "ana@example.test", "department": "Sales", "amr": ["pwd"]}
    auth = site.usher.identify(Asked("GET", "/me", {}, cookies=site.sign_in())).somebody()
    assert auth.profile() == {"id": "ana", "roles": [], "email": "ana@example.test", "department": "Sales"}


def test_a_refresh_tells_news_about_the_person_and_nothing_about_anybody_else(site: Site) -> None:
    cookies = site.sign_in()

    def tells(**claims: Any) -> None:
        answer = {**site.provider.tokens(), "id_token": site.provider.id_token(**claims)}
        site.provider.refresh = lambda: httpx.Response(200, json=answer)

    for wrong in ({"sub": "eve"}, {"aud": "other"}, {"iss": "https://evil.example"}):
        site.clock[0] += LIFE + 60
        tells(**wrong)
        assert site.status(cookies) == 503, wrong
    tells(email="new@example.test")
    asked = Asked("GET", "/me", {}, cookies=cookies)
    assert site.usher.identify(asked).somebody().user.email == "new@example.test"


def test_noting_the_use_of_a_session_loses_no_new_tokens_and_brings_none_back() -> None:
    now, store = 1000.0, MemoryStore(lambda: 1000.0)
    sessions = WebSessions(store, (SECRET,), Cookie())
    cookie = sessions.create(WebSession("old", "r1", "", "ana", "s1", {}, int(now)))
    name = sessions.name_in(cookie) or ""
    elsewhere = WebSessions(store, (SECRET,), Cookie())
    read: Callable[[str], bytes | None] = store.get

    def newer_meanwhile(key: str) -> bytes | None:
        found = read(key)
        if key.startswith("used:"):
            store.get = read  # type: ignore[method-assign]
            session = elsewhere.load(name, now)
            assert session is not None
            assert elsewhere.update(name, replace(session, access_token="new"), now)
        return found

    store.get = newer_meanwhile  # type: ignore[method-assign]
    sessions.load(name, now + 3600)
    kept = sessions.load(name, now + 3600)
    assert kept is not None
    assert kept.access_token == "new"
    elsewhere.delete(name)
    sessions._save(name, kept, now)
    sessions._noted.clear()
    assert sessions.load(name, now + 3700) is None


def test_while_usher_is_away_a_session_lasts_as_long_as_its_token(site: Site) -> None:
    session = site.sign_in()
    first = site.token(session)
    site.provider.refresh = lambda: httpx.Response(502)
    site.clock[0] += LIFE - 10
    assert site.token(session) == first
    site.clock[0] += 60
    for _ in range(10):
        assert site.status(session) == 503
    assert site.provider.refreshes == 2, "requests do not wait for a silent Usher one after the other"
    with pytest.raises(Refusal, match="introspection_failed"):
        site.ask("/auth/me", session)
    site.provider.refresh = lambda: httpx.Response(200, json=site.provider.tokens())
    site.clock[0] += 10
    assert site.status(session) == 200, "nobody was signed out"


def test_a_session_whose_grant_has_ended_is_over_and_one_whose_client_is_refused_is_not(site: Site) -> None:
    session = site.sign_in()
    good = site.provider.refresh
    site.clock[0] += LIFE - 10
    site.provider.refresh = lambda: httpx.Response(401, json={"error": "invalid_client"})
    assert site.status(session) == 401
    site.provider.refresh = good
    assert site.status(session) == 200
    site.clock[0] += LIFE - 10
    site.provider.refresh = lambda: httpx.Response(400, json={"error": "invalid_grant"})
    assert site.status(session) == 401
    site.provider.refresh = good
    assert site.status(session) == 401


def test_an_answer_counts_once_whatever_cookies_are_kept(site: Site) -> None:
    begun = site.ask("/auth/login")
    said = parse_qs(urlsplit(dict(begun.headers)["Location"]).query)
    site.provider.nonce = said["nonce"][0]
    answer = urlencode({"code": "c", "state": said["state"][0], "iss": ISSUER})
    assert site.ask("/auth/callback?" + answer, cookies_of(begun)).status == 303
    with pytest.raises(Refusal, match="sign_in_failed"):
        site.ask("/auth/callback?" + answer, cookies_of(begun))


@pytest.mark.parametrize("wrong", ["&code=d", "&state=x", "&iss=https%3A%2F%2Fevil.example"])
def test_a_parameter_that_comes_twice_signs_nobody_in(site: Site, wrong: str) -> None:
    begun = site.ask("/auth/login")
    state = parse_qs(urlsplit(dict(begun.headers)["Location"]).query)["state"][0]
    answer = urlencode({"code": "c", "state": state, "iss": ISSUER}) + wrong
    with pytest.raises(Refusal, match="sign_in_failed"):
        site.ask("/auth/callback?" + answer, cookies_of(begun))


def test_a_sign_in_that_is_not_as_recent_as_it_was_asked_for_signs_nobody_in(site: Site) -> None:
    site.provider.identity = {"auth_time": int(site.clock[0]) - 3600}
    with pytest.raises(Refusal, match="sign_in_failed"):
        site.call_back("max_age=60")
    site.provider.identity = {"auth_time": int(site.clock[0]) - 30}
    assert site.call_back("max_age=60").status == 303
    address = dict(site.ask("/auth/login?max_age=soon").headers)["Location"]
    assert "max_age" not in address


def test_a_notice_counts_once_every_session_is_over_and_then_ends_no_new_one(site: Site) -> None:
    session = site.sign_in()
    delete = site.store.delete

    def away(key: str) -> None:
        raise OSError("it is away")

    site.store.delete = away  # type: ignore[method-assign]
    with pytest.raises(Refusal, match="store_unavailable"):
        site.ask("/auth/backchannel-logout", method="POST", body=site.provider.notice())
    site.store.delete = delete  # type: ignore[method-assign]
    assert site.ask("/auth/backchannel-logout", method="POST", body=site.provider.notice()).status == 200
    assert site.status(session) == 401
    again = site.sign_in()
    assert site.ask("/auth/backchannel-logout", method="POST", body=site.provider.notice()).status == 200
    assert site.status(again) == 200


def test_one_session_at_usher_has_a_limited_number_of_sessions_here(site: Site) -> None:
    sessions = [site.sign_in() for _ in range(21)]
    assert [site.status(session) for session in (sessions[0], sessions[1], sessions[-1])] == [401, 200, 200]


def test_a_socket_of_http_2_is_one_as_well(site: Site) -> None:
    session = site.sign_in()
    cookie = (b"cookie", f"{COOKIE}={session[COOKIE]}".encode())

    def opened_from(*origin: str) -> int:
        headers = [cookie, *((b"origin", one.encode()) for one in origin)]
        scope = {"type": "websocket", "path": "/live", "headers": headers}
        known = site.usher.identify(read_scope(scope))
        return known.refusal.status if known.refusal else 101

    assert opened_from(BASE) == 101
    assert opened_from("https://evil.example") == 403
    assert opened_from() == 403, "a browser always says which page opens it"


@pytest.mark.parametrize(
    ("base", "cookie"),
    [
        (BASE, {"name": "a b"}), (BASE, {"name": "a;b"}), (BASE, {"name": "é"}), (BASE, {"idle": 0}),
        (BASE, {"absolute": -1}), ("http://localhost:3000", {"name": "__Host-shop"}),
    ],
)  # fmt: skip
def test_a_cookie_that_browsers_refuse_is_none(base: str, cookie: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cookie"):
        Site(base_url=base, cookie=cookie)

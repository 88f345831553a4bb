"""A real Usher for tests, and a person with a browser that knows no script."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

PROGRAM = os.environ.get("USHER_BIN", "")
REDIRECT = "http://localhost:9/callback"
AUDIENCE = "https://api.shop.example"

RULES = {
    "entities": {
        "Order": {
            "attributes": {"owner_id": "string", "total": "int"},
            "actions": {"list": "collection", "read": "item", "update": "item"},
        },
        "Admin": {"actions": {"use": "collection"}},
    },
    "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
    "roles": {
        "viewer": {"title": "Viewer", "grants": {"Order:list": "own", "Order:read": "own", "Order:update": "own"}},
        "chief": {"title": "Chief", "grants": {"Order:*": "allow", "Admin:use": "allow"}},
    },
    "routes": [
        {"methods": ["GET"], "path": "/health", "public": True},
        {"methods": ["GET"], "path": "/", "public": True},
        {"methods": ["*"], "path": "/auth/*", "public": True},
        {"methods": ["*"], "path": "/me", "auth": True},
        {"methods": ["GET"], "path": "/fresh", "auth": True, "fresh": True},
        {"methods": ["GET"], "path": "/vault", "auth": True, "acr": "aal2", "max_age": 900},
        {"methods": ["GET"], "path": "/orders", "need": "Order:list"},
        {"methods": ["GET"], "path": "/orders/:id", "need": "Order:read"},
        {"methods": ["GET"], "path": "/forgetful/:id", "need": "Order:read"},
        {"methods": ["GET"], "path": "/admin", "need": "Admin:use"},
    ],
}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``usher dev`` in a folder of its own, with a project, its rules, and two clients."""

    def __init__(self, **settings: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="usher-python-")
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.env = {
            "PATH": os.environ["PATH"],
            "USHER_LISTEN": f"127.0.0.1:{self.port}",
            "USHER_ISSUER": self.issuer,
            "USHER_DEMO__LISTEN_A": f"127.0.0.1:{free_port()}",
            "USHER_DEMO__LISTEN_B": f"127.0.0.1:{free_port()}",
            "USHER_LIMITS__SIGN_IN": "off",
            # An old refresh token beside a used one is reuse at once.
            "USHER_TOKENS__REFRESH_RETRY_WINDOW": "0s",
            **settings,
        }
        self.http = httpx.Client(trust_env=False, timeout=20)
        self.people: list[Person] = []
        self.start()
        self._furnish()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.log = open(os.path.join(self.folder, "usher.log"), "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "dev"], cwd=self.folder, env=self.env, stdout=self.log, stderr=self.log
        )
        for _ in range(600):
            try:
                if self.http.get(self.issuer + "/health/ready").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError("Usher does not become ready")

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop it."""
        self.process.send_signal(how)
        self.process.wait(60)
        self.log.close()

    def end(self) -> None:
        """Stop it and take its folder away."""
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        for person in self.people:
            person.browser.close()
        self.http.close()
        shutil.rmtree(self.folder)

    def usher(self, *arguments: str, typed: str | None = None) -> Any:
        """A command of ``usher``, and its JSON."""
        done = subprocess.run(
            [PROGRAM, *arguments, "--json"], cwd=self.folder, env=self.env, input=typed, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def api(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """A call of the API with the project's token."""
        bearer = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.request(method, f"{self.issuer}/api/v1/{path}", json=json, headers=bearer)

    def _furnish(self) -> None:
        project = self.usher("project", "create", "--name", "Shop")
        self.project, self.token = project["id"], project["token"]
        self.usher(
            "api", "create", "--project", self.project, "--identifier", AUDIENCE, "--name", "Orders",
            "--scope", "orders",
        )  # fmt: skip
        self.web = self.client(
            "web", "shop", "--redirect-uri", REDIRECT, "--grant-type", "authorization_code", "--grant-type",
            "refresh_token", "--first-party",
        )  # fmt: skip
        self.machine = self.client("machine", "modules", "--grant-type", "client_credentials")
        self.publish(RULES)

    def client(self, kind: str, name: str, *more: str) -> Any:
        """Another client of the project."""
        scope = "usher:sync orders" if kind == "machine" else "openid profile email offline_access roles orders"
        return self.usher(
            "client", "create", "--project", self.project, "--type", kind, "--name", name, "--scope", scope,
            "--audience", AUDIENCE, *more,
        )  # fmt: skip

    def publish(self, rules: Any) -> int:
        """Publish access rules, and return their revision."""
        path = f"projects/{self.project}/policy"
        etag = self.api("GET", f"{path}/draft").headers["etag"]
        put = self.api("PUT", f"{path}/draft", rules, **{"If-Match": etag})
        assert put.status_code in (200, 204), put.text
        done = self.api("POST", f"{path}/publish", {}, **{"If-Match": put.headers["etag"]})
        assert done.status_code in (200, 201), done.text
        return int(done.json()["revision"])

    def assign(self, role: str, sub: str) -> str:
        """Give a role, and return the id of the assignment."""
        before = self.cursor()
        given = self.api(
            "POST", f"projects/{self.project}/assignments", {"role": role, "subject": {"type": "user", "id": sub}}
        )
        assert given.status_code == 201, given.text
        # A token that is issued before the feed has told of the role dies with those before it.
        while self.cursor() == before:
            time.sleep(0.01)
        return str(given.json()["id"])

    def cursor(self) -> int:
        """How far the feed has come."""
        return int(self.api("GET", "sync/snapshot").json()["cursor"])

    def person(self, *more: str) -> Person:
        """Somebody new."""
        email, password = f"p{secrets.token_hex(6)}@example.test", secrets.token_urlsafe(12)
        self.usher("user", "create", "--email", email, "--password-stdin", *more, typed=password)
        found = Person(self, email, password)
        self.people.append(found)
        return found

    def machine_token(self, scope: str = "orders") -> str:
        """A token of the machine on its own behalf."""
        pair = (self.machine["client_id"], self.machine["client_secret"])
        form = {"grant_type": "client_credentials", "scope": scope}
        return str(self.http.post(self.issuer + "/oauth2/token", data=form, auth=pair).json()["access_token"])

    def options(self, **more: Any) -> dict[str, Any]:
        """Options for a module of the project."""
        return {
            "issuer": self.issuer,
            "client_id": self.machine["client_id"],
            "client_secret": self.machine["client_secret"],
            "audience": AUDIENCE,
            "project": self.project,
            **more,
        }


class Person:
    """A person with a browser of their own."""

    def __init__(self, server: Server, email: str, password: str) -> None:
        self.server = server
        self.email = email
        self.password = password
        self.browser = httpx.Client(
            trust_env=False, timeout=20, headers={"Accept": "text/html", "Accept-Language": "en"}
        )

    def go(self, url: str, target: str) -> str:
        """Open ``url`` and go through every page until ``target`` is reached; returns the address reached."""
        response = self.browser.get(url)
        for _ in range(20):
            page = _Page(response.text)
            location = response.headers.get("location") or page.leads_on
            if location:
                url = urljoin(str(response.url), location)
                if url.startswith(target):
                    return url
                response = self.browser.get(url)
                continue
            form = page.form_with("password") or page.form_with("decision")
            assert form is not None, f"{response.status_code} {response.url}: nothing to do: {response.text[:2000]}"
            if "password" in form.names:
                form.fields.update(email=self.email, password=self.password)
            else:
                form.fields["decision"] = "allow"
            here = urljoin(str(response.url), form.action)
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(here))
            response = self.browser.post(
                here, data=form.fields, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}
            )
        raise AssertionError("no end after 20 steps")

    def again(self) -> Person:
        """The same person at another browser."""
        other = Person(self.server, self.email, self.password)
        self.server.people.append(other)
        return other

    def sign_in(self, scope: str = "openid profile offline_access roles orders", **extra: str) -> Tokens:
        """Sign in at the shop, and return the tokens."""
        server, verifier, state = self.server, secrets.token_urlsafe(48), secrets.token_urlsafe(8)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": server.web["client_id"], "response_type": "code", "redirect_uri": REDIRECT, "scope": scope,
            "state": state, "code_challenge": challenge, "code_challenge_method": "S256", **extra,
        }  # fmt: skip
        reached = self.go(f"{server.issuer}/oauth2/authorize?{urlencode(query)}", REDIRECT)
        code = parse_qs(urlsplit(reached).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        return Tokens(server, server.http.post(server.issuer + "/oauth2/token", data=form, auth=_pair(server)).json())

    def api(self, method: str, path: str, json: Any = None) -> httpx.Response:
        """A call of the API by the person's own session at Usher."""
        return self.browser.request(
            method, f"{self.server.issuer}/api/v1/{path}", json=json,
            headers={"Accept": "application/json", "Origin": self.server.issuer, "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip


class Tokens:
    """What a client got."""

    def __init__(self, server: Server, answer: dict[str, Any]) -> None:
        assert "access_token" in answer, answer
        self.server = server
        self.access: str = answer["access_token"]
        self.refresh: str = answer.get("refresh_token", "")
        self.id_token: str = answer.get("id_token", "")
        payload = self.access.split(".")[1]
        self.claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.sub: str = self.claims["sub"]

    def renewed(self) -> Tokens:
        """New tokens by the refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        return Tokens(
            self.server,
            self.server.http.post(self.server.issuer + "/oauth2/token", data=form, auth=_pair(self.server)).json(),
        )


def _pair(server: Server) -> tuple[str, str]:
    return server.web["client_id"], server.web["client_secret"]


class _Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}
        self.names: set[str] = set()


class _Page(HTMLParser):
    """The forms of a page, and where it leads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.leads_on: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta" and told.get("http-equiv", "").lower() == "refresh":
            self.leads_on = told["content"].removeprefix("0; url=")
        elif tag == "form":
            self.forms.append(_Form(told.get("action", "")))
        elif tag in ("input", "button") and self.forms and told.get("name"):
            form = self.forms[-1]
            form.names.add(told["name"])
            if told.get("type") == "hidden":
                form.fields[told["name"]] = told.get("value", "")

    def form_with(self, name: str) -> _Form | None:
        """The form that has a field of that name."""
        return next((form for form in self.forms if name in form.names), None)

"""What the tests know of Usher: how to call it, how to sign in, and how to make what is not there yet."""

import functools
import html
import itertools
import re
import time

import requests

# The passwords, names and documents of the examples in the document: what is tried there comes to something here.
PASSWORD = "a quiet green door"
TOKEN_MODE = {"Accept": "application/json; mode=token"}
# Nobody listens there: nothing that a webhook is sent leaves the machine.
SINK = "http://localhost:9/hooks"


class TooMany(Exception):
    """Usher lets nobody do that so often."""


class Caller:
    """Somebody who calls the API, by a bearer token, a cookie or nothing."""

    def __init__(self, issuer, token=None, cookie=None):
        self.issuer = issuer
        self.headers = {}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if cookie:
            self.headers["Cookie"] = cookie
        self.token = token
        self.cookie = cookie

    def ask(self, method, path, body=None, headers=None, expected=range(200, 300)):
        """The answer to one request; anything but an ``expected`` status ends the test."""
        url = f"{self.issuer}/api/v1/{path}"
        sent = {**self.headers, **(headers or {})}
        response = requests.request(method, url, json=body, headers=sent, timeout=30, allow_redirects=False)
        if response.status_code == 429:
            raise TooMany(f"{method} {path}: {response.text}")
        if response.status_code not in expected:
            raise AssertionError(f"{method} {path}: {response.status_code} {response.text[:400]}")
        return response

    def get(self, path):
        return self.ask("GET", path).json()

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more).json()


class House:
    """An Usher with an administrator."""

    def __init__(self, issuer, email, password):
        self.issuer = issuer
        self.nobody = Caller(issuer)
        self.boss = (email, password)
        self._count = itertools.count()
        self._run = format(time.time_ns(), "x")

    def name(self):
        """A name that nobody has had."""
        return f"{self._run}-{next(self._count)}"

    def sign_in(self, email, password=PASSWORD):
        """Tokens of a new session."""
        body = {"email": email, "password": password}
        return self.nobody.post("auth/login", body, headers=TOKEN_MODE)

    def token_of(self, email, password=PASSWORD):
        return Caller(self.issuer, self.sign_in(email, password)["access_token"])

    def cookie_of(self, email, password=PASSWORD):
        signed_in = self.nobody.ask("POST", "auth/login", {"email": email, "password": password})
        return Caller(self.issuer, cookie=f"usher={signed_in.cookies['usher']}")

    @functools.cached_property
    def administrator(self):
        """The one who prepares things. Whoever signs in too often loses their oldest sessions."""
        return self.token_of(*self.boss)

    def person(self, email=None):
        """A new user: ``sub`` and ``email``."""
        new = {"email": email or f"{self.name()}@example.test", "password": PASSWORD, "given_name": "Ana"}
        return self.administrator.post("admin/users", new)

    def letter(self, email, wanted):
        """What ``wanted`` finds in the newest letter to somebody."""
        for _ in range(100):
            letters = requests.get(f"{self.issuer}/dev/mail", timeout=30).text
            for number in re.findall(r'href="/dev/mail/(\d+)"', letters):
                letter = html.unescape(requests.get(f"{self.issuer}/dev/mail/{number}", timeout=30).text)
                found = re.search(wanted, letter) if email in letter else None
                if found:
                    return found.group(1)
            time.sleep(0.05)
        raise AssertionError(f"no letter to {email} holds {wanted}")

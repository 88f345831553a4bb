"""How the tests call Usher, sign in, and create users."""

import functools
import html
import itertools
import re
import time

import requests

# The values of the examples in the document, so that the examples work here.
PASSWORD = "a quiet green door"
TOKEN_MODE = {"Accept": "application/json; mode=token"}
# No server listens there: no webhook leaves the machine.
SINK = "http://localhost:9/hooks"


class TooMany(Exception):
    """The limit for this request is reached."""


class Caller:
    """Calls the API with a bearer token, a cookie or no credentials."""

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
        """Sends one request and returns the response; a status that is not ``expected`` fails the test."""
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


class Instance:
    """An instance of Usher with an administrator."""

    def __init__(self, issuer, email, password):
        self.issuer = issuer
        self.nobody = Caller(issuer)
        self.boss = (email, password)
        self._count = itertools.count()
        self._run = format(time.time_ns(), "x")

    def name(self):
        """A unique name."""
        return f"{self._run}-{next(self._count)}"

    def sign_in(self, email, password=PASSWORD):
        """Signs in and returns the tokens of a new session."""
        body = {"email": email, "password": password}
        return self.nobody.post("auth/login", body, headers=TOKEN_MODE)

    def token_of(self, email, password=PASSWORD):
        return Caller(self.issuer, self.sign_in(email, password)["access_token"])

    def cookie_of(self, email, password=PASSWORD):
        signed_in = self.nobody.ask("POST", "auth/login", {"email": email, "password": password})
        return Caller(self.issuer, cookie=f"usher={signed_in.cookies['usher']}")

    @functools.cached_property
    def administrator(self):
        """The administrator. Signing in too often would end the oldest sessions, so the tokens are kept."""
        return self.token_of(*self.boss)

    def person(self, email=None):
        """Creates a user: ``sub`` and ``email``."""
        new = {"email": email or f"{self.name()}@example.test", "password": PASSWORD, "given_name": "Ana"}
        return self.administrator.post("admin/users", new)

    def email_to(self, email, wanted):
        """What the pattern ``wanted`` finds in the newest email to an address."""
        for _ in range(100):
            emails = requests.get(f"{self.issuer}/dev/mail", timeout=30).text
            for number in re.findall(r'href="/dev/mail/(\d+)"', emails):
                message = html.unescape(requests.get(f"{self.issuer}/dev/mail/{number}", timeout=30).text)
                found = re.search(wanted, message) if email in message else None
                if found:
                    return found.group(1)
            time.sleep(0.05)
        raise AssertionError(f"no email to {email} holds {wanted}")

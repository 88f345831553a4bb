"""Usher, as this module sees it: every request that is sent there, and what is believed of the answers.

No redirect is followed, no answer is read beyond its limit, and every address is one of the issuer's own.
"""

from __future__ import annotations

import base64
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx

from .. import __version__
from ..errors import IssuerError
from ..options import Options

LONGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes of a snapshot at most; 200,000 entries are about 30 MB."""
LONGEST_DOCUMENT: Final = 1024 * 1024
"""Bytes of any other answer at most."""
TIMEOUT: Final = httpx.Timeout(10.0)
USER_AGENT: Final = f"usher-sdk-python/{__version__}"
"""How the module calls itself at Usher."""
_MARGIN: Final = 30
"""Seconds before its end at which a token of ours is replaced."""


def acceptable_host(name: str, process: int) -> str:
    """A host name with only the characters that Usher accepts, and the process on it; empty if no name is left.

    In a container the first process is the only one, and is not named.
    """
    suffix = "" if process == 1 else f"/{process}"
    plain = re.sub(r"[^A-Za-z0-9._:-]", "", name)[: 64 - len(suffix)]
    return plain and plain + suffix


def _host() -> dict[str, str]:
    """The parameter with the name of this host and process, for the list of modules. A fork is another process."""
    host = acceptable_host(socket.gethostname(), os.getpid())
    return {"host": host} if host else {}


@dataclass(frozen=True)
class Metadata:
    """What the issuer says of itself (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    jwks_uri: str
    token_endpoint: str
    introspection_endpoint: str
    authorization_endpoint: str
    end_session_endpoint: str | None
    revocation_endpoint: str | None


@dataclass(frozen=True)
class Answer:
    """An answer that was read in whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Its body as JSON.

        Raises:
            IssuerError: it is none.
        """
        try:
            return httpx.Response(200, content=self.body).json()
        except ValueError:
            raise IssuerError("Usher answered what is no JSON") from None


class Issuer:
    """Speaks with one Usher as one client. Safe for several threads."""

    def __init__(
        self,
        options: Options,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._options = options
        self._now = now
        self._http = httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT},
        )
        self._metadata: Metadata | None = None
        self._access_token: tuple[str, float] | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: object | None = None,
        most: int = LONGEST_DOCUMENT,
        timeout: float = 10.0,
    ) -> Answer:
        """Send a request and read the answer.

        Raises:
            IssuerError: there is no answer, it is a redirect, it is too long, or it is a failure of Usher's.
        """
        try:
            request = self._http.build_request(method, url, headers=headers, data=form, json=json, timeout=timeout)
            response = self._http.send(request, stream=True)
            try:
                body = _read(response, most)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise IssuerError(f"Usher does not answer at {url}: {cause or type(cause).__name__}") from cause
        if 300 <= response.status_code < 400 and response.status_code != 304:
            raise IssuerError(f"Usher redirects from {url}, which is not followed: is the issuer its right address?")
        if response.status_code >= 500:
            raise IssuerError(f"Usher answered {response.status_code} at {url}", retry_after=_retry_after(response))
        return Answer(response.status_code, response.headers, body)

    def metadata(self) -> Metadata:
        """What the issuer says of itself; asked once.

        Raises:
            IssuerError: it does not answer, says that it is another one, or names addresses that are not its own.
        """
        if self._metadata is None:
            url = self._options.issuer.rstrip("/") + "/.well-known/openid-configuration"
            answer = self.send("GET", url)
            if answer.status != 200:
                raise IssuerError(f"there is no Usher at {self._options.issuer}: {answer.status} for {url}")
            self._metadata = _metadata(answer.json(), self._options.issuer)
        return self._metadata

    def keys(self) -> tuple[Mapping[str, Any], str | None]:
        """The published keys, and their tag."""
        answer = self.send("GET", self.metadata().jwks_uri)
        if answer.status != 200:
            raise IssuerError(f"the keys of Usher cannot be had: {answer.status}")
        keys = answer.json()
        if not isinstance(keys, dict):
            raise IssuerError("the keys of Usher do not read")
        return keys, answer.headers.get("etag")

    def introspect(self, token: str) -> Mapping[str, Any]:
        """Ask whether a token still stands (RFC 7662)."""
        answer = self.send("POST", self.metadata().introspection_endpoint, headers=self.basic(), form={"token": token})
        if answer.status != 200:
            raise IssuerError(f"Usher refuses to introspect: {answer.status}", permanent=True)
        found = answer.json()
        if not isinstance(found, dict) or not isinstance(found.get("active"), bool):
            raise IssuerError("the introspection of Usher does not read")
        return found

    def access_token(self) -> str:
        """A token of our own by client credentials, for the live list and the rules.

        Raises:
            IssuerError: permanent, where Usher does not know the client or the client may not follow.
        """
        with self._lock:
            if self._access_token is not None and self._access_token[1] > self._now():
                return self._access_token[0]
            form = {"grant_type": "client_credentials", "scope": "usher:sync"}
            answer = self.send("POST", self.metadata().token_endpoint, headers=self.basic(), form=form)
            found = answer.json()
            if answer.status != 200 or not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
                raise _no_token(self._options.client_id, found)
            lifetime = found.get("expires_in", 600)
            lifetime = lifetime if isinstance(lifetime, (int, float)) else 600
            self._access_token = (found["access_token"], self._now() + max(lifetime - _MARGIN, lifetime / 2))
            return self._access_token[0]

    def forget_access_token(self) -> None:
        """Our token is over before its time."""
        with self._lock:
            self._access_token = None

    def ask(self, path: str, *, headers: Mapping[str, str] | None = None, **rest: Any) -> Answer:
        """Ask the API by our own token, once more with a new one where the old one is over."""
        url = self._options.issuer.rstrip("/") + path
        method = "POST" if "json" in rest else "GET"
        for _ in range(2):
            bearer = {"Authorization": f"Bearer {self.access_token()}"}
            answer = self.send(method, url, headers={**(headers or {}), **bearer}, **rest)
            if answer.status != 401:
                break
            self.forget_access_token()
        if answer.status in (401, 403):
            raise IssuerError(
                f"the client {self._options.client_id} may not follow its project ({answer.status}): give it the scope"
                " usher:sync and the grant type client_credentials",
                permanent=True,
            )
        return answer

    def snapshot(self) -> Any:
        """The live list of this moment."""
        answer = self.ask("/api/v1/sync/snapshot", most=LONGEST_ANSWER, timeout=60.0)
        if answer.status != 200:
            raise IssuerError(f"the snapshot cannot be had: {answer.status}")
        return answer.json()

    def events(self, cursor: str, wait: int = 0, revision: int | None = None) -> Answer:
        """What has happened since a cursor: 200, 304 for nothing, 410 where a snapshot is needed.

        The cursor acknowledges everything before it, and ``revision`` the access rules that are applied.
        """
        query = {"cursor": cursor} | ({"wait": str(wait)} if wait else {}) | _host()
        query |= {} if revision is None else {"rev": str(revision)}
        headers = {"If-None-Match": f'"{cursor}"'}
        return self.ask(
            f"/api/v1/sync/events?{urlencode(query)}", headers=headers, most=LONGEST_ANSWER, timeout=wait + 10.0
        )

    def policy(self, project: str, etag: str | None) -> Answer:
        """The signed access rules: 200, 304 for those with that tag, 404 where none are published."""
        headers = {"Accept": "application/jose"} | ({"If-None-Match": etag} if etag else {})
        return self.ask(
            f"/api/v1/projects/{quote(project, safe='')}/policy", headers=headers, most=2 * LONGEST_DOCUMENT
        )

    def report_seen(self, sessions: Sequence[Mapping[str, Any]]) -> None:
        """Report which sessions were used here, 500 at most."""
        answer = self.ask("/api/v1/sync/seen", json={"sessions": list(sessions)})
        if answer.status != 202:
            raise IssuerError(f"Usher took no report of sessions: {answer.status}")

    def socket(self, cursor: str) -> tuple[str, dict[str, str]]:
        """The address of the socket, and the headers to open it with."""
        url = self._options.issuer.rstrip("/") + "/api/v1/sync?" + urlencode({"cursor": cursor} | _host())
        return "ws" + url.removeprefix("http"), {"Authorization": f"Bearer {self.access_token()}"}

    def basic(self) -> dict[str, str]:
        """Client authentication (RFC 6749 §2.3.1)."""
        if self._options.client_secret is None:
            raise IssuerError("there is no client_secret to ask Usher with", permanent=True)
        pair = f"{quote(self._options.client_id, safe='')}:{quote(self._options.client_secret, safe='')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _read(response: httpx.Response, most: int) -> bytes:
    parts, length = [], 0
    for part in response.iter_bytes():
        length += len(part)
        if length > most:
            raise IssuerError(f"Usher answered more than {most:,} bytes at {response.url}")
        parts.append(part)
    return b"".join(parts)


def _retry_after(response: httpx.Response) -> float:
    after = response.headers.get("retry-after", "")
    return float(after) if after.isascii() and after.isdigit() else 0


def _metadata(found: Any, issuer: str) -> Metadata:
    """Believe what the issuer says of itself, as far as it stays its own."""
    if not isinstance(found, dict) or found.get("issuer") != issuer:
        named = found.get("issuer") if isinstance(found, dict) else None
        raise IssuerError(
            f"the issuer at {issuer} says that it is {named!r}: set issuer to exactly that, if it is right"
        )
    origin = urlsplit(issuer)[:2]

    def own(name: str) -> str | None:
        address = found.get(name)
        if address is not None and (not isinstance(address, str) or urlsplit(address)[:2] != origin):
            raise IssuerError(f"{name} of {issuer} is on another host, which is not believed: {address!r}")
        return address

    def needed(name: str) -> str:
        address = own(name)
        if address is None:
            raise IssuerError(f"{issuer} names no {name}")
        return address

    return Metadata(
        issuer=issuer,
        jwks_uri=needed("jwks_uri"),
        token_endpoint=needed("token_endpoint"),
        introspection_endpoint=needed("introspection_endpoint"),
        authorization_endpoint=needed("authorization_endpoint"),
        end_session_endpoint=own("end_session_endpoint"),
        revocation_endpoint=own("revocation_endpoint"),
    )


def _no_token(client_id: str, found: Any) -> IssuerError:
    error = found.get("error") if isinstance(found, dict) else None
    hint = {
        "invalid_client": "the client or its secret is not known",
        "unauthorized_client": "give it the grant type client_credentials",
        "invalid_scope": "give it the scope usher:sync",
    }.get(str(error), "")
    return IssuerError(f"the client {client_id} gets no token: {error}. {hint}".strip(), permanent=error in (
        "invalid_client", "unauthorized_client", "invalid_scope"))  # fmt: skip

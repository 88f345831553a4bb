"""Web mode: the addresses under ``/auth``, and who a session cookie stands for.

Methods may block: asynchronous frameworks call them in a thread.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ..core.door import is_strong_enough
from ..core.logout_token import read_logout_token
from ..core.refusal import Refusal
from ..core.token import Token, TokenRefused
from ..engine import Engine
from ..errors import IssuerError
from ..request import Asked
from ..stores.memory import MemoryStore
from .reply import Cookies, Reply, redirect, safe_return
from .seal import Sealer
from .sessions import WebSession, WebSessions
from .tokens import TokensRefused, check_id_token, exchange, profile_of

LOGIN: Final = "/auth/login"
CALLBACK: Final = "/auth/callback"
LOGOUT: Final = "/auth/logout"
BACKCHANNEL: Final = "/auth/backchannel-logout"
ME: Final = "/auth/me"
"""Who is signed in and what they may do, for the pages of the application; answered by the module itself."""
_METHODS: Final = {
    ME: ("GET",),
    LOGIN: ("GET", "HEAD"),
    CALLBACK: ("GET",),
    LOGOUT: ("GET", "POST"),
    BACKCHANNEL: ("POST",),
}
LONGEST_BODY: Final = 32 * 1024
"""Bytes of a form at most."""

_SIGN_IN: Final = 600
"""Seconds within which a sign-in has to end."""
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_EARLY: Final = 30
"""Seconds before its end at which a token is replaced, so that it can be passed on."""
_TRIES: Final = 10
_BETWEEN_TRIES: Final = 0.1
"""Seconds between two looks for what another process is about to write."""
_NEW_TOKEN: Final = ("token_expired", "token_revoked", "key_unknown")
"""Reasons for which new tokens are asked for: the session may still stand."""
_PAUSE: Final = 2
"""Seconds for which Usher is not asked again after it did not answer: otherwise every request would wait for it."""
_PASSED_ON: Final = ("acr_values", "max_age", "prompt", "login_hint", "ui_locales")
"""Parameters that are passed on to Usher as they are (OpenID Connect Core 1.0 §3.1.2.1)."""
_MAX_AGE: Final = re.compile(r"[0-9]{1,7}")


class WebMode:
    """Signs people in and out of one application."""

    def __init__(self, engine: Engine) -> None:
        options = engine.options
        assert options.base_url is not None
        self._engine = engine
        self._base = options.base_url.rstrip("/")
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(self._base))
        self._cookies = Cookies(options.cookie.name, self._base.startswith("https:"))
        self._sign_ins = Sealer(options.secret, "sign-in")
        self._sessions = WebSessions(engine.store, options.secret, options.cookie)
        self._refreshing: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._notices: dict[str, float] = {}
        self._paused_until = 0.0
        """Until when Usher is not asked for tokens."""

    # Who a cookie stands for ----------------------------------------------------------------------------------------

    def has_session(self, asked: Asked) -> bool:
        """Whether a request brings a session cookie."""
        return self._cookies.session in asked.cookies

    def identify(self, asked: Asked) -> tuple[Token, WebSession] | None:
        """The session of a request, with a token that stands; ``None`` where there is none.

        Raises:
            Refusal: a page of another site sent this, or the session is over.
        """
        name = self._sessions.name_in(asked.cookies.get(self._cookies.session))
        session = self._sessions.load(name, self._engine.now()) if name is not None else None
        if name is None or session is None:
            return None
        self._refuse_forged(asked)
        try:
            token = self._engine.authenticate(session.access_token)
        except Refusal as refusal:
            if refusal.reason not in _NEW_TOKEN or session.refresh_token is None:
                raise
            return self._renewed(name, session)
        if token.exp - _EARLY > self._engine.now() or session.refresh_token is None:
            return token, session
        try:
            return self._renewed(name, session)
        except Refusal as refusal:
            if refusal.status != 503:
                raise
            # Usher is away, and this token is still good.
            return token, session

    def _refuse_forged(self, asked: Asked) -> None:
        """A cookie comes along with whatever a page of another site sends: what changes something must be our own."""
        is_socket = asked.headers.get("upgrade", "").lower() == "websocket"
        if asked.method in _SAFE_METHODS and not is_socket:
            return
        site, origin = asked.headers.get("sec-fetch-site"), asked.headers.get("origin")
        # A browser always says which page opens a socket.
        if (origin is not None or is_socket) and origin != self._origin:
            raise Refusal("request_forged")
        if site is not None and site not in ("same-origin", "none"):
            raise Refusal("request_forged")

    def _renewed(self, name: str, session: WebSession) -> tuple[Token, WebSession]:
        """New tokens for a session. Of several requests at once, one asks for them."""
        with self._guard:
            lock = self._refreshing.setdefault(name, threading.Lock())
        try:
            with lock:
                current = self._sessions.load(name, self._engine.now())
                if current is None:
                    raise Refusal("token_revoked")
                if current.access_token == session.access_token:
                    current = self._refresh(name, current)
                return self._engine.authenticate(current.access_token), current
        finally:
            with self._guard:
                self._refreshing.pop(name, None)

    def _refresh(self, name: str, session: WebSession) -> WebSession:
        form = {"grant_type": "refresh_token", "refresh_token": session.refresh_token or ""}
        if self._engine.now() < self._paused_until:
            raise Refusal("introspection_failed")
        try:
            found = exchange(self._engine, form)
        except IssuerError as cause:
            self._paused_until = self._engine.now() + _PAUSE
            self._engine.logger.warning("a session gets no new tokens: %s", cause)
            raise Refusal("introspection_failed") from cause
        except TokensRefused as cause:
            return self._after_refusal(name, session, cause)
        renewed = replace(
            session,
            access_token=found["access_token"],
            refresh_token=found.get("refresh_token", session.refresh_token),
            **self._newly_told(session, found),
        )
        if not self._sessions.update(name, renewed, self._engine.now()):
            # Signed out meanwhile: it must not come back.
            raise Refusal("token_revoked")
        return renewed

    def _newly_told(self, session: WebSession, found: Mapping[str, Any]) -> dict[str, Any]:
        """What a refresh says about the person, where it has an ID token: of nobody else (OpenID Connect Core 1.0 §12.2)."""
        id_token = found.get("id_token")
        if not isinstance(id_token, str):
            return {}
        try:
            claims = check_id_token(self._engine, id_token, found["access_token"], None)
        except Refusal as refusal:
            raise Refusal("introspection_failed") from refusal
        if claims["sub"] != session.sub:
            raise Refusal("introspection_failed")
        return {"id_token": id_token, "profile": profile_of(claims)}

    def _after_refusal(self, name: str, session: WebSession, cause: TokensRefused) -> WebSession:
        """What a session is whose refresh token was refused: that of another process, over, or not known at the moment."""
        if cause.error in ("invalid_client", "unauthorized_client"):
            # It is this application that gets no tokens: nobody is signed out for that.
            self._engine.logger.error("sessions get no new tokens: %s", cause)
            raise Refusal("token_revoked") from cause
        if cause.error != "invalid_grant":
            self._engine.logger.warning("a session gets no new tokens: %s", cause)
            raise Refusal("introspection_failed") from cause
        newer = self._by_another_process(name, session)
        if newer is None:
            self._engine.logger.info("a session is over: %s", cause)
            self._sessions.delete(name)
            raise Refusal("token_revoked") from cause
        return newer

    def _by_another_process(self, name: str, session: WebSession) -> WebSession | None:
        """The session with tokens that another process was faster to get: they are in the store, or about to be."""
        for _ in range(1 if isinstance(self._engine.store, MemoryStore) else _TRIES):
            newer = self._sessions.load(name, self._engine.now())
            if newer is None or newer.refresh_token != session.refresh_token:
                return newer
            time.sleep(_BETWEEN_TRIES)
        return None

    # The addresses --------------------------------------------------------------------------------------------------

    def handles(self, asked: Asked) -> bool:
        """Whether an address is ours."""
        return asked.path in _METHODS

    def handle(self, asked: Asked, body: bytes = b"") -> Reply:
        """Answer a request to an address of ours.

        Raises:
            Refusal: it may not pass.
        """
        try:
            methods = _METHODS[asked.path]
            if asked.method not in methods:
                return Reply(405, (("Allow", ", ".join(methods)),))
            if asked.path == LOGIN:
                return self._log_in(asked)
            if asked.path == CALLBACK:
                return self._call_back(asked)
            return self._log_out(asked) if asked.path == LOGOUT else self._hear(body)
        except IssuerError as cause:
            self._engine.logger.error("%s", cause)
            raise Refusal("keys_missing") from cause
        except (Refusal, AssertionError):
            raise
        except Exception as cause:
            self._engine.logger.exception("the store of the sessions does not answer")
            raise Refusal("store_unavailable") from cause

    def sign_in_address(self, asked: Asked, refusal: Refusal) -> str:
        """Where somebody goes to sign in, and comes back from to what they asked for."""
        wanted = {"return_to": asked.path + (f"?{asked.query}" if asked.query else "")}
        wanted |= {name: str(refusal.details[name]) for name in ("acr_values", "max_age") if name in refusal.details}
        return f"{LOGIN}?{urlencode(wanted)}"

    def _log_in(self, asked: Asked) -> Reply:
        query = _query(asked)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        metadata = self._engine.issuer.metadata()
        if not _MAX_AGE.fullmatch(query.get("max_age", "")):
            query.pop("max_age", None)
        extra = {name: query[name] for name in _PASSED_ON if name in query}
        address = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._engine.options.client_id,
            response_type="code",
            redirect_uri=self._base + CALLBACK,
            scope=self._engine.options.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **extra,
        )
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "to": safe_return(query.get("return_to"))}
        kept["until"] = str(int(self._engine.now()) + _SIGN_IN)
        kept |= {"acr": query.get("acr_values", ""), "max_age": query.get("max_age", "")}
        return redirect(address, self._cookies.write(self._cookies.sign_in(state), self._sign_ins.seal(kept), _SIGN_IN))

    def _call_back(self, asked: Asked) -> Reply:
        query = _query(asked)
        name = self._cookies.sign_in(query.get("state", ""))
        kept = self._sign_ins.open(asked.cookies.get(name, ""))
        good = (
            kept is not None
            and hmac.compare_digest(str(kept["state"]), query.get("state", ""))
            and int(kept["until"]) > self._engine.now()
            # Whose answer it is (RFC 9207).
            and query.get("iss") == self._engine.options.issuer
        )
        # A second use of the code would end what the first one began.
        if kept is None or not good or not self._sessions.is_first(str(kept["state"]), _SIGN_IN):
            raise Refusal("sign_in_failed")
        if "code" not in query:
            self._engine.logger.info("nobody was signed in: %s", query.get("error"))
            raise Refusal("sign_in_failed")
        session = self._new_session(query["code"], kept)
        old = self._sessions.name_in(asked.cookies.get(self._cookies.session))
        if old is not None:
            self._sessions.delete(old)
        cookie = self._sessions.create(session)
        life = self._engine.options.cookie.absolute
        return redirect(
            str(kept["to"]), self._cookies.write(self._cookies.session, cookie, life), self._cookies.clear(name)
        )

    def _new_session(self, code: str, kept: Mapping[str, Any]) -> WebSession:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._base + CALLBACK,
            "code_verifier": str(kept["verifier"]),
        }
        try:
            found = exchange(self._engine, form)
        except TokensRefused as cause:
            self._engine.logger.warning("a code gives no tokens: %s", cause)
            raise Refusal("sign_in_failed") from cause
        access_token, id_token = found["access_token"], str(found.get("id_token", ""))
        claims = check_id_token(self._engine, id_token, access_token, str(kept["nonce"]))
        try:
            token = self._engine.authenticate(access_token)
        except Refusal as refusal:
            if refusal.status == 503:
                raise
            # Signing in once more would end here again.
            self._engine.logger.error("Usher's own access token is refused here: %s", refusal.reason)
            raise Refusal("sign_in_failed") from refusal
        wanted = str(kept["acr"]).split()
        # Whoever did not become stronger would be sent to sign in for ever.
        is_strong = not wanted or any(is_strong_enough(token.acr, acr) for acr in wanted)
        now = int(self._engine.now())
        if token.sub != claims["sub"] or not is_strong or not self._is_recent(claims, str(kept["max_age"]), now):
            raise Refusal("sign_in_failed")
        sid = claims.get("sid") or token.sid
        return WebSession(access_token, found.get("refresh_token"), id_token, token.sub, sid, profile_of(claims), now)

    def _is_recent(self, claims: Mapping[str, Any], max_age: str, now: int) -> bool:
        """Whether a sign-in is as recent as it was asked for (OpenID Connect Core 1.0 §3.1.3.7)."""
        at = claims.get("auth_time")
        if not max_age:
            return True
        return isinstance(at, (int, float)) and now - at <= int(max_age) + self._engine.options.clock_skew

    def _log_out(self, asked: Asked) -> Reply:
        """Sign out here and at Usher. By a link as well, if it is one of our own pages that the person follows it from."""
        self._refuse_forged(replace(asked, method="POST"))
        if asked.method == "GET" and "sec-fetch-site" not in asked.headers:
            raise Refusal("request_forged")
        name = self._sessions.name_in(asked.cookies.get(self._cookies.session))
        session = self._sessions.load(name, self._engine.now()) if name is not None else None
        if name is not None:
            self._sessions.delete(name)
        gone = self._cookies.clear(self._cookies.session)
        end = self._engine.issuer.metadata().end_session_endpoint
        if session is None or end is None:
            return redirect("/", gone)
        query = {"id_token_hint": session.id_token, "client_id": self._engine.options.client_id}
        query["post_logout_redirect_uri"] = self._base + "/"
        return redirect(f"{end}?{urlencode(query)}", gone)

    def _hear(self, body: bytes) -> Reply:
        """Back-channel logout: Usher says that a session is over."""
        engine, options = self._engine, self._engine.options
        text = parse_qs(body.decode("latin-1")).get("logout_token", [""])[0]
        if engine.keys is None:
            engine.refresh_keys_for_request()
        try:
            assert engine.keys is not None
            notice = read_logout_token(
                text,
                engine.keys,
                options.algorithms,
                options.issuer,
                options.client_id,
                options.clock_skew,
                engine.now(),
            )
        except TokenRefused as refused:
            engine.logger.warning("a logout token is refused: %s", refused)
            raise Refusal("logout_token_invalid") from refused
        if notice.sid is None:
            # Usher names the session wherever the client asks for it (backchannel_logout_session_required).
            raise Refusal("logout_token_invalid")
        if notice.jti not in self._notices:
            # The session at Usher may go on, where it is only this client that is to sign people out: so nothing is said
            # of its tokens. Where it is over, the live list says so.
            self._sessions.delete_by_sid(notice.sid)
            self._heeded(notice.jti, notice.exp)
        return Reply(200)

    def _heeded(self, jti: str, exp: float) -> None:
        """A notice counts once its sessions are over: Usher repeats it until then, and its `jti` is the same each time."""
        now = self._engine.now()
        with self._guard:
            self._notices = {known: end for known, end in self._notices.items() if end + 60 > now}
            self._notices[jti] = exp


def _query(asked: Asked) -> dict[str, str]:
    """The parameters of a request; one that comes twice does not count (RFC 6749 §3.1)."""
    found = parse_qs(asked.query, keep_blank_values=True, max_num_fields=50)
    return {name: values[0] for name, values in found.items() if len(values) == 1}

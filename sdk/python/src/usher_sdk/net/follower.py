"""Follows the live feed in a thread of its own: by WebSocket, by long polling where no socket stands, by polling.

The thread is the only writer of the module's memory. Whatever fails is tried again after 1 s, then 2 s, up to 30 s, each
time at a random moment within (full jitter), so that those who lost Usher together do not come back together.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from ..engine import Engine
from ..errors import IssuerError
from ..events import Event
from .issuer import USER_AGENT

PROTOCOL: Final = Subprotocol("usher.sync.v1")
PING: Final = 15.0
"""Seconds without a message after which we look whether the line still stands."""
PONG: Final = 10.0
"""Seconds within which the other side has to answer."""
LONG_POLL: Final = 25
"""Seconds that Usher may keep a question waiting."""
KEYS_AGAIN: Final = 900.0
"""Seconds after which the keys are fetched without a reason."""
REPORT: Final = 60.0
"""Seconds between two reports of sessions."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries at most."""
_NO_SOCKET: Final = 300.0
"""Seconds after which a socket is tried again where none would stand."""
_POLICY_AGAIN: Final = 5.0
_BETWEEN_SNAPSHOTS: Final = 1.0
_LONGEST_RETRY: Final = 120.0
"""Seconds that we stay away at most, whatever Usher asks for."""
_ACK_PAUSE: Final = 0.25
_LONGEST_MESSAGE: Final = 64 * 1024


class Follower:
    """Keeps an :class:`Engine` current until it is stopped."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._logger = engine.logger
        self._stop = threading.Event()
        self._socket: Connection | None = None
        self._failures = 0
        self._needs_snapshot = False
        self._needs_policy = True
        self._snapshot_at = -_BETWEEN_SNAPSHOTS
        self._policy_at = 0.0
        self._caught_up_at = 0
        self._no_socket_until = 0.0
        self._no_long_poll_until = 0.0
        self._keys_at = 0.0
        self._reported_at = time.monotonic()
        self._tidied_at = time.monotonic()
        self._told_stale = False
        self._acked_revision: int | None = None
        self.is_connected = False
        """Whether what is revoked is heard at once."""
        self.failure: IssuerError | None = None
        """Why the module is not current, if it is not."""
        self._thread = threading.Thread(target=self._run, name="usher-sync", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """End, and wait for it; not for a question that Usher keeps waiting."""
        self._stop.set()
        link = self._socket
        if link is not None:
            link.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    @property
    def is_running(self) -> bool:
        """Whether the thread is there: a forked process has none."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._begin()
                self._follow()
            except IssuerError as failure:
                self._fail(failure)
            except Exception as cause:
                if self._stop.is_set():
                    return
                self._logger.exception("the live list is not followed at the moment")
                self._fail(IssuerError(str(cause)))

    def _fail(self, failure: IssuerError) -> None:
        if self._stop.is_set():
            return
        if self.failure is None or str(self.failure) != str(failure):
            log = self._logger.error if failure.permanent else self._logger.warning
            log("the live list is not current: %s", failure)
        self.failure = failure
        self._failures += 1
        longest = min(LONGEST_PAUSE, 2.0 ** min(self._failures - 1, 5))
        self._pause(max(min(failure.retry_after, _LONGEST_RETRY), random.uniform(0, longest)))

    def _good(self) -> None:
        """Usher answers, and the list is current."""
        if self.failure is not None:
            self._logger.info("the live list is current again")
        self.failure, self._failures = None, 0

    def _begin(self) -> None:
        """Fetch what is missing: keys, snapshot, rules."""
        engine, now = self._engine, time.monotonic()
        if engine.keys is None or now - self._keys_at > KEYS_AGAIN or not self._keys_at:
            engine.refresh_keys()
            self._keys_at = now
        if engine.options.sync.transport != "off" and (engine.feed.place is None or self._needs_snapshot):
            if now - self._snapshot_at < _BETWEEN_SNAPSHOTS:
                raise IssuerError("the feed begins anew again and again")
            engine.take_snapshot(engine.issuer.snapshot())
            self._needs_snapshot, self._needs_policy, self._snapshot_at = False, True, now
        self._apply_policy()
        engine.become_ready()
        engine.keep()

    def _apply_policy(self) -> None:
        if self._needs_policy and self._engine.options.policy is not None:
            self._engine.refresh_policy()
        self._needs_policy = False
        self._policy_at = time.monotonic()

    def _lacks_policy(self) -> bool:
        """Whether the feed has told of newer rules than those that apply: another instance may not have had them yet."""
        told, policy = self._engine.feed.policy_revision, self._engine.policy
        return (
            self._engine.options.policy is not None and told is not None and (policy is None or policy.revision < told)
        )

    def _follow(self) -> None:
        transport, now = self._engine.options.sync.transport, time.monotonic()
        if transport == "off":
            self._good()
            self._needs_policy = True
            self._pause(self._poll_interval())
        elif transport == "ws" and now >= self._no_socket_until and not self._is_proxied():
            self._follow_by_socket()
        elif transport != "poll" and now >= self._no_long_poll_until:
            self._ask(LONG_POLL)
            self._chores()
        else:
            self._ask(0)
            self._pause(self._until_next_question(transport))

    def _until_next_question(self, transport: str) -> float:
        """Seconds until the next question, or until something faster may be tried again."""
        interval = self._poll_interval()
        if transport == "poll":
            return interval
        again = self._no_long_poll_until
        if transport == "ws" and not self._is_proxied():
            again = min(again, self._no_socket_until)
        return min(interval, max(again - time.monotonic(), 0.0))

    def _is_proxied(self) -> bool:
        """Whether Usher is reached through a proxy of the environment: httpx goes through it, and our socket does not."""
        url = urlsplit(self._engine.options.issuer)
        return bool(getproxies().get(url.scheme) and not proxy_bypass(url.hostname or ""))

    # By asking ------------------------------------------------------------------------------------------------------

    def _ask(self, wait: int) -> None:
        """Ask for what is new, until there is nothing more."""
        engine = self._engine
        more = True
        while more and not self._stop.is_set():
            try:
                self.is_connected = wait > 0 or self._socket is not None
                answer = engine.issuer.events(str(engine.feed.place), wait, self._revision())
            except IssuerError as failure:
                self.is_connected = False
                if wait and failure.retry_after:
                    # No place to wait in; asking without waiting is always answered.
                    self._no_long_poll_until = time.monotonic() + min(failure.retry_after, _LONGEST_RETRY)
                    return
                raise
            if answer.status == 410:
                self._needs_snapshot = True
                return
            if answer.status not in (200, 304):
                raise IssuerError(f"the feed cannot be had: {answer.status}")
            more = answer.status == 200 and self._take_page(answer.json())
        if not self._needs_snapshot:
            engine.confirm()
            self._apply_policy()
        self._good()

    def _take_page(self, page: Any) -> bool:
        """Take a page of events, and say whether there is more."""
        place = self._engine.feed.place
        if not isinstance(page, dict) or not isinstance(page.get("events"), list) or place is None:
            raise IssuerError("the feed does not read")
        if page.get("epoch") != f"e{place.epoch}":
            self._needs_snapshot = True
            return False
        for message in page["events"]:
            if self._take(message) == "gap":
                self._needs_snapshot = True
        return page.get("more") is True and not self._needs_snapshot

    # By WebSocket ---------------------------------------------------------------------------------------------------

    def _follow_by_socket(self) -> None:
        try:
            with self._open() as link:
                self._socket = link
                try:
                    self._listen(link)
                finally:
                    self._socket, self.is_connected = None, False
        except ConnectionClosed as closed:
            self._closed(closed.rcvd.code if closed.rcvd is not None else None)
        except InvalidStatus as refused:
            self._refused(refused.response.status_code, refused.response.headers.get("Retry-After"))
        except (InvalidHandshake, InvalidURI) as strange:
            # Something on the way speaks no WebSocket.
            self._logger.warning("no WebSocket stands (%s): asking instead", strange)
            self._no_socket_until = time.monotonic() + _NO_SOCKET
        except OSError as cause:
            raise IssuerError(f"Usher does not answer: {cause or type(cause).__name__}") from cause

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        """A socket that stands for as long as the block."""
        address, headers = self._engine.issuer.socket(str(self._engine.feed.place))
        url = urlsplit(address)
        port = url.port or (443 if url.scheme == "wss" else 80)
        # On a connection that is there already, no redirect can lead to another host.
        with (
            socket.create_connection((url.hostname or "", port), timeout=10) as line,
            connect(
                address,
                sock=line,
                subprotocols=[PROTOCOL],
                additional_headers=headers,
                user_agent_header=USER_AGENT,
                proxy=None,
                compression=None,
                open_timeout=10,
                ping_interval=None,
                close_timeout=1,
                max_size=_LONGEST_MESSAGE,
            ) as link,
        ):
            yield link

    def _refused(self, status: int, retry_after: str | None) -> None:
        if status == 401:
            self._engine.issuer.forget_access_token()
            raise IssuerError("our token is over")
        if status == 503:
            seconds = float(retry_after) if retry_after and retry_after.isdigit() else 60.0
            self._no_socket_until = self._no_long_poll_until = time.monotonic() + min(seconds, _LONGEST_RETRY)
            return
        self._logger.warning("no WebSocket stands (%s): asking instead", status)
        self._no_socket_until = time.monotonic() + _NO_SOCKET

    def _closed(self, code: int | None) -> None:
        if code == 4401:
            self._keys_at = 0.0
            self._engine.issuer.forget_access_token()
        raise IssuerError(f"the socket has closed ({code})")

    def _listen(self, link: Connection) -> None:
        heard_at = tidied_at = time.monotonic()
        acked_at, owes_ack, greeted = 0.0, True, False
        while not self._stop.is_set() and not self._needs_snapshot:
            now = time.monotonic()
            if greeted and owes_ack and now - acked_at >= _ACK_PAUSE:
                self._acknowledge(link)
                owes_ack, acked_at = False, now
            if now - tidied_at >= 1:
                self._chores()
                tidied_at = now
                owes_ack = owes_ack or self._revision() != self._acked_revision
            try:
                text = link.recv(timeout=_ACK_PAUSE if owes_ack else 1.0)
            except TimeoutError:
                if time.monotonic() - heard_at >= PING:
                    if not link.ping().wait(PONG):
                        raise IssuerError("the socket gives no sign of life") from None
                    self._confirm()
                    heard_at = time.monotonic()
                continue
            heard_at = time.monotonic()
            greeted = self._hear(text) or greeted
            owes_ack = True

    def _hear(self, text: str | bytes) -> bool:
        """Take a message, and say whether it was the greeting."""
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        outcome = self._take(message)
        place = self._engine.feed.place
        # A greeting from behind our place is a database that was set back: asking tells Usher so.
        was_set_back = outcome == "hello" and place is not None and message.get("cursor", 0) < place.cursor
        if outcome == "gap" or was_set_back:
            self._ask(0)
        if outcome == "hello":
            self._caught_up_at = message.get("cursor", 0)
            self.is_connected = True
            self._good()
        if outcome == "retry":
            after = message.get("after")
            raise IssuerError("Usher restarts", retry_after=float(after) if isinstance(after, (int, float)) else 1.0)
        self._confirm()
        self._apply_policy()
        return outcome == "hello"

    def _confirm(self) -> None:
        """The list is whole, once what was missed before the greeting has come."""
        place = self._engine.feed.place
        if place is not None and place.cursor >= self._caught_up_at and not self._needs_snapshot:
            self._engine.confirm()

    def _acknowledge(self, link: Connection) -> None:
        engine = self._engine
        if engine.feed.place is None:
            return
        ack: dict[str, Any] = {"t": "ack", "c": engine.feed.place.cursor}
        self._acked_revision = self._revision()
        if self._acked_revision is not None:
            ack["rev"] = self._acked_revision
        link.send(json.dumps(ack))

    def _revision(self) -> int | None:
        """The revision of the access rules that apply."""
        policy = self._engine.policy
        return policy.revision if policy is not None else None

    # Both -----------------------------------------------------------------------------------------------------------

    def _take(self, message: Any) -> str:
        engine = self._engine
        outcome = engine.take_message(message)
        if outcome == "message_invalid":
            raise IssuerError("the feed says what does not read")
        if outcome == "policy":
            self._needs_policy = True
        elif outcome == "jwks" or (outcome == "applied" and message.get("k") == "kid"):
            # Where our own token was signed with that key the socket closes: what comes next begins with the keys.
            self._keys_at = 0.0
            engine.refresh_keys()
            self._keys_at = time.monotonic()
        elif outcome == "resync":
            self._needs_snapshot = True
        return outcome

    def _chores(self) -> None:
        """What is due now and then."""
        engine, now = self._engine, time.monotonic()
        stale = engine.is_stale(engine.now())
        if stale and not self._told_stale:
            engine.listeners.tell(Event("stale"))
        self._told_stale = stale
        engine.keep()
        if now - self._policy_at >= _POLICY_AGAIN and self._lacks_policy() and self.failure is None:
            self._needs_policy, self._policy_at = True, now
            self._attempt(self._apply_policy)
        if now - self._tidied_at >= 10:
            self._tidied_at = now
            engine.forget()
        if engine.options.report_sessions and now - self._reported_at >= REPORT and self.failure is None:
            self._reported_at = now
            self._attempt(self.report)

    def report(self) -> None:
        """Report the sessions that were seen, and keep them."""
        engine = self._engine
        if engine.options.client_secret is None:
            return
        any_seen = False
        while sessions := engine.seen.report():
            any_seen = True
            engine.issuer.report_seen([session.as_dict() for session in sessions])
        if any_seen:
            engine.keep_sessions()

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except IssuerError as failure:
            self._logger.warning("%s", failure)

    def _poll_interval(self) -> float:
        """Seconds until the next question, a tenth more or less, so that modules do not ask all at once."""
        return self._engine.options.sync.poll_interval * random.uniform(0.9, 1.1)

    def _pause(self, seconds: float) -> None:
        """Wait, with chores in between."""
        until = time.monotonic() + seconds
        while not self._stop.is_set():
            self._chores()
            left = until - time.monotonic()
            if left <= 0 or self._stop.wait(min(left, 1.0)):
                return

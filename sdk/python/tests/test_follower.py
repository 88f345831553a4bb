"""What the thread that follows does when Usher, or something on the way, does not let it."""

from __future__ import annotations

import os
import socket
from typing import Any

import httpx
import pytest
from conftest import eventually
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.http11 import Response

from usher_sdk import ConfigError, Usher, __version__
from usher_sdk.net.follower import Follower
from usher_sdk.net.issuer import acceptable_host
from usher_sdk.testing import AUDIENCE, CLIENT, ISSUER, Mint


class Feed(Mint):
    """Stands in for Usher with a feed that is asked: sockets are up to the test."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.polls: list[httpx.Request] = []
        self.project: str | None = None
        self.busy = False
        self.gone = False
        self.cursor = 0
        self.entries: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1/sync/")
        waits = "wait" in request.url.params
        if path == "snapshot":
            self.asked.append("snapshot")
            snapshot = {"epoch": "e1", "cursor": self.cursor, "revocations": self.entries}
            return httpx.Response(200, json=snapshot | ({"project_id": self.project} if self.project else {}))
        if path != "events":
            return super().answer(request)
        self.asked.append("long poll" if waits else "poll")
        self.polls.append(request)
        if waits and self.busy:
            return httpx.Response(503, headers={"Retry-After": "60"})
        if self.gone:
            return httpx.Response(410)
        after = int(request.url.params["cursor"].split(".")[1])
        news = [entry for entry in self.entries if entry["c"] > after]
        if not news:
            return httpx.Response(304)
        return httpx.Response(200, json={"epoch": "e1", "cursor": self.cursor, "events": news, "more": False})

    def revoke(self, sid: str) -> None:
        self.cursor += 1
        self.entries.append({"t": "ev", "c": self.cursor, "k": "sid", "v": sid, "exp": int(self.now()) + 600})


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    monkeypatch.setattr("usher_sdk.options.SHORTEST_POLL", 0)
    monkeypatch.setattr("usher_sdk.net.follower.LONGEST_PAUSE", 0.1)
    return Feed()


def usher_on(feed: Feed, **sync: Any) -> Usher:
    return Usher(
        issuer=ISSUER, audience=AUDIENCE, client_id=CLIENT, client_secret="s", policy=False, report_sessions=False,
        sync={"poll_interval": 0.1, **sync}, transport=httpx.MockTransport(feed.answer),
    )  # fmt: skip


def refuse_sockets(monkeypatch: pytest.MonkeyPatch, cause: Exception) -> list[str]:
    tried: list[str] = []

    def follow(self: Follower) -> Any:
        tried.append("socket")
        raise cause

    monkeypatch.setattr(Follower, "_open", follow)
    return tried


def has_heard(usher: Usher, feed: Feed, sid: str) -> bool:
    return sid in {entry["v"] for entry in usher.engine.feed.revocations.entries()}


@pytest.mark.parametrize(
    "cause",
    [InvalidStatus(Response(404, "Not Found", Headers())), InvalidMessage("this is no HTTP")],
    ids=["a proxy that knows no sockets", "something else that answers"],
)
def test_where_no_socket_stands_questions_are_held_open(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, cause: Exception
) -> None:
    tried = refuse_sockets(monkeypatch, cause)
    with usher_on(feed) as usher:
        feed.revoke("s1")
        eventually(lambda: has_heard(usher, feed, "s1"))
        assert "long poll" in feed.asked
        assert len(tried) == 1, "it is not tried again at once"


def test_whoever_finds_no_place_asks_now_and_then(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.busy = True
    refuse_sockets(monkeypatch, InvalidStatus(Response(503, "Busy", Headers({"Retry-After": "60"}))))
    with usher_on(feed) as usher:
        feed.revoke("s1")
        eventually(lambda: has_heard(usher, feed, "s1"))
        assert set(feed.asked) <= {"snapshot", "poll"}


def test_a_short_refusal_does_not_keep_sockets_away_for_long(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = refuse_sockets(monkeypatch, InvalidStatus(Response(503, "Starting", Headers({"Retry-After": "0"}))))
    with usher_on(feed, poll_interval=3600):
        eventually(lambda: len(tried) > 3)


def test_through_a_proxy_of_the_environment_no_socket_is_tried(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = refuse_sockets(monkeypatch, OSError("no route"))
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    with usher_on(feed) as usher:
        feed.revoke("s1")
        eventually(lambda: has_heard(usher, feed, "s1"))
        assert tried == []


def test_a_feed_that_begins_anew_for_ever_is_not_asked_without_a_pause(feed: Feed) -> None:
    feed.gone = True
    usher = usher_on(feed, transport="poll")
    usher.start(1)
    try:
        eventually(lambda: "again and again" in str(usher.status().failure))
        assert feed.asked.count("snapshot") <= 3
        feed.gone = False
        feed.revoke("s1")
        eventually(lambda: has_heard(usher, feed, "s1"))
        eventually(lambda: usher.status().failure is None)
    finally:
        usher.close()


def test_entries_that_leave_a_gap_lead_to_a_snapshot(feed: Feed) -> None:
    with usher_on(feed, transport="poll") as usher:
        feed.cursor = 5
        feed.entries.append({"t": "ev", "c": 5, "k": "sid", "v": "s5", "exp": int(feed.now()) + 600})
        eventually(lambda: has_heard(usher, feed, "s5"))
        eventually(lambda: feed.asked.count("snapshot") == 2)
        eventually(lambda: usher.status().place == "e1.5")


def test_a_poll_names_the_host_and_the_version(feed: Feed) -> None:
    with usher_on(feed, transport="poll"):
        eventually(lambda: feed.polls != [])
    poll = feed.polls[0]
    assert poll.url.params.get("host", "") == acceptable_host(socket.gethostname(), os.getpid())
    assert poll.headers["User-Agent"] == f"usher-sdk-python/{__version__}"
    assert "rev" not in poll.url.params, "without rules none are acknowledged"


def test_a_host_name_is_told_as_far_as_usher_accepts_it() -> None:
    assert acceptable_host("shop (blue)/1\u00e9", 1) == "shopblue1"
    assert acceptable_host("web-1", 4711) == "web-1/4711"
    assert acceptable_host("x" * 80, 4711) == "x" * 59 + "/4711"
    assert acceptable_host("\u00e9", 4711) == ""


def test_a_client_of_another_project_than_the_option_names_is_noticed_at_once(feed: Feed) -> None:
    feed.project = "another"
    usher = Usher(
        issuer=ISSUER, audience=AUDIENCE, client_id=CLIENT, client_secret="s", project="shop", policy=False,
        report_sessions=False, transport=httpx.MockTransport(feed.answer),
    )  # fmt: skip
    with pytest.raises(ConfigError, match="belongs to the project another"):
        usher.start(5)

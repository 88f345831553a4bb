"""What the module tells: decisions with their reasons, its events, its sessions, and what a test of an application needs."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from shop import TABLE

from usher_sdk import Auth, ConfigError, DecisionMade, Event, FileStore, MemoryStore, Refusal, User
from usher_sdk.core.condition import Compare
from usher_sdk.core.condition import Path as Attribute
from usher_sdk.core.value import Value
from usher_sdk.options import Cookie, Sync
from usher_sdk.request import Asked
from usher_sdk.testing import create_test_usher
from usher_sdk.web.sessions import WebSessions, _key


def test_a_decision_is_told_and_explained() -> None:
    told: list[DecisionMade] = []
    test = create_test_usher(policy=TABLE, on_decision=told.append)
    auth = test.usher.authenticate(test.token("u1", roles=["viewer"]))
    assert auth.can("Order:read", {"owner_id": "u1"})
    assert not auth.can("Order:read", {"owner_id": "u2"})
    assert not auth.can("Order:read"), "it depends"
    assert auth.decide("Order:read") == "conditional"
    assert told[0] == DecisionMade("Order:read", "allow", "u1", ("viewer",), 1)
    assert [one.verdict for one in told] == ["allow", "deny", "conditional", "conditional"]
    decision = auth.explain("Order:read", {"owner_id": "u2"})
    assert (decision.verdict, decision.revision) == ("deny", 1)
    assert [(r.role, r.rule, r.condition, r.holds) for r in decision.reasons] == [("viewer", "when", "own", "false")]
    assert len(told) == 4, "an explanation is no decision"
    test.usher.close()


def test_a_filter_says_what_is_theirs() -> None:
    test = create_test_usher(policy=TABLE)
    auth = test.usher.authenticate(test.token("u1", roles=["viewer"]))
    found = auth.filter("Order:read")
    assert found.kind == "some"
    assert found.condition == Compare("eq", Attribute("resource", "owner_id"), Value("string", "u1"))
    assert test.usher.authenticate(test.token("u1")).filter("Order:read").kind == "none"
    test.usher.close()


def test_without_rules_nothing_is_allowed() -> None:
    test = create_test_usher()
    auth = test.usher.authenticate(test.token("u1", roles=["viewer"]))
    assert not auth.can("Order:read", {"owner_id": "u1"})
    assert auth.filter("Order:read").kind == "none"
    assert auth.explain("Order:read").verdict == "deny"
    with pytest.raises(ConfigError, match="policy=False"):
        auth.require("Order:read")
    test.usher.close()


def test_without_published_rules_nothing_is_allowed_and_the_answer_says_what_to_do() -> None:
    test = create_test_usher(policy=TABLE)
    asked = Asked("GET", "/me", {"authorization": f"Bearer {test.token('u1', roles=['viewer'])}"})
    test.mint._rules = None
    test.usher.engine.refresh_policy()
    with pytest.raises(Refusal) as refused:
        test.usher.enter(asked)
    assert (refused.value.status, refused.value.reason) == (503, "rules_unpublished")
    assert "Publish them at Usher" in refused.value.body()["detail"]
    auth = test.usher.authenticate(test.token("u1", roles=["viewer"]))
    assert not auth.can("Order:read", {"owner_id": "u1"})
    with pytest.raises(Refusal, match="rules_unpublished"):
        auth.require("Order:read")
    test.publish(TABLE)
    test.usher.enter(asked)
    test.usher.close()


def test_who_it_is() -> None:
    test = create_test_usher()
    auth = test.usher.authenticate(test.token("u1", roles=["b", "a"], scope="x y", auth_time=None))
    assert auth.user == User("u1", ("a", "b"))
    assert (auth.sid, auth.client_id, auth.scope, auth.is_machine) == (
        "session-of-u1",
        "client_test",
        ("x", "y"),
        False,
    )
    assert auth.is_fresh()
    test.mint.revoked.add(auth.token)
    assert not auth.is_fresh(), "Usher is asked"
    assert auth.has_scope("x", "y") and not auth.has_scope("x", "z")
    assert auth.has_role("z", "a") and not auth.has_role("z")
    assert "u1" in repr(auth)
    assert auth.token not in repr(auth), "no token in logs"
    test.usher.close()


def test_a_test_of_an_application_revokes_what_it_likes() -> None:
    test = create_test_usher()

    def reason(token: str) -> str:
        try:
            test.usher.authenticate(token)
        except Refusal as refusal:
            return refusal.reason
        return ""

    named, session, person, machine = test.token("a", jti="j"), test.token("b"), test.token("c"), test.token("d")
    for kind, value, token in [("jti", "j", named), ("sid", "session-of-b", session), ("sub", "c", person)]:
        assert reason(token) == ""
        test.revoke(kind, value)
        assert reason(token) == "token_revoked"
    assert reason(test.token("c")) == "", "what is issued later knows of it"
    test.revoke("project", "")
    assert reason(machine) == "token_revoked"
    assert reason(test.token("d")) == ""
    with pytest.raises(ValueError, match="planet"):
        test.revoke("planet", "mars")
    test.usher.close()


def test_whoever_asks_late_learns_that_the_module_is_ready() -> None:
    test = create_test_usher()
    heard: list[Event] = []
    test.usher.on("ready", heard.append)
    assert heard == [Event("ready")]
    test.usher.close()


def test_other_rules_are_told() -> None:
    test = create_test_usher(policy=TABLE)
    heard: list[Event] = []
    test.usher.on("policy_changed", heard.append)
    test.usher.on("policy_changed", lambda event: 1 / 0)
    token = test.token("u1", roles=["viewer"])
    assert test.usher.authenticate(token).can("Order:read", {"owner_id": "u1"})
    test.publish({**TABLE, "roles": {"viewer": {"Order:read": "deny"}}})
    assert not test.usher.authenticate(token).can("Order:read", {"owner_id": "u1"})
    assert heard == [Event("policy_changed", revision=2)]
    test.usher.close()


def test_the_session_list_outlives_the_application(tmp_path: Path) -> None:
    asked = Asked("GET", "/", {}, client="192.0.2.1")
    test = create_test_usher(storage=FileStore(tmp_path))
    for sub in ("u1", "u2", "u2"):
        known = test.usher.identify(
            Asked("GET", "/", {"authorization": f"Bearer {test.token(sub)}"}, client=asked.client)
        )
        assert known.auth is not None
    first = test.usher.sessions()
    assert {(one.sub, one.requests) for one in first} == {("u1", 1), ("u2", 2)}
    assert first[0].ip_hash and "192" not in first[0].ip_hash
    test.usher.close()
    again = create_test_usher(storage=FileStore(tmp_path))
    assert {(one.sub, one.requests) for one in again.usher.sessions()} == {("u1", 1), ("u2", 2)}
    again.usher.close()


def test_a_forked_process_has_a_module_of_its_own() -> None:
    test = create_test_usher()
    token = test.token()
    assert test.usher.authenticate(token)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, test.usher.authenticate(token).user.id.encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"user_test"
    os.close(reading)
    os.close(writing)
    test.usher.close()


def test_nothing_blocks_the_event_loop() -> None:
    test = create_test_usher()

    async def ask() -> None:
        async with test.usher as usher:
            auth = await usher.aauthenticate(test.token("u1"))
            await usher.aconfirm(auth)
            test.mint.revoked.add(auth.token)
            with pytest.raises(Refusal, match="token_revoked"):
                await usher.aconfirm(auth)

    asyncio.run(ask())


def test_a_token_that_is_over_is_refused_from_the_cache_as_well() -> None:
    clock = [1_795_000_000.0]
    test = create_test_usher(now=lambda: clock[0])
    token = test.token()
    assert test.usher.authenticate(token)
    clock[0] += 600 + 29
    assert test.usher.authenticate(token)
    clock[0] += 1
    with pytest.raises(Refusal, match="token_expired"):
        test.usher.authenticate(token)
    test.usher.close()


def test_a_clock_that_is_set_back_does_not_keep_the_list_good() -> None:
    clock = [1_795_000_000.0]
    test = create_test_usher(now=lambda: clock[0])
    engine = test.usher.engine
    engine.options = replace(engine.options, sync=Sync(transport="poll"))
    engine.confirm()
    assert not engine.is_stale(clock[0])
    assert not engine.is_stale(clock[0] - 29), "clocks differ"
    assert engine.is_stale(clock[0] - 3600)
    test.usher.close()


def test_while_the_list_is_stale_usher_is_asked_about_a_token_once_a_second() -> None:
    clock = [1_795_000_000.0]
    test = create_test_usher(now=lambda: clock[0])
    engine, token, asked = test.usher.engine, test.token(), 0
    introspect = engine.issuer.introspect

    def count(text: str) -> Any:
        nonlocal asked
        asked += 1
        return introspect(text)

    engine.options = replace(engine.options, sync=Sync(transport="poll", on_stale="introspect"))
    engine.issuer.introspect = count  # type: ignore[method-assign]
    for _ in range(3):
        test.usher.authenticate(token)
    assert asked == 1
    clock[0] += 1
    test.usher.authenticate(token)
    assert asked == 2
    test.usher.authenticate(token, fresh=True)
    assert asked == 3, "a route that wants to be sure always asks"
    test.mint.revoked.add(token)
    clock[0] += 1
    with pytest.raises(Refusal, match="token_revoked"):
        test.usher.authenticate(token)
    test.usher.close()


def test_a_leaked_key_stays_gone_although_a_cache_serves_it_and_its_entry_is_over() -> None:
    clock = [1_795_000_000.0]
    test = create_test_usher(now=lambda: clock[0])
    assert test.usher.authenticate(test.token())
    entry = {"t": "ev", "c": 1, "k": "kid", "v": "test", "exp": int(clock[0]) + 600}
    test.usher.engine.take_snapshot({"epoch": "e1", "cursor": 1, "revocations": [entry]})
    for later in (0, 700):
        clock[0] += later
        test.usher.engine.forget()
        test.usher.engine.refresh_keys()
        with pytest.raises(Refusal) as refused:
            test.usher.authenticate(test.token())
        assert refused.value.reason == "key_unknown"
    test.usher.close()


def test_a_key_whose_notice_was_lost_is_fetched_at_once_and_unknown_ones_once_in_a_second() -> None:
    clock = [1_795_000_000.0]
    test = create_test_usher(now=lambda: clock[0])
    test.usher.engine.refresh_keys()
    for kid in ("second", "third"):
        test.mint._key = ECKey.generate_key("P-256", parameters={"kid": kid, "alg": "ES256", "use": "sig"})
        assert test.usher.authenticate(test.token())
        test.mint._key = ECKey.generate_key("P-256", parameters={"kid": f"after {kid}", "alg": "ES256", "use": "sig"})
        token = test.token()
        with pytest.raises(Refusal, match="key_unknown"):
            test.usher.authenticate(token)
        clock[0] += 1
        assert test.usher.authenticate(token)
        clock[0] += 1
    test.usher.close()


TEAMS = {
    **TABLE,
    "conditions": {
        "own": {"in": ["resource.team", "user.teams"]},
        "here": {"eq": ["context.ip", {"lit": "192.0.2.1"}]},
    },
    "roles": {"viewer": {"Order:read": "own", "Order:list": "here"}},
}


def test_rules_ask_what_the_application_knows_of_people_and_requests() -> None:
    asked_for: list[str] = []

    def teams(auth: Auth) -> dict[str, list[str]]:
        asked_for.append(auth.sub)
        return {"teams": ["blue"], "id": "somebody else"}

    test = create_test_usher(policy=TEAMS, user_attributes=teams, context=lambda asked: {"ip": asked.client})
    headers = {"authorization": f"Bearer {test.token('u1', roles=['viewer'])}"}
    auth = test.usher.enter(Asked("GET", "/me", headers, client="192.0.2.1")).somebody()
    assert asked_for == [], "nothing is loaded that no rule asks for"
    assert auth.can("Order:read", {"team": "blue"})
    assert not auth.can("Order:read", {"team": "red"})
    assert asked_for == ["u1"], "once a request"
    assert auth.question("x").user["id"] == "u1", "who somebody is says the token alone"  # type: ignore[index]
    assert auth.can("Order:list")
    elsewhere = test.usher.enter(Asked("GET", "/me", headers, client="192.0.2.2")).somebody()
    assert not elsewhere.can("Order:list")
    test.usher.close()


def test_what_is_known_of_people_may_come_from_an_asynchronous_database() -> None:
    async def teams(auth: Auth) -> dict[str, list[str]]:
        return {"teams": ["blue"]}

    test = create_test_usher(policy=TEAMS, user_attributes=teams)
    asked = Asked("GET", "/me", {"authorization": f"Bearer {test.token('u1', roles=['viewer'])}"})

    async def ask() -> bool:
        return (await test.usher.aenter(asked)).somebody().can("Order:read", {"team": "blue"})

    assert asyncio.run(ask())
    test.usher.close()


def test_a_store_that_fails_lets_nobody_in() -> None:
    class Broken(MemoryStore):
        is_broken = False

        def get(self, key: str) -> bytes | None:
            if self.is_broken:
                raise OSError("no connection")
            return super().get(key)

    store = Broken()
    test = create_test_usher(
        storage=store, mode="web", base_url="https://shop.test", secret="x" * 32, audience="https://api.test"
    )
    assert test.usher.web is not None
    cookie = test.usher.web._sessions._names.seal({"name": "somebody"})
    asked = Asked("GET", "/", {"accept": "application/json"}, cookies={"__Host-usher-app": cookie})
    assert test.usher.identify(asked).refusal is None
    sessions = WebSessions(store, ("x" * 32,), Cookie())
    sessions._note_use("somebody", time.time())
    store.set(_key("somebody"), sessions._values.seal({"of": "another version"}, _key("somebody")).encode())
    assert test.usher.identify(asked).refusal is None
    store.is_broken = True
    refusal = test.usher.identify(asked).refusal
    assert refusal is not None
    assert (refusal.status, refusal.reason) == (503, "store_unavailable")
    test.usher.close()

"""Tokens, the live list, the door, the log and webhooks answer as in every other SDK."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from vectors import load

from usher_sdk.core.door import Passed, check_route, find_rule
from usher_sdk.core.feed import Feed, SnapshotRefused
from usher_sdk.core.keys import KeyRing
from usher_sdk.core.logfile import LogRefused, LogWriter, read_log, store_key
from usher_sdk.core.policy import Policy, Question
from usher_sdk.core.proof import Credentials, ProvenRequest, check_binding
from usher_sdk.core.refusal import Refusal
from usher_sdk.core.residual import residual
from usher_sdk.core.token import Expected, TokenRefused, check, read
from usher_sdk.core.webhook import WebhookRefused, verify_webhook
from usher_sdk.engine import Engine
from usher_sdk.options import check_options
from usher_sdk.stores.memory import MemoryStore


def named(vectors: dict[str, Any], member: str = "cases") -> Any:
    return pytest.mark.parametrize("case", vectors[member], ids=lambda case: case["name"])


TOKENS = load("tokens.json")


@named(TOKENS)
def test_tokens(case: dict[str, Any]) -> None:
    options = {**TOKENS["options"], **case.get("options", {})}
    clients = None if options["clients"] is None else frozenset(options["clients"])
    expected = Expected(options["issuer"], options["audience"], clients, options["project"], options["clockSkew"])
    want = case["expect"]
    try:
        signed = read(case["token"], KeyRing.read(TOKENS["jwks"]), options["algorithms"])
        token = check(signed, expected, case.get("now", TOKENS["now"]))
    except TokenRefused as refused:
        answer = Refusal(refused.reason)
        assert {"status": answer.status, "code": answer.code, "reason": answer.reason} == want
        return
    assert {
        "kind": "client" if token.is_machine else "user",
        "sub": token.sub,
        "client_id": token.client_id,
        "scope": list(token.scope),
        "roles": list(token.roles),
        **({} if token.jkt is None else {"jkt": token.jkt}),
        **({} if token.client_proven else {"client_unproven": True}),
    } == want


PROOFS = load("proofs.json")


@named(PROOFS)
def test_proofs_of_a_key(case: dict[str, Any]) -> None:
    case, want = {**PROOFS, **case}, case["expect"]
    shown = Credentials(case["scheme"], case["token"], tuple(case["proofs"]))
    request = ProvenRequest(case["method"], case["target"].split("?")[0], case["url"])
    try:
        proof = check_binding(shown, case["jkt"], request, case["clockSkew"], case["now"])
    except Refusal as answer:
        assert {"status": answer.status, "code": answer.code, "reason": answer.reason} == want
        return
    assert {"jti": proof.jti if proof is not None else None} == want


REVOCATION = load("revocation.json")


@dataclass
class Bearer:
    jti: str
    sub: str
    client_id: str
    iat: int
    kid: str
    sid: str | None = None
    gid: str | None = None
    urv: int | None = None


def ask(feed: Feed, case: dict[str, Any], now: float = REVOCATION["now"]) -> None:
    feed.revocations.forget(now)
    assert feed.revocations.why_revoked(Bearer(**case["claims"], kid=case["kid"])) == case["revoked_by"], case["name"]


def followed(most: int = 200_000) -> Feed:
    feed = Feed(most)
    feed.take_snapshot(REVOCATION["snapshot"], REVOCATION["now"])
    return feed


@named(REVOCATION)
def test_revocations(case: dict[str, Any]) -> None:
    ask(followed(), case)


@named(REVOCATION, "sequences")
def test_how_the_list_follows_the_feed(case: dict[str, Any]) -> None:
    feed = followed(case.get("max", 200_000))
    for step in case["steps"]:
        now = step.get("now", REVOCATION["now"])
        if "ask" in step:
            ask(feed, step["ask"], now)
            continue
        if "message" in step:
            outcome: str = feed.take_message(step["message"], now)
        else:
            try:
                feed.take_snapshot(step["snapshot"], now)
                outcome = "replaced"
            except SnapshotRefused as refused:
                outcome = refused.reason
        assert feed.place is not None
        assert (outcome, feed.place.cursor) == (step["outcome"], step["cursor"]), step


ROUTES = load("routes.json")


@dataclass
class Holder:
    claims: dict[str, Any]
    roles: list[str]
    scope: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.scope = self.claims.get("scope", "").split()

    @property
    def acr(self) -> str | None:
        return self.claims.get("acr")

    @property
    def auth_time(self) -> float | None:
        return self.claims.get("auth_time")

    def question(self, permission: str, resource: object | None = None) -> Question:
        return Question(self.roles, permission, {"id": self.claims["sub"]}, resource)


def engine_with(table: dict[str, Any] | None) -> Engine:
    """A module's memory with these rules published, or none."""
    options = check_options({"issuer": "https://id.example.com", "client_id": "c", "client_secret": "s", "audience": "a",
                             "project": ROUTES["table"]["project"]})  # fmt: skip
    engine = Engine(options, MemoryStore(), logging.getLogger("test"))
    engine.published.policy = None if table is None else Policy(table)
    engine.published.is_published = table is not None
    return engine


@named(ROUTES)
def test_the_door(case: dict[str, Any]) -> None:
    engine, want = engine_with(case.get("table", ROUTES["table"])), case["expect"]
    holder = Holder(case["auth"]["claims"], case["auth"]["roles"]) if case["auth"] else None
    try:
        rules = engine.published.current()
        rule = find_rule(
            rules,
            case["method"],
            case["path"],
            case["path"],
            preflight=case.get("preflight", False),
            on_missing=case.get("options", {}).get("onMissingRoute", "deny"),
        )
        passed = check_route(rule, rules, holder, ROUTES["now"]) if rule else Passed(None)
        answer: dict[str, Any] = {"status": 200, "rule": passed.rule.path if passed.rule else None}
        answer |= {"conditional": passed.conditional} if passed.conditional else {}
        answer |= {"fresh": True} if passed.fresh else {}
    except Refusal as refusal:
        answer = {"status": refusal.status, "code": refusal.code, "reason": refusal.reason, **refusal.details}
    assert answer == want


FILTERS = load("filters.json")


@named(FILTERS)
def test_filters(case: dict[str, Any]) -> None:
    rule, permission = case["rule"], FILTERS["permission"]
    is_condition = isinstance(rule, dict)
    policy = Policy(
        {
            "v": 1, "default": "deny", "project": FILTERS["project"], "revision": 1, "permissions": {permission: "item"},
            "conditions": {"condition": rule} if is_condition else {},
            "roles": {"reader": {permission: "condition" if is_condition else rule}}, "routes": [],
        }
    )  # fmt: skip
    assert residual(policy, Question(["reader"], permission, FILTERS["user"])).as_json() == case["filter"]


REFUSALS = load("refusals.json")


@named(REFUSALS)
def test_what_callers_are_told_of_a_refusal(case: dict[str, Any]) -> None:
    refusal = Refusal(case["reason"], case["details"])
    headers = refusal.headers()
    assert {
        "challenge": headers.get("WWW-Authenticate"),
        "retry_after": headers.get("Retry-After"),
        "body": refusal.body(),
    } == case["expect"]


LOGS = load("store-log.json")


@named(LOGS)
def test_the_log_of_the_file_store(case: dict[str, Any]) -> None:
    want, key = case["expect"], store_key(LOGS["secret"])
    assert key.hex() == LOGS["key_hex"]
    try:
        kept, _ = read_log(case["text"].encode(), key, LOGS["issuer"], LOGS["client"])
    except LogRefused as refused:
        assert {"reason": refused.reason} == want
        return
    assert {
        "epoch": f"e{kept.epoch}",
        "cursor": kept.cursor,
        "at": kept.at,
        "named": [entry["v"] for entry in kept.entries],
        "policy": kept.policy,
        "policy_etag": kept.policy_etag,
        "jwks_etag": kept.jwks_etag,
        "clients": kept.clients,
        "dropped": kept.dropped,
    } == want


def test_what_is_written_is_read_again() -> None:
    key = store_key(LOGS["secret"])
    whole = LOGS["cases"][0]["text"].encode()
    kept, writer = read_log(whole, key, LOGS["issuer"], LOGS["client"])
    written = b"".join(LogWriter(key).lines(kept, LOGS["issuer"], LOGS["client"]))
    again, _ = read_log(written, key, LOGS["issuer"], LOGS["client"])
    assert [entry["v"] for entry in again.entries] == [entry["v"] for entry in kept.entries]
    assert (again.cursor, again.policy, again.clients) == (kept.cursor, kept.policy, kept.clients)
    more = whole + writer.line({"t": "skip", "c": kept.cursor + 1})
    assert read_log(more, key, LOGS["issuer"], LOGS["client"])[0].cursor == kept.cursor + 1


WEBHOOKS = load("webhooks.json")


@named(WEBHOOKS)
def test_webhooks(case: dict[str, Any]) -> None:
    try:
        found = verify_webhook(
            case["body"].encode(), case["headers"], case.get("secrets", WEBHOOKS["secrets"]), WEBHOOKS["now"]
        )
    except WebhookRefused as refused:
        assert {"reason": refused.reason} == case["expect"]
        return
    assert {"id": found.id, "type": found.type, "version": found.version, "data": found.data} == case["expect"]

"""The evaluator answers what Cedar answers."""

from __future__ import annotations

from typing import Any

import pytest
from vectors import load

from usher_sdk.core.door import find_rule
from usher_sdk.core.path import AmbiguousPath, segments
from usher_sdk.core.policy import Policy, Question
from usher_sdk.core.refusal import Refusal
from usher_sdk.core.routes import RouteRule, RouteTable


def question(case: dict[str, Any]) -> Question:
    return Question(
        roles=case["roles"],
        permission=case["permission"],
        user=case.get("user", {}),
        resource=case.get("resource"),
        context=case.get("context", {}),
        token=case.get("token", {}),
    )


DECISIONS = load("policy/decisions.json")


@pytest.mark.parametrize("case", DECISIONS["cases"], ids=lambda case: case["name"])
def test_a_decision_is_as_expected(case: dict[str, Any]) -> None:
    policy = Policy(DECISIONS["table"])
    assert policy.evaluate(question(case)) == case["expect"]
    assert policy.explain(question(case)).verdict == case["expect"]


def test_generated_conditions_answer_as_cedar_does() -> None:
    asked = 0
    for group in load("policy/generated.json")["sets"]:
        policy = Policy(group["table"])
        for case in group["cases"]:
            assert policy.evaluate(question(case)) == case["expect"], case
            asked += 1
    assert asked > 100


@pytest.mark.parametrize("case", load("policy/paths.json")["cases"], ids=lambda case: repr(case["raw"]))
def test_a_path_has_one_reading_or_is_refused(case: dict[str, Any]) -> None:
    if case["segments"] is None:
        with pytest.raises(AmbiguousPath):
            segments(case["raw"])
    else:
        assert list(segments(case["raw"])) == case["segments"]


ROUTES = load("policy/routes.json")


@pytest.mark.parametrize("case", ROUTES["cases"], ids=lambda case: f"{case['method']} {case['path']}")
@pytest.mark.parametrize("order", [1, -1], ids=["as written", "backwards"])
def test_the_most_specific_route_counts_in_any_order(case: dict[str, Any], order: int) -> None:
    table = RouteTable(RouteRule.read(rule) for rule in ROUTES["routes"][::order])
    try:
        found = table.find(case["method"], case["path"])
    except AmbiguousPath:
        found = None
    assert (found.path if found else None) == case["pattern"]


def test_an_object_is_as_good_as_a_mapping() -> None:
    class Order:
        owner_id = "u1"

        def team_id(self) -> str:
            return "a method is no value"

    policy = Policy(DECISIONS["table"])
    ask = Question(roles=["viewer"], permission="Order:read", user={"id": "u1"}, resource=Order())
    assert policy.evaluate(ask) == "allow"


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"default": "allow"},
        {"revision": "43"},
        {"roles": {"viewer": {"Order:read": "nobody"}}},
        {"roles": {"viewer": {"Order:read": []}}},
        {"conditions": {"own": {"equals": ["user.id", "resource.id"]}}},
        {"routes": [{"m": "GET", "p": "/"}]},
    ],
    ids=str,
)
def test_a_table_that_does_not_read_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Policy({**DECISIONS["table"], **change})


@pytest.mark.parametrize(
    ("path", "raw", "found"),
    [
        ("/orders/42", "/orders/42", "/orders/:id"),
        ("/orders/42", "/orders/4%32", "/orders/:id"),
        ("/orders/42", "/orders/42?x=/../", "/orders/:id"),
        ("/orders/42", None, "/orders/:id"),
        ("/orders/4 2", None, "/orders/:id"),
        ("/orders/4#2", "/orders/4%232", "/orders/:id"),
        ("/за/1", None, "/за/:id"),
        ("/orders#/../admin", "/orders#/../admin", None),
        ("/orders?/x", "/orders?/x", None),
        ("/admin/users", "/orders/42", None),
        ("/admin/users", "/admin%2fusers", None),
        ("/orders/%32", None, None),
        ("/orders/\udce9", None, None),
    ],
)
def test_what_the_framework_routes_by_and_what_came_over_the_wire_read_the_same(
    path: str, raw: str | None, found: str | None
) -> None:
    policy = Policy({**DECISIONS["table"], "routes": ROUTES["routes"]})
    try:
        rule = find_rule(policy, "GET", path, raw)
    except Refusal as refusal:
        assert (refusal.status, found) == (400, None)
    else:
        assert rule is not None
        assert rule.path == found

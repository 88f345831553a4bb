"""A filter selects exactly the resources that the evaluator allows, in SQL as in memory."""

from __future__ import annotations

import os
import random
from typing import Any
from uuid import uuid4

import pytest
from vectors import load

from usher_sdk.core.policy import Policy, Question
from usher_sdk.core.residual import residual
from usher_sdk.core.select import NotInQuery

TAGS: list[list[str] | None] = [None, [], ["u1"], ["u2", "t1"], ["u1", "u1"]]
ROWS: list[dict[str, Any]] = [
    {
        "id": number,
        "owner_id": owner,
        "team_id": team,
        "total": total,
        "locked": locked,
        "tags": TAGS[number % len(TAGS)],
    }
    for number, (owner, team, total, locked) in enumerate(
        (owner, team, total, locked)
        for owner in ("u1", "u2", "", None)
        for team in ("t1", "u1", None)
        for total in (0, 5, 9_007_199_254_740_991, None)
        for locked in (True, False, None)
    )
]
USER = {"id": "u1", "teams": ["t1", "t2"], "level": 5, "vip": True, "none": []}


def leaf(chance: random.Random, typed: bool) -> dict[str, Any]:
    """One comparison with the resource on either side; ``typed``: of values that may be compared."""
    text = chance.choice(["resource.owner_id", "resource.team_id"])
    number, truth = "resource.total", "resource.locked"
    odd = [] if typed else ["user.level"]
    odd_text = [] if typed else ["user.id"]
    sides = chance.choice(
        [
            (chance.choice(["eq", "ne"]), text, chance.choice(["user.id", {"lit": "u2"}, "user.missing", *odd])),
            (
                chance.choice(["eq", "ne", "gt", "gte", "lt", "lte"]),
                number,
                chance.choice(["user.level", 0, *odd_text]),
            ),
            (chance.choice(["eq", "ne"]), truth, chance.choice([True, False, "user.vip", *odd])),
            ("in", text, chance.choice(["user.teams", {"lit": ["u1", "u2"]}, "user.none", *odd_text])),
            ("contains", "user.teams", text),
            ("eq", "resource.owner_id", "resource.team_id"),
            ("present", chance.choice([text, number, truth]), None),
        ]
    )
    op, left, right = sides
    if op == "present":
        return {"present": left}
    flip = op in ("eq", "ne", "gt", "gte", "lt", "lte") and chance.random() < 0.3
    return {op: [right, left] if flip and isinstance(right, (str, dict, int)) else [left, right]}


def condition(chance: random.Random, typed: bool, depth: int = 3) -> dict[str, Any]:
    if depth == 0 or chance.random() < 0.3:
        return leaf(chance, typed)
    kind = chance.choice(["all", "any", "not"])
    if kind == "not":
        return {"not": condition(chance, typed, depth - 1)}
    return {kind: [condition(chance, typed, depth - 1) for _ in range(chance.randint(1, 3))]}


def policy_of(json: dict[str, Any]) -> Policy:
    return Policy(
        {
            "v": 1, "default": "deny", "project": "p", "revision": 1, "permissions": {"Order:list": "item"},
            "conditions": {"c": json}, "roles": {"r": {"Order:list": "c"}}, "routes": [],
        }
    )  # fmt: skip


def question(resource: object | None = None) -> Question:
    return Question(["r"], "Order:list", USER, resource)


def allowed(policy: Policy) -> list[int]:
    return [row["id"] for row in ROWS if policy.evaluate(question(row)) == "allow"]


def conditions(count: int, typed: bool = False) -> list[dict[str, Any]]:
    chance = random.Random(20_261_129)
    return [condition(chance, typed) for _ in range(count)]


def lists() -> list[dict[str, Any]]:
    """Conditions over a list of the resource, which PostgreSQL alone can hold."""
    mine: dict[str, Any] = {"contains": ["resource.tags", "user.id"]}
    return [
        mine,
        {"in": ["user.id", "resource.tags"]},
        {"not": mine},
        {"contains": ["resource.tags", {"lit": "nobody's"}]},
        {"any": [{"not": mine}, {"eq": ["resource.total", 5]}]},
        {"all": [mine, {"present": "resource.owner_id"}]},
        {"present": "resource.tags"},
        {"not": {"present": "resource.tags"}},
    ]


def test_what_is_left_of_the_rules_answers_as_the_rules() -> None:
    for group in load("policy/generated.json")["sets"]:
        policy = Policy(group["table"])
        for case in group["cases"]:
            if case.get("resource") is None:
                continue
            ask = Question(
                case["roles"], case["permission"], case["user"], None, case.get("context", {}), case.get("token", {})
            )
            left = residual(policy, ask)
            found = left.matches(case["resource"])
            assert found == (case["expect"] == "allow"), case


def test_a_filter_for_a_front_end_is_json() -> None:
    json = {
        "any": [{"gte": ["resource.total", {"int": "9007199254740993"}]}, {"not": {"in": ["user.id", "resource.tags"]}}]
    }
    assert residual(policy_of(json), question()).as_json() == {
        "any": [
            {
                "op": "gte",
                "left": {"field": "total"},
                "right": {"value": {"int": "9007199254740993"}},
                "negated": False,
            },
            {"op": "contains", "left": {"field": "tags"}, "right": {"value": "u1"}, "negated": True},
        ]
    }
    assert residual(policy_of({"present": "user.id"}), question()).as_json() is True
    assert residual(policy_of({"present": "user.nothing"}), question()).as_json() is False


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_sqlalchemy_selects_what_the_rules_allow(database: str) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from usher_sdk.sqlalchemy import where

    on_postgres = database == "postgresql"
    tags = [sqlalchemy.Column("tags", sqlalchemy.ARRAY(sqlalchemy.Text))] if on_postgres else []
    table = sqlalchemy.Table(
        "orders", sqlalchemy.MetaData(), sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True),
        sqlalchemy.Column("owner_id", sqlalchemy.String), sqlalchemy.Column("team_id", sqlalchemy.String),
        sqlalchemy.Column("total", sqlalchemy.BigInteger), sqlalchemy.Column("locked", sqlalchemy.Boolean), *tags,
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    engine = sqlalchemy.create_engine(f"postgresql+psycopg{postgres()[10:]}" if on_postgres else "sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{column.name: row[column.name] for column in table.c} for row in ROWS])
        for json in [*conditions(400), *(lists() if on_postgres else [])]:
            policy = policy_of(json)
            clause = where(residual(policy, question()), table)
            query = sqlalchemy.select(table.c.id).where(clause).order_by(table.c.id)
            assert list(connection.scalars(query)) == allowed(policy), json
    engine.dispose()


def postgres() -> str:
    """The address of a PostgreSQL for tests."""
    url = os.environ.get("USHER_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("USHER_TEST_POSTGRES_URL names none")
    pytest.importorskip("psycopg")
    return url.replace("postgres://", "postgresql://", 1)


def test_sqlalchemy_refuses_what_it_cannot_say() -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from usher_sdk.sqlalchemy import where

    table = sqlalchemy.Table("orders", sqlalchemy.MetaData(), sqlalchemy.Column("tags", sqlalchemy.JSON))
    for json in ({"contains": ["resource.tags", "user.id"]}, {"eq": ["resource.colour", "user.id"]}):
        with pytest.raises(NotInQuery):
            where(residual(policy_of(json), question()), table)


def test_an_id_that_is_a_uuid_is_a_text_to_the_rules() -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from usher_sdk.sqlalchemy import where

    table = sqlalchemy.Table("orders", sqlalchemy.MetaData(), sqlalchemy.Column("owner_id", sqlalchemy.Uuid))
    clause = where(residual(policy_of({"eq": ["resource.owner_id", "user.id"]}), question()), table)
    assert str(clause) == "false", "the user's id is no UUID: nothing is theirs, not even what belongs to nobody"


@pytest.mark.parametrize("database", ["default", "postgres"])
def test_django_selects_what_the_rules_allow(database: str) -> None:
    pytest.importorskip("django")
    from django_project import setup

    on_postgres = database == "postgres" and bool(postgres())
    setup()
    from django.db import connections

    from usher_sdk.django import to_q

    model = order_model(on_postgres)
    connection = connections[database]
    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        kept = [name for name in ROWS[0] if name != "tags" or on_postgres]
        rows = model.objects.using(database)
        rows.bulk_create(model(**{**{name: row[name] for name in kept}, "id": row["id"] + 1}) for row in ROWS)
        # A queryset converts what it compares, so the rules and the model have to agree on types.
        for json in [*conditions(400, typed=True), *(lists() if on_postgres else [])]:
            policy = policy_of(json)
            found = rows.filter(to_q(residual(policy, question()))).order_by("id").values_list("id", flat=True)
            assert [number - 1 for number in found] == allowed(policy), json
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)
        connection.close()


def order_model(on_postgres: bool) -> Any:
    """The model of an order; PostgreSQL can hold its tags."""
    from django.contrib.postgres.fields import ArrayField
    from django.db import models

    members = {
        "owner_id": models.TextField(null=True),
        "team_id": models.TextField(null=True),
        "total": models.BigIntegerField(null=True),
        "locked": models.BooleanField(null=True),
        **({"tags": ArrayField(models.TextField(), null=True)} if on_postgres else {}),
    }
    name = f"Order{uuid4().hex[:12]}"
    meta = type("Meta", (), {"app_label": "shop"})
    return type(name, (models.Model,), {**members, "Meta": meta, "__module__": __name__})

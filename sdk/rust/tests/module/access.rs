//! What the caller may do: decisions, filters, attributes of the application.

use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::{Value as Json, json};
use usher_sdk::policy::{Argument, Attributes, Placeholder, Sql, SqlFault, array_contains};
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Auth, Verdict};

use crate::{editor, rules, viewer};

#[derive(Serialize)]
struct Order {
    owner_id: String,
    team: String,
}

fn order(owner: &str, team: &str) -> Order {
    Order { owner_id: owner.to_owned(), team: team.to_owned() }
}

fn object(json: Json) -> Attributes {
    let Json::Object(members) = json else { panic!("{json}") };
    members
}

async fn caller(test: &TestUsher, token: &TestToken<'_>) -> Auth {
    test.usher.verify(&test.token(token)).await.unwrap()
}

#[tokio::test]
async fn decisions_depend_on_roles_and_on_the_resource() {
    let test = TestUsher::with_rules(rules()).await;
    let viewer = caller(&test, &viewer()).await;
    assert!(viewer.can("Order:list", ()) && !viewer.can("Order:read", ()));
    assert_eq!(viewer.decide("Order:read", ()), Verdict::Conditional);
    assert!(viewer.can("Order:read", order("user-1", "x")) && !viewer.can("Order:read", order("user-2", "x")));
    assert_eq!(viewer.decide("Order:delete", ()), Verdict::Deny);
    let explained = json!(viewer.explain("Order:read", order("user-2", "x")));
    let reason = json!({ "role": "viewer", "rule": "when", "condition": "own", "holds": "false" });
    assert_eq!(explained, json!({ "verdict": "deny", "reasons": [reason] }));
    assert_eq!(json!(viewer.permissions())["Order:list"], true);
    assert_eq!(json!(viewer.permissions())["Order:update"], false);
    assert!(viewer.filter("Order:read").matches(order("user-1", "x")));
}

#[tokio::test]
async fn the_application_adds_attributes_but_not_id_and_roles() {
    let test = TestUsher::configured(Some(rules()), |builder| {
        builder.user_attributes(|identity| async move {
            object(json!({ "teams": [format!("team of {}", identity.user.id)], "id": "somebody", "roles": ["viewer"] }))
        })
    });
    let test = test.await;
    let editor = caller(&test, &editor()).await;
    assert!(editor.can("Order:update", order("nobody", "team of user-2")));
    assert!(editor.can("Order:update", order("user-2", "x")) && !editor.can("Order:update", order("somebody", "x")));
}

#[tokio::test]
async fn a_filter_is_the_condition_of_a_query() {
    let attributes = |_| async { object(json!({ "teams": ["north", "south"] })) };
    let test = TestUsher::configured(Some(rules()), |builder| builder.user_attributes(attributes)).await;
    let filter = caller(&test, &editor()).await.filter("Order:update");
    let sql = Sql::new([("owner_id", "orders.owner"), ("team", "orders.team")]);
    let found = filter.to_sql(&sql).unwrap();
    assert_eq!(found.sql, "(orders.owner = ? OR orders.team IN (?, ?))");
    let texts = ["user-2", "north", "south"].map(|text| Argument::Text(text.to_owned()));
    assert_eq!(found.arguments, texts);
    let dollars = filter.to_sql(&sql.placeholder(Placeholder::Dollar).arguments_before(2)).unwrap();
    assert_eq!(dollars.sql, "(orders.owner = $3 OR orders.team IN ($4, $5))");
    assert_eq!(filter.to_sql(&Sql::new([("team", "t")])), Err(SqlFault::NoColumn("owner_id".to_owned())));
    let list = caller(&test, &editor()).await.filter("Order:list");
    assert_eq!(list.to_sql(&Sql::default()).unwrap().sql, "(1=1)");
    assert_eq!(caller(&test, &viewer()).await.filter("Order:update").to_sql(&Sql::default()).unwrap().sql, "(1=0)");
}

#[tokio::test]
async fn every_operator_has_its_form_in_sql() {
    let condition = json!({ "all": [
        { "not": { "in": ["user.id", "resource.tags"] } }, { "contains": ["resource.tags", { "lit": "new" }] },
        { "not": { "in": ["resource.state", { "lit": ["a", "b"] }] } }, { "in": ["resource.state", "resource.tags"] },
        { "gte": ["resource.total", 5] }, { "lt": [9, "resource.total"] }, { "ne": ["resource.locked", true] },
        { "not": { "present": "resource.gone" } }, { "any": [{ "present": "resource.a" }, { "eq": ["resource.a", "resource.b"] }] },
    ] });
    let mut table = rules();
    table["conditions"]["own"] = condition;
    let test = TestUsher::with_rules(table).await;
    let filter = caller(&test, &viewer()).await.filter("Order:read");
    let names = ["tags", "state", "total", "locked", "gone", "a", "b"];
    let sql = Sql::new(names.map(|name| (name, name))).placeholder(Placeholder::Dollar);
    assert_eq!(filter.to_sql(&sql), Err(SqlFault::List("tags".to_owned())));
    let found = filter.to_sql(&sql.lists(array_contains)).unwrap();
    assert_eq!(
        found.sql,
        "(NOT ($1 = ANY(tags)) AND ($2 = ANY(tags)) AND state NOT IN ($3, $4) AND (state = ANY(tags)) AND total >= $5 \
         AND total > $6 AND locked <> $7 AND gone IS NULL AND (a IS NOT NULL OR a = b))"
    );
    assert_eq!(found.arguments[4..], [Argument::Int(5), Argument::Int(9), Argument::Bool(true)]);
}

#[tokio::test]
async fn decisions_are_told() {
    let told = Arc::new(Mutex::new(vec![]));
    let log = Arc::clone(&told);
    let test = TestUsher::configured(Some(rules()), |builder| {
        builder.on_decision(move |decision| log.lock().unwrap().push((decision.permission, decision.verdict)))
    });
    let test = test.await;
    caller(&test, &viewer()).await.can("Order:read", order("user-2", "x"));
    assert_eq!(*told.lock().unwrap(), [("Order:read".to_owned(), Verdict::Deny)]);
}

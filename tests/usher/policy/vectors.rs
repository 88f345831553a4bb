//! Test vectors for every language: `sdk/vectors/policy/*.json`, written by this test and compared afterwards.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use usher_policy::compile::{TableId, compile};
use usher_policy::document::PolicyDocument;
use usher_policy::evaluate::{EvaluationRequest, Verdict, evaluate};
use usher_policy::path::segments;
use usher_policy::value::Attributes;
use usher_policy::{Table, routes};

use super::documents::shop;
use super::generate::{Asked, Draw};
use super::oracle::Oracle;

/// Compares with the file, or writes it if `UPDATE_VECTORS=1`.
fn settle(name: &str, vectors: &Json) {
    let path = Path::new("sdk/vectors/policy").join(name);
    let text = format!("{vectors:#}\n");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        fs::write(&path, text).unwrap();
    } else {
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            text,
            "{name} is not what the server answers: UPDATE_VECTORS=1 rewrites it"
        );
    }
}

fn table(document: &Json) -> Table {
    let document = PolicyDocument::from_json(document.clone()).unwrap();
    compile(
        &document,
        TableId { project: "01980000-0000-7000-8000-000000000000".to_owned(), revision: 43, iat: 1_795_000_000 },
    )
    .unwrap()
}

fn attributes(json: &Json, name: &str) -> Attributes {
    json.get(name).and_then(Json::as_object).cloned().unwrap_or_default()
}

fn answer(table: &Table, case: &Json) -> Verdict {
    let roles: Vec<String> = serde_json::from_value(case["roles"].clone()).unwrap();
    let resource = case.get("resource").and_then(Json::as_object);
    evaluate(
        table,
        &EvaluationRequest {
            roles: &roles,
            permission: case["permission"].as_str().unwrap(),
            user: &attributes(case, "user"),
            resource,
            context: &attributes(case, "context"),
            token: &attributes(case, "token"),
        },
    )
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn cases() -> Vec<Json> {
    let case = |name: &str, roles: &[&str], permission: &str, user: Json, resource: Json, expect: &str| {
        let mut case = json!({"name": name, "roles": roles, "permission": permission, "user": user, "expect": expect});
        if !resource.is_null() {
            case["resource"] = resource;
        }
        case
    };
    let me = || json!({"id": "u1", "teams": ["t1"]});
    let order = |owner: Json| json!({"owner_id": owner});
    vec![
        case("no role, no right", &[], "Order:read", me(), order(json!("u1")), "deny"),
        case("a role that is not there grants nothing", &["ghost"], "Order:read", me(), order(json!("u1")), "deny"),
        case(
            "names that objects have by themselves are no roles",
            &["constructor", "__proto__", "toString"],
            "Order:read",
            me(),
            order(json!("u1")),
            "deny",
        ),
        case(
            "names that objects have by themselves are no permissions",
            &["viewer"],
            "toString",
            me(),
            order(json!("u1")),
            "deny",
        ),
        case(
            "a permission that is not there is denied",
            &["viewer"],
            "Order:destroy",
            me(),
            order(json!("u1")),
            "deny",
        ),
        case("leave without condition", &["viewer"], "Order:list", me(), Json::Null, "allow"),
        case("the owner", &["viewer"], "Order:read", me(), order(json!("u1")), "allow"),
        case("not the owner", &["viewer"], "Order:read", me(), order(json!("u2")), "deny"),
        case("not loaded: it depends", &["viewer"], "Order:read", me(), Json::Null, "conditional"),
        case("loaded and empty: the owner is missing", &["viewer"], "Order:read", me(), json!({}), "deny"),
        case("nobody's id is missing too", &["viewer"], "Order:read", json!({}), json!({}), "deny"),
        case("who asks is missing: no resource will help", &["viewer"], "Order:read", json!({}), Json::Null, "deny"),
        case("null is missing", &["viewer"], "Order:read", json!({"id": null}), order(Json::Null), "deny"),
        case("types that do not compare", &["viewer"], "Order:read", json!({"id": "1"}), order(json!(1)), "deny"),
        case("the team", &["editor"], "Order:update", me(), json!({"team_id": "t1"}), "allow"),
        case("a denial wins", &["editor", "suspended"], "Order:update", me(), json!({"team_id": "t1"}), "deny"),
        case("a denial wins in any order", &["suspended", "viewer"], "Order:list", me(), Json::Null, "deny"),
        case(
            "ids of any script",
            &["viewer"],
            "Order:read",
            json!({"id": "користувач-🙂"}),
            order(json!("користувач-🙂")),
            "allow",
        ),
        case(
            "ids are not normalised",
            &["viewer"],
            "Order:read",
            json!({"id": "\u{e9}"}),
            order(json!("e\u{301}")),
            "deny",
        ),
        case("ids differ in case", &["viewer"], "Order:read", json!({"id": "U1"}), order(json!("u1")), "deny"),
        case("an empty id is an id", &["viewer"], "Order:read", json!({"id": ""}), order(json!("")), "allow"),
        case("ne of what is there", &["checker"], "Order:read", me(), json!({"locked": false, "total": 1}), "allow"),
        case("ne of what is missing is false", &["checker"], "Order:read", me(), json!({"total": 1}), "deny"),
        case(
            "ne of another type is false",
            &["checker"],
            "Order:read",
            me(),
            json!({"locked": "no", "total": 1}),
            "deny",
        ),
        case(
            "a large number in digits",
            &["checker"],
            "Order:update",
            me(),
            json!({"total": {"int": "9007199254740993"}}),
            "allow",
        ),
        case(
            "the same number as a number is missing",
            &["checker"],
            "Order:update",
            me(),
            json!({"total": 9_007_199_254_740_993_i64}),
            "deny",
        ),
        case("one less", &["checker"], "Order:update", me(), json!({"total": {"int": "9007199254740992"}}), "deny"),
        case(
            "digits that are not written as numbers are",
            &["checker"],
            "Order:update",
            me(),
            json!({"total": {"int": "09007199254740993"}}),
            "deny",
        ),
        case("a fraction is missing", &["checker"], "Order:read", me(), json!({"locked": false, "total": 1.5}), "deny"),
        case("not present", &["tagless"], "Order:read", me(), json!({}), "allow"),
        case("null is not present", &["tagless"], "Order:read", me(), json!({"tags": null}), "allow"),
        case("present", &["tagless"], "Order:read", me(), json!({"tags": []}), "deny"),
        case("not present, not loaded", &["tagless"], "Order:read", me(), Json::Null, "conditional"),
        case("not contained", &["untagged"], "Order:read", me(), json!({"tags": ["a"]}), "allow"),
        case("contained", &["untagged"], "Order:read", me(), json!({"tags": ["a", "secret"]}), "deny"),
        case("not contained in nothing", &["untagged"], "Order:read", me(), json!({"tags": []}), "allow"),
        case("not contained in what is missing is false", &["untagged"], "Order:read", me(), json!({}), "deny"),
        case(
            "a list with something else in it is missing",
            &["untagged"],
            "Order:read",
            me(),
            json!({"tags": ["a", 1]}),
            "deny",
        ),
        case("several roles add up", &["checker", "viewer"], "Order:list", me(), Json::Null, "allow"),
    ]
}

fn checked_shop() -> Json {
    let mut document = shop();
    document["conditions"]["open"] =
        json!({"all": [{"not": {"eq": ["resource.locked", true]}}, {"present": "resource.total"}]});
    document["conditions"]["huge"] = json!({"gte": ["resource.total", {"int": "9007199254740993"}]});
    document["conditions"]["tagless"] = json!({"not": {"present": "resource.tags"}});
    document["conditions"]["untagged"] = json!({"not": {"contains": ["resource.tags", {"lit": "secret"}]}});
    document["roles"]["checker"] = json!({"grants": {"Order:read": "open", "Order:update": "huge"}});
    document["roles"]["tagless"] = json!({"grants": {"Order:read": "tagless"}});
    document["roles"]["untagged"] = json!({"grants": {"Order:read": "untagged"}});
    document
}

#[test]
fn decisions() {
    let table = table(&checked_shop());
    let cases = cases();
    for case in &cases {
        assert_eq!(json!(answer(&table, case)), case["expect"], "{}", case["name"]);
    }
    settle("decisions.json", &json!({"table": table, "cases": cases}));
}

#[test]
fn generated_decisions_are_cedars() {
    let mut sets = vec![];
    for seed in 0..20_u64 {
        let draw = Draw::new((1_000 + seed) << 32);
        let document = draw.document();
        let oracle = Oracle::of(&document);
        let table = table(&serde_json::to_value(&document).unwrap());
        let mut cases = vec![];
        for _ in 0..12 {
            let asked = draw.question(&document);
            let expect = if oracle.allows(&asked) { "allow" } else { "deny" };
            let Asked { roles, permission, user, resource, context, token } = asked;
            let case = json!({"roles": roles, "permission": permission, "user": user, "resource": resource, "context": context, "token": token, "expect": expect});
            assert_eq!(json!(answer(&table, &case)), case["expect"]);
            cases.push(case);
        }
        sets.push(json!({"table": table, "cases": cases}));
    }
    settle("generated.json", &json!({ "sets": sets }));
}

#[test]
fn paths() {
    let raw = [
        "/",
        "/orders",
        "/orders/",
        "/orders/42?x=1",
        "/orders/4%32",
        "/%D0%B7%D0%B0",
        "/за",
        "/100%25",
        "/a;b/c",
        "/...",
        "",
        "orders",
        "//",
        "//admin",
        "/a//b",
        "/a//",
        "/.",
        "/..",
        "/a/../b",
        "/a/./b",
        "/%2e%2e/b",
        "/%2E/b",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00b",
        "/a%0d%0ab",
        "/%",
        "/%4",
        "/%zz",
        "/%ff",
        "/%c0%ae%c0%ae",
        "/%252e%252e/b",
        "/a%25%32f",
        "http://host/a",
        "/a#b",
        "/a?/../b",
    ];
    let cases: Vec<Json> = raw.iter().map(|raw| json!({"raw": raw, "segments": segments(raw).ok()})).collect();
    settle("paths.json", &json!({ "cases": cases }));
}

#[test]
fn routes() {
    let routes = json!([
        {"m": ["GET"], "p": "/health", "public": true},
        {"m": ["*"], "p": "/*", "auth": true},
        {"m": ["GET", "POST"], "p": "/orders", "need": "Order:list"},
        {"m": ["GET"], "p": "/orders/:id", "need": "Order:read"},
        {"m": ["PUT"], "p": "/orders/:id", "need": "Order:update"},
        {"m": ["GET"], "p": "/orders/new", "auth": true, "scopes": ["orders"]},
        {"m": ["*"], "p": "/orders/:id/*", "need": "Order:update"},
        {"m": ["*"], "p": "/admin/*", "need": "Admin:use", "acr": "aal2", "max_age": 900, "fresh": true},
        {"m": ["GET"], "p": "/за/:id", "auth": true},
    ]);
    let rules: Vec<usher_policy::table::Route> = serde_json::from_value(routes.clone()).unwrap();
    let asked = [
        ("GET", "/health", Some("/health")),
        ("POST", "/health", Some("/*")),
        ("HEAD", "/health", Some("/health")),
        ("GET", "/", Some("/*")),
        ("GET", "/orders", Some("/orders")),
        ("GET", "/orders/", Some("/orders")),
        ("GET", "/orders/42", Some("/orders/:id")),
        ("HEAD", "/orders/42", Some("/orders/:id")),
        ("DELETE", "/orders/42", Some("/orders/:id/*")),
        ("GET", "/orders/new", Some("/orders/new")),
        ("PUT", "/orders/new", Some("/orders/:id")),
        ("GET", "/orders/n%65w", Some("/orders/new")),
        ("GET", "/orders/42/lines/1", Some("/orders/:id/*")),
        ("GET", "/admin", Some("/admin/*")),
        ("GET", "/admin/users", Some("/admin/*")),
        ("GET", "/Admin/users", Some("/*")),
        ("GET", "/%61dmin/users", Some("/admin/*")),
        ("GET", "/administrator", Some("/*")),
        ("GET", "/%D0%B7%D0%B0/1", Some("/за/:id")),
        ("GET", "/x/../admin", None),
        ("GET", "//admin", None),
        ("GET", "/admin%2fusers", None),
    ];
    let cases: Vec<Json> = asked
        .iter()
        .map(|(method, path, expect)| {
            let found = routes::find(&rules, method, path).ok().flatten().map(|rule| rule.p.as_str());
            assert_eq!(found, *expect, "{method} {path}");
            json!({"method": method, "path": path, "pattern": found})
        })
        .collect();
    settle("routes.json", &json!({"routes": routes, "cases": cases}));
}

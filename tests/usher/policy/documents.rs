//! Errors of invalid documents, with their positions.

use serde_json::{Value as Json, json};
use usher_policy::compile::{TableId, compile};
use usher_policy::diff::diff;
use usher_policy::fault::Severity;
use usher_policy::validate::validate;
use usher_policy::{PolicyDocument, Table};

pub fn shop() -> Json {
    json!({
        "entities": {
            "Order": {
                "attributes": {"owner_id": "string", "team_id": "string", "locked": "bool", "total": "int", "tags": "strings"},
                "actions": {"list": "collection", "read": "item", "update": "item"},
            },
            "Admin": {"actions": {"use": "collection"}},
        },
        "user": {"teams": "strings", "tags": "strings"},
        "conditions": {
            "own": {"eq": ["resource.owner_id", "user.id"]},
            "same_team": {"in": ["resource.team_id", "user.teams"]},
        },
        "roles": {
            "viewer": {"grants": {"Order:list": "allow", "Order:read": "own"}},
            "editor": {"inherits": ["viewer"], "grants": {"Order:*": ["own", "same_team"]}},
            "suspended": {"grants": {"*": "deny"}},
        },
        "routes": [
            {"methods": ["GET"], "path": "/health", "public": true},
            {"methods": ["GET"], "path": "/orders", "need": "Order:list"},
            {"methods": ["GET"], "path": "/orders/:id", "need": "Order:read"},
        ],
    })
}

fn table(json: Json) -> Table {
    let document = PolicyDocument::from_json(json).unwrap();
    compile(&document, TableId { project: "p".to_owned(), revision: 1, iat: 0 }).unwrap()
}

#[test]
fn the_shop_compiles_flat() {
    let table = serde_json::to_value(table(shop())).unwrap();
    assert_eq!(
        table["roles"],
        json!({
            "editor": {"Order:list": "*", "Order:read": ["own", "same_team"], "Order:update": ["own", "same_team"]},
            "suspended": {"Admin:use": "deny", "Order:list": "deny", "Order:read": "deny", "Order:update": "deny"},
            "viewer": {"Order:list": "*", "Order:read": "own"},
        })
    );
    let review = validate(&PolicyDocument::from_json(shop()).unwrap());
    assert!(review.valid && review.faults.is_empty(), "{:?}", review.faults);
}

/// The faults of the shop's rules after one change, with their positions.
fn faults(change: impl FnOnce(&mut Json)) -> Vec<(String, String, bool)> {
    let mut json = shop();
    change(&mut json);
    let review = validate(&PolicyDocument::from_json(json).unwrap());
    assert_eq!(review.valid, review.faults.iter().all(|fault| fault.severity == Severity::Warning));
    review.faults.into_iter().map(|fault| (fault.pointer, fault.message, fault.cedar.is_some())).collect()
}

#[test]
fn cedar_finds_what_is_mistyped_and_we_say_where_it_is() {
    let mut json = shop();
    json["conditions"]["own"] =
        json!({"any": [{"present": "resource.tags"}, {"not": {"eq": ["resource.ownr_id", "user.id"]}}]});
    let review = validate(&PolicyDocument::from_json(json).unwrap());
    let [fault] = review.faults.as_slice() else { panic!("{:?}", review.faults) };
    assert_eq!(fault.pointer, "/conditions/own/any/1/not/eq");
    assert!(fault.message.contains("ownr_id") && fault.message.contains("owner_id"), "{}", fault.message);
    let (text, span) = (review.cedar.unwrap().policies, fault.cedar.unwrap());
    assert_eq!(
        &text[span.start..span.end],
        "(resource has ownr_id && principal has id && resource.ownr_id != principal.id)"
    );
    for (condition, at) in [
        (json!({"gt": ["resource.owner_id", 5]}), "/conditions/own/gt"),
        (json!({"eq": ["resource.total", {"lit": "5"}]}), "/conditions/own/eq"),
        (json!({"in": ["resource.tags", "user.teams"]}), "/conditions/own/in"),
        (json!({"contains": ["resource.owner_id", {"lit": "5"}]}), "/conditions/own/contains"),
        (json!({"all": [{"present": "context.hour"}]}), "/conditions/own/all/0/present"),
        (json!({"eq": ["token.tenant", "user.id"]}), "/conditions/own/eq"),
    ] {
        let found = faults(|json| json["conditions"]["own"] = condition.clone());
        assert_eq!(found.len(), 1, "{condition}: {found:?}");
        assert_eq!((found[0].0.as_str(), found[0].2), (at, true), "{condition}: {found:?}");
    }
}

#[test]
fn what_we_find_ourselves_is_said_where_it_is() {
    type Wrong = (fn(&mut Json), &'static str);
    let wrong: [Wrong; 18] = [
        (|j| j["conditions"]["own"] = json!({"eq": ["resource.tags", "user.tags"]}), "/conditions/own/eq"),
        (|j| j["conditions"]["own"] = json!({"xor": []}), "/conditions/own/xor"),
        (|j| j["conditions"]["allow"] = json!({"present": "user.id"}), "/conditions/allow"),
        (|j| j["roles"]["viewer"]["inherits"] = json!(["editor"]), "/roles/editor/inherits"),
        (|j| j["roles"]["viewer"]["inherits"] = json!(["nobody"]), "/roles/viewer/inherits/0"),
        (|j| j["roles"]["viewer"]["grants"]["Order:raed"] = json!("allow"), "/roles/viewer/grants/Order:raed"),
        (|j| j["roles"]["viewer"]["grants"]["Order:read"] = json!("mine"), "/roles/viewer/grants/Order:read"),
        (
            |j| j["roles"]["viewer"]["grants"]["Order:read"] = json!(["own", "deny"]),
            "/roles/viewer/grants/Order:read/1",
        ),
        (|j| j["roles"]["viewer"]["grants"]["Order:read"] = json!([]), "/roles/viewer/grants/Order:read"),
        (|j| j["roles"]["Viewer"] = json!({}), "/roles/Viewer"),
        (|j| j["entities"]["Action"] = j["entities"]["Admin"].clone(), "/entities/Action"),
        (|j| j["entities"]["Admin"]["actions"] = json!({}), "/entities/Admin/actions"),
        (
            |j| j["entities"]["Admin"]["attributes"] = json!({"__proto__": "int"}),
            "/entities/Admin/attributes/__proto__",
        ),
        (|j| j["user"] = json!({"id": "string", "teams": "strings"}), "/user/id"),
        (|j| j["routes"][0]["auth"] = json!(true), "/routes/0"),
        (|j| j["routes"][1]["need"] = json!("Order:see"), "/routes/1/need"),
        (|j| j["routes"][1]["methods"] = json!(["get"]), "/routes/1/methods/0"),
        (|j| j["routes"][1] = json!({"methods": ["GET"], "path": "/orders/:other", "auth": true}), "/routes/2/path"),
    ];
    for (change, at) in wrong {
        let found = faults(change);
        assert!(found.iter().any(|(pointer, ..)| pointer == at), "{at}: {found:?}");
    }
}

#[test]
fn a_condition_that_nobody_uses_is_a_warning_only() {
    let found = faults(|json| json["conditions"]["spare"] = json!({"present": "user.id"}));
    assert_eq!(found[0].0, "/conditions/spare");
}

#[test]
fn a_diff_says_what_each_role_gains_and_loses() {
    let mut changed = shop();
    changed["roles"]["viewer"]["grants"] = json!({"Order:read": "allow"});
    changed["roles"]["auditor"] = json!({"inherits": ["viewer"]});
    changed["roles"].as_object_mut().unwrap().remove("suspended");
    changed["conditions"]["own"] = json!({"eq": ["user.id", "resource.owner_id"]});
    changed["routes"] = json!([{"methods": ["GET"], "path": "/orders", "auth": true}]);
    let (before, after) = (table(shop()), table(changed));
    let document = serde_json::to_value(diff(Some(&before), &after)).unwrap();
    assert_eq!(
        document["roles"]["viewer"],
        json!({
            "change": "changed", "shifts": [],
            "gains": [{"permission": "Order:read", "before": "own", "after": "*"}],
            "loses": [{"permission": "Order:list", "before": "*"}],
        })
    );
    assert_eq!(document["roles"]["editor"]["gains"][0]["permission"], "Order:read");
    assert_eq!(document["roles"]["auditor"]["change"], "added");
    assert_eq!(document["roles"]["suspended"]["change"], "removed");
    assert_eq!(document["roles"]["suspended"]["gains"].as_array().unwrap().len(), 4, "a denial less is a gain");
    assert_eq!(document["routes"]["changed"].as_array().unwrap().len(), 1);
    assert_eq!(document["routes"]["removed"].as_array().unwrap().len(), 2);
    assert_eq!(document["conditions"]["changed"][0]["after"]["name"], "own");
    assert!(diff(Some(&after), &after).is_empty() && !diff(None, &after).is_empty());
}

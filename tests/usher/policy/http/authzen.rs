//! The `AuthZEN` Authorization API 1.0: the cases of its certification scenario, and the examples of the specification.

use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope;

use super::Shop;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const ONE: &str = "/access/v1/evaluation";
const SEVERAL: &str = "/access/v1/evaluations";

/// The rules of the scenario, §2.4.
fn rules() -> Value {
    json!({
        "entities": {"record": {
            "attributes": {"status": "string"}, "actions": {"read": "item", "write": "item", "delete": "item"},
        }},
        "user": {"role": "string"},
        "context": {"soft": "bool"},
        "conditions": {
            "admin": {"eq": ["user.role", {"lit": "admin"}]},
            "live": {"ne": ["resource.status", {"lit": "archived"}]},
            "soft": {"eq": ["context.soft", true]},
        },
        "roles": {
            "reader": {"grants": {"record:read": "allow", "record:write": "admin"}},
            "writer": {"inherits": ["reader"], "grants": {"record:write": "live", "record:delete": "soft"}},
            "keeper": {"grants": {"record:write": "allow"}},
        },
    })
}

/// A project with the rules and the people of the scenario.
struct Decider {
    shop: Shop,
    alice: String,
    bob: String,
}

impl Decider {
    async fn on(database: TestDatabase) -> Self {
        let shop = Shop::on(database).await;
        assert_eq!(shop.publish_document(&rules()).await.status, 201);
        let alice = shop.server.user("alice@example.test").await.sub.0;
        let bob = shop.server.user("bob@example.test").await.sub.0;
        for (role, sub, more) in [
            ("writer", &alice, json!({})),
            ("keeper", &alice, json!({"scope": "record:record-1"})),
            ("reader", &bob, json!({})),
        ] {
            assert_eq!(shop.assign(role, sub, more).await.status, 201);
        }
        Self { shop, alice, bob }
    }

    async fn ask(&self, path: &str, body: &Value) -> Answer {
        let url = self.shop.server.at(path);
        answer(self.shop.server.http.post(url).bearer_auth(&self.shop.token).json(body)).await
    }

    async fn decides(&self, body: &Value) -> bool {
        let answered = self.ask(ONE, body).await;
        assert_eq!(answered.status, 200, "{body}: {answered:?}");
        assert_eq!(answered.headers["content-type"], "application/json");
        answered.json["decision"].as_bool().unwrap_or_else(|| panic!("{body}: {answered:?}"))
    }

    async fn decides_all(&self, body: &Value) -> Vec<bool> {
        let answered = self.ask(SEVERAL, body).await;
        assert_eq!((answered.status.as_u16(), answered.json.get("decision")), (200, None), "{answered:?}");
        let all = answered.json["evaluations"].as_array().unwrap_or_else(|| panic!("{body}: {answered:?}"));
        all.iter().map(|one| one["decision"].as_bool().expect("a decision")).collect()
    }

    fn alice(&self) -> Value {
        json!({"type": "user", "id": self.alice})
    }

    fn bob(&self) -> Value {
        json!({"type": "user", "id": self.bob})
    }

    /// What Alice may read.
    fn allowed(&self) -> Value {
        json!({"subject": self.alice(), "action": {"name": "read"}, "resource": record(1)})
    }
}

fn record(number: u8) -> Value {
    json!({"type": "record", "id": format!("record-{number}")})
}

fn with(mut value: Value, member: &str, content: Value) -> Value {
    value[member] = content;
    value
}

fn archived(number: u8) -> Value {
    with(record(number), "properties", json!({"status": "archived"}))
}

fn without(mut value: Value, pointer: &str) -> Value {
    let (place, member) = pointer.rsplit_once('/').expect("a pointer");
    value.pointer_mut(place).and_then(Value::as_object_mut).expect("an object").remove(member).expect("a member");
    value
}

on_both_databases! {
    /// §3.2: the eight decisions of the fixture, optional and unknown members.
    async fn one_decision_is_that_of_the_rules(db: TestDatabase) {
        let it = Decider::on(db).await;
        let (alice, bob, admin) = (it.alice(), it.bob(), with(it.bob(), "properties", json!({"role": "admin"})));
        let delete = |soft: bool| json!({"name": "delete", "properties": {"soft": soft}});
        for (subject, action, resource, decision) in [
            (&alice, json!({"name": "read"}), record(1), true),
            (&alice, json!({"name": "write"}), record(1), true),
            (&bob, json!({"name": "read"}), record(1), true),
            (&bob, json!({"name": "write"}), record(1), false),
            (&alice, json!({"name": "write"}), archived(2), false),
            (&admin, json!({"name": "write"}), archived(2), true),
            (&alice, delete(true), record(1), true),
            (&alice, delete(false), record(1), false),
        ] {
            let asked = json!({"subject": subject, "action": action, "resource": resource});
            for context in [Value::Null, json!({"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"})] {
                assert_eq!(it.decides(&with(asked.clone(), "context", context)).await, decision, "{asked}");
            }
        }
        let more = json!({
            "subject": with(alice, "properties", json!({"department": "Sales", "role": "manager"})),
            "action": {"name": "read", "properties": {"method": "GET"}},
            "resource": with(record(1), "properties", json!({"status": "active", "owner": "bob"})),
            "foo": "bar", "futureField": {"nested": true},
        });
        assert!(it.decides(&more).await);
        let told = it.ask(ONE, &it.allowed()).await.json;
        assert_eq!(told["context"], json!({"result": "allow", "revision": 1}));
        let unloaded = json!({"subject": it.alice(), "action": {"name": "write"}, "resource": record(2)});
        let told = it.ask(ONE, &unloaded).await.json;
        assert_eq!((&told["decision"], &told["context"]["result"]), (&json!(false), &json!("conditional")));
        for stranger in [json!({"type": "robot", "id": it.alice}), json!({"type": "user", "id": "nobody"})] {
            assert!(!it.decides(&with(it.allowed(), "subject", stranger)).await);
        }
    }

    /// §3.4: every fault of a request is a 400.
    async fn a_request_with_a_fault_is_a_bad_request(db: TestDatabase) {
        let it = Decider::on(db).await;
        for missing in [
            "/subject", "/action", "/resource", "/subject/type", "/subject/id", "/action/name", "/resource/type",
            "/resource/id",
        ] {
            for path in [ONE, SEVERAL] {
                assert_eq!(it.ask(path, &without(it.allowed(), missing)).await.status, 400, "{path} {missing}");
            }
        }
        for (member, value) in [
            ("subject", json!("alice")), ("action", json!({"name": 123})), ("context", json!("x")), ("resource", json!([])),
        ] {
            assert_eq!(it.ask(ONE, &with(it.allowed(), member, value.clone())).await.status, 400, "{member}: {value}");
        }
        let post = |kind: &'static str, body: String| {
            let request = it.shop.server.http.post(it.shop.server.at(ONE)).bearer_auth(&it.shop.token);
            answer(request.header("content-type", kind).body(body))
        };
        let good = it.allowed().to_string();
        assert_eq!(post("application/json", good.clone()).await.status, 200);
        for (kind, body) in [
            ("text/plain", good.as_str()), ("application/json", "{"), ("application/json", ""), ("application/json", "[]"),
            ("application/json", "{}"),
        ] {
            let refused = post(kind, body.to_owned()).await;
            assert_eq!(refused.status, 400, "{kind} {body}");
            assert!(refused.json["error"]["message"].is_string(), "{refused:?}");
        }
    }

    /// §4.2 and §4.3: defaults are taken whole, the answers have the order of the request.
    async fn several_decisions_share_defaults(db: TestDatabase) {
        let it = Decider::on(db).await;
        let (read, write) = (json!({"name": "read"}), json!({"name": "write"}));
        let active = with(record(1), "properties", json!({"status": "active"}));
        for (body, decisions) in [
            (json!({"subject": it.bob(), "resource": record(1), "evaluations": [{"action": read}, {"action": write}]}), [true, false]),
            (
                json!({"subject": it.alice(), "action": write, "evaluations": [{"resource": active}, {"resource": archived(2)}]}),
                [true, false],
            ),
            (
                json!({"action": write, "resource": archived(2), "evaluations": [
                    {"subject": it.alice()}, {"subject": with(it.bob(), "properties", json!({"role": "admin"}))},
                ]}),
                [false, true],
            ),
            (
                json!({"evaluations": [it.allowed(), {"subject": it.bob(), "action": write, "resource": record(1)}]}),
                [true, false],
            ),
            (
                json!({"subject": it.alice(), "action": write, "resource": active, "evaluations": [{}, {"resource": archived(2)}]}),
                [true, false],
            ),
            (
                json!({"subject": it.alice(), "action": {"name": "delete"}, "context": {"soft": true}, "evaluations": [
                    {"resource": record(1)}, {"resource": record(1), "context": {"source": "override"}},
                ]}),
                [true, false],
            ),
        ] {
            assert_eq!(it.decides_all(&body).await, decisions, "{body}");
        }
        for single in [it.allowed(), with(it.allowed(), "evaluations", json!([]))] {
            let answered = it.ask(SEVERAL, &single).await;
            assert_eq!((&answered.json["decision"], answered.json.get("evaluations")), (&json!(true), None), "{answered:?}");
        }
    }

    /// §4.4, and the three semantics of the specification.
    async fn a_fault_denies_its_own_evaluation_and_the_semantic_says_when_to_stop(db: TestDatabase) {
        let it = Decider::on(db).await;
        let one = |resource: Value| json!({ "resource": resource });
        let body = |semantic: &str, evaluations: Value| {
            let options = json!({"evaluations_semantic": semantic, "another_option": "value"});
            json!({"subject": it.alice(), "action": {"name": "write"}, "options": options, "evaluations": evaluations})
        };
        let faults = json!([one(record(1)), {}, {"resource": "record-1"}, {"resource": {"type": "record"}}, one(record(1))]);
        let answered = it.ask(SEVERAL, &body("execute_all", faults)).await;
        let told: Vec<_> = answered.json["evaluations"].as_array().expect("a list").iter().map(|one| &one["decision"]).collect();
        assert_eq!(told, [true, false, false, false, true]);
        assert_eq!(answered.json["evaluations"][1]["context"]["reason"], "missing field `resource`");
        let mixed = json!([one(record(1)), one(archived(2)), one(record(1))]);
        for (semantic, decisions) in [
            ("execute_all", &[true, false, true][..]), ("deny_on_first_deny", &[true, false]), ("permit_on_first_permit", &[true]),
        ] {
            assert_eq!(it.decides_all(&body(semantic, mixed.clone())).await, decisions, "{semantic}");
        }
        let late = json!([{}, one(record(1)), one(record(1))]);
        assert_eq!(it.decides_all(&body("deny_on_first_deny", late.clone())).await, [false]);
        assert_eq!(it.decides_all(&body("permit_on_first_permit", late)).await, [false, true]);
        for bad in [body("whatever", mixed), body("execute_all", json!(["x"])), body("execute_all", json!(vec![json!({}); 101]))] {
            assert_eq!(it.ask(SEVERAL, &bad).await.status, 400, "{bad}");
        }
    }

    /// The rules are those of the token's project; nobody else is asked, and people have no project of their own.
    async fn a_caller_is_a_project_or_its_machine(db: TestDatabase) {
        let it = Decider::on(db).await;
        let server = &it.shop.server;
        let ask = |token: Option<String>| {
            let request = server.http.post(server.at(ONE)).json(&it.allowed());
            answer(if let Some(token) = token { request.bearer_auth(token) } else { request })
        };
        let nobody = ask(None).await;
        assert_eq!((nobody.status.as_u16(), nobody.headers.contains_key("www-authenticate")), (401, true));
        assert_eq!(ask(Some("wrong".into())).await.status, 401);
        let elsewhere = ask(Some(server.project_token.clone())).await;
        assert_eq!((elsewhere.status.as_u16(), &elsewhere.json["decision"]), (200, &json!(false)), "other rules");
        let person = server.tokens_of("alice@example.test").await.text("access_token");
        assert_eq!(ask(Some(person)).await.status, 403);
        for (scopes, status) in [(Scope::of(["usher:sync"]), 200), (Scope::default(), 403)] {
            let machine = server.client(ClientType::Machine, |client| client.scope = scopes.clone()).await;
            let token = server.call(&machine, "/oauth2/token", &[("grant_type", "client_credentials")]).await;
            assert_eq!(ask(Some(token.text("access_token"))).await.status, status, "{scopes:?}");
        }
    }
}

/// §3.5
#[tokio::test]
async fn a_request_identifier_comes_back_with_every_answer() {
    let it = Decider::on(TestDatabase::sqlite().await).await;
    let server = &it.shop.server;
    let id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
    for (path, token, body, status) in [
        (ONE, it.shop.token.as_str(), it.allowed(), 200),
        (SEVERAL, &it.shop.token, it.allowed(), 200),
        (ONE, &it.shop.token, json!({}), 400),
        (ONE, "wrong", it.allowed(), 401),
        ("/access/v1/evaluation?x=1", &it.shop.token, it.allowed(), 400),
    ] {
        let request = server.http.post(server.at(path)).bearer_auth(token).json(&body);
        let answered = answer(request.header("x-request-id", id)).await;
        assert_eq!(answered.status, status, "{path}: {answered:?}");
        assert_eq!(answered.headers["x-request-id"], id, "{path}");
    }
    assert!(!it.ask(ONE, &it.allowed()).await.headers.contains_key("x-request-id"));
    for (length, returned) in [(128, true), (129, false)] {
        let request = server.http.post(server.at(ONE)).bearer_auth(&it.shop.token).json(&it.allowed());
        let request = request.header("x-request-id", "a".repeat(length));
        assert_eq!(answer(request).await.headers.contains_key("x-request-id"), returned, "{length}");
    }
}

/// A decision is made when it is asked for, whatever key a request has.
#[tokio::test]
async fn no_decision_is_replayed() {
    let it = Decider::on(TestDatabase::sqlite().await).await;
    let server = &it.shop.server;
    let ask = || {
        let request = server.http.post(server.at(ONE)).bearer_auth(&it.shop.token).json(&it.allowed());
        answer(request.header("idempotency-key", "k"))
    };
    assert_eq!(ask().await.json["decision"], true);
    assert_eq!(it.shop.publish_document(&json!({})).await.status, 201);
    assert_eq!(ask().await.json["decision"], false);
}

/// §7
#[tokio::test]
async fn the_metadata_name_the_endpoints() {
    let server = TestServer::start().await;
    let found = answer(server.http.get(server.at("/.well-known/authzen-configuration"))).await;
    assert_eq!(found.headers["content-type"], "application/json");
    assert_eq!(
        found.json,
        json!({
            "policy_decision_point": server.url,
            "access_evaluation_endpoint": format!("{}{ONE}", server.url),
            "access_evaluations_endpoint": format!("{}{SEVERAL}", server.url),
        })
    );
}

//! The lifecycle of access rules over HTTP: draft, publication, download, decisions, rollback.

mod authzen;

use serde_json::{Value, json};
use usher_accounts::{NewClient, RegisteredClient};
use usher_domain::oauth::client::ClientType;
use usher_policy::Table;

use super::documents::shop;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, answer, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// A server with a project and its token.
struct Shop {
    server: TestServer,
    id: String,
    token: String,
}

impl Shop {
    async fn on(database: TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        let made = server.usher.projects.create_project("Shop").await.unwrap();
        Self { server, id: made.project.id.to_string(), token: made.token }
    }

    fn at(&self, path: &str) -> String {
        self.server.at(&format!("/api/v1/projects/{}{path}", self.id))
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.server.http.get(self.at(path)).bearer_auth(&self.token)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.server.http.post(self.at(path)).bearer_auth(&self.token).json(body)).await
    }

    async fn put_draft(&self, seen: &str, document: &Value) -> Answer {
        let put = self.server.http.put(self.at("/policy/draft")).bearer_auth(&self.token);
        answer(put.header("if-match", seen).json(document)).await
    }

    async fn draft_tag(&self) -> String {
        tag(&self.get("/policy/draft").await)
    }

    async fn publish(&self, seen: &str) -> Answer {
        let post = self.server.http.post(self.at("/policy/publish")).bearer_auth(&self.token);
        answer(post.header("if-match", seen).json(&json!({"note": "try"}))).await
    }

    /// Replaces the draft and publishes it.
    async fn publish_document(&self, document: &Value) -> Answer {
        let drafted = self.put_draft(&self.draft_tag().await, document).await;
        assert_eq!(drafted.status, 200, "{drafted:?}");
        self.publish(&tag(&drafted)).await
    }

    async fn client(&self) -> RegisteredClient {
        let kind = ClientType::Web;
        let mut metadata = kind.defaults();
        metadata.client_name = "Shop".into();
        metadata.first_party = true;
        metadata.redirect_uris = vec!["https://rp.test/cb".into()];
        let project = self.id.parse().unwrap();
        self.server.usher.clients.create_client(NewClient { project, kind, metadata, id: None }).await.unwrap()
    }

    async fn assign(&self, role: &str, sub: &str, more: Value) -> Answer {
        let mut body = json!({"role": role, "subject": {"type": "user", "id": sub}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/assignments", &body).await
    }

    async fn ask(&self, sub: &str, action: &str, resource: Value) -> Answer {
        let body = json!({
            "project": self.id, "subject": {"type": "user", "id": sub}, "action": {"name": action},
            "resource": resource, "explain": true,
        });
        answer(self.server.http.post(self.server.at("/api/v1/authorize")).bearer_auth(&self.token).json(&body)).await
    }
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

fn code(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.json["error"]["code"].as_str().unwrap_or_default())
}

on_both_databases! {
    async fn a_draft_becomes_a_revision_and_a_revision_comes_back(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        assert_eq!(code(&shop_.get("/policy").await), (404, "NOT_FOUND"));
        let empty = shop_.get("/policy/draft").await;
        assert_eq!(empty.headers["policy-draft"], "published");
        let seen = tag(&empty);
        let no_tag = shop_.server.http.put(shop_.at("/policy/draft")).bearer_auth(&shop_.token).json(&shop());
        assert_eq!(code(&answer(no_tag).await), (428, "PRECONDITION_REQUIRED"));
        let drafted = shop_.put_draft(&seen, &shop()).await;
        assert_eq!((drafted.status.as_u16(), drafted.headers["policy-draft"].to_str().unwrap()), (200, "changed"));
        assert_eq!(code(&shop_.put_draft(&seen, &json!({})).await), (412, "SUPERSEDED"));
        assert_eq!(code(&shop_.publish(&seen).await), (412, "SUPERSEDED"));
        assert_eq!(shop_.get("/policy/diff").await.json["roles"]["editor"]["change"], "added");
        let published = shop_.publish(&tag(&drafted)).await;
        assert_eq!((published.status.as_u16(), &published.json["revision"]), (201, &json!(1)), "{published:?}");
        assert_eq!(published.json["published_by"], "project token");
        assert_eq!(code(&shop_.publish(&shop_.draft_tag().await).await), (409, "NOTHING_TO_PUBLISH"));

        assert_eq!(shop_.publish_document(&json!({})).await.json["revision"], 2);
        let back = shop_.post("/policy/rollback", &json!({"revision": 1})).await;
        assert_eq!((back.status.as_u16(), &back.json["revision"]), (201, &json!(3)));
        assert_eq!(back.json["note"], "as in revision 1");
        let history = shop_.get("/policy/history").await.json;
        let numbers: Vec<_> = history["data"].as_array().unwrap().iter().map(|item| item["revision"].clone()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        let before = shop_.get("/policy/history?cursor=3").await.json;
        assert_eq!(before["data"][0]["revision"], 2);
        assert_eq!(shop_.get("/policy/history/2").await.json["document"]["roles"], json!({}));
        assert_eq!(code(&shop_.get("/policy/history/9").await).0, 404);
        assert_eq!(code(&shop_.get("/policy/history/x").await).0, 404);
        let roles = shop_.get("/roles").await.json;
        assert_eq!(roles["data"]["viewer"], json!({"Order:list": "*", "Order:read": "own"}));
    }

    /// RFC 9110 §13.1.1
    async fn a_change_may_be_based_on_any_version_or_on_one_of_several(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        assert_eq!(shop_.put_draft("*", &shop()).await.status, 200);
        assert_eq!(shop_.put_draft("*", &json!({})).await.status, 200, "whatever it was");
        let several = format!("\"another\", {}", shop_.draft_tag().await);
        assert_eq!(shop_.put_draft(&several, &shop()).await.status, 200);
        for other in ["\"another\"", "W/\"another\"", "another", ""] {
            assert_eq!(code(&shop_.put_draft(other, &json!({})).await), (412, "SUPERSEDED"), "{other}");
            assert_eq!(code(&shop_.publish(other).await), (412, "SUPERSEDED"), "{other}");
        }
        let published = shop_.publish("*").await;
        assert_eq!((published.status.as_u16(), &published.json["revision"]), (201, &json!(1)), "{published:?}");
    }

    async fn what_cannot_be_published_says_why(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        let mut wrong = shop();
        wrong["conditions"]["own"] = json!({"eq": ["resource.ownr_id", "user.id"]});
        let looked = shop_.post("/policy/validate", &wrong).await;
        assert_eq!((looked.status.as_u16(), &looked.json["valid"]), (200, &json!(false)));
        assert_eq!(looked.json["faults"][0]["pointer"], "/conditions/own/eq");
        assert!(looked.json["faults"][0]["cedar"]["start"].is_u64());
        let refused = shop_.publish_document(&wrong).await;
        assert_eq!(code(&refused), (422, "POLICY_INVALID"));
        assert_eq!(refused.json["error"]["details"]["faults"][0]["pointer"], "/conditions/own/eq");
        assert_eq!(code(&shop_.get("/policy/diff").await), (422, "POLICY_INVALID"));
        let shapeless = shop_.put_draft(&shop_.draft_tag().await, &json!({"roles": {"a": {"grants": {"X:y": 5}}}})).await;
        assert_eq!(code(&shapeless), (422, "POLICY_INVALID"));
        assert_eq!(shapeless.json["error"]["details"]["faults"][0]["pointer"], "/roles/a/grants/X:y");
    }

    async fn modules_fetch_the_bundle_once(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        assert_eq!(shop_.publish_document(&shop()).await.status, 201);
        let url = shop_.at("/policy");
        let signed = shop_.server.http.get(&url).bearer_auth(&shop_.token).send().await.unwrap();
        assert_eq!(signed.headers()["content-type"], "application/jose");
        let tag = signed.headers()["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with("\"1-") && tag.len() == 20, "{tag}");
        let jws = signed.text().await.unwrap();
        let (header, bare) = (jws.split('.').next().unwrap().to_owned(), payload(&jws));
        let header = payload(&format!("x.{header}.x"));
        assert_eq!((&header["typ"], &header["alg"]), (&json!("usher-policy+jws"), &json!("ES256")));
        let json = shop_.server.http.get(&url).bearer_auth(&shop_.token).header("accept", "application/json");
        let text = json.send().await.unwrap().text().await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), bare);
        let table = Table::read(text.as_bytes()).unwrap();
        assert_eq!((table.revision, table.project.as_str()), (1, shop_.id.as_str()));
        let again = shop_.server.http.get(&url).bearer_auth(&shop_.token).header("if-none-match", &tag);
        assert_eq!(again.send().await.unwrap().status(), 304);
        assert_eq!(answer(shop_.server.http.get(&url)).await.status, 401);
        let stranger = shop_.server.usher.projects.create_project("Others").await.unwrap().token;
        assert_eq!(answer(shop_.server.http.get(&url).bearer_auth(stranger)).await.status, 404);
    }

    /// A token of one project need not name it; a user may be a member of several.
    async fn a_decision_is_about_the_project_of_the_token_where_none_is_named(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        let ana = shop_.server.user(ANA).await.sub.0;
        assert_eq!(shop_.publish_document(&shop()).await.status, 201);
        assert_eq!(shop_.assign("viewer", &ana, json!({})).await.status, 201);
        let asked = json!({"subject": {"type": "user", "id": ana}, "action": {"name": "list"}, "resource": {"type": "Order"}});
        let url = shop_.server.at("/api/v1/authorize");
        let answered = answer(shop_.server.http.post(&url).bearer_auth(&shop_.token).json(&asked)).await;
        assert_eq!((answered.status.as_u16(), &answered.json["decision"]), (200, &json!(true)), "{answered:?}");
        let other = answer(shop_.server.http.post(&url).bearer_auth(&shop_.server.project_token).json(&asked)).await;
        assert_eq!((other.status.as_u16(), &other.json["decision"]), (200, &json!(false)), "another project, other rules");
        let person = shop_.server.tokens_of(ANA).await.text("access_token");
        let unnamed = answer(shop_.server.http.post(&url).bearer_auth(person).json(&asked)).await;
        assert_eq!(unnamed.status, 422, "{unnamed:?}");
        assert!(unnamed.json.to_string().contains("project is missing"), "{unnamed:?}");
    }

    async fn roles_are_given_decide_travel_in_tokens_and_end(db: TestDatabase) {
        let shop_ = Shop::on(db).await;
        let ana = shop_.server.user(ANA).await.sub.0;
        assert_eq!(shop_.ask(&ana, "list", json!({"type": "Order"})).await.json["decision"], false, "nothing is published");
        assert_eq!(code(&shop_.assign("viewer", &ana, json!({})).await), (404, "NOT_FOUND"), "no such role yet");
        assert_eq!(shop_.publish_document(&shop()).await.status, 201);
        let given = shop_.assign("viewer", &ana, json!({})).await;
        assert_eq!(given.status, 201, "{given:?}");
        assert_eq!(code(&shop_.assign("viewer", &ana, json!({})).await), (409, "ROLE_HELD"));
        assert_eq!(code(&shop_.assign("viewer", "nobody", json!({})).await), (404, "NOT_FOUND"));
        assert_eq!(code(&shop_.assign("editor", &ana, json!({"scope": "nothing"})).await).0, 422);
        assert_eq!(code(&shop_.assign("editor", &ana, json!({"expires_at": 5})).await).0, 422);

        let allowed = shop_.ask(&ana, "list", json!({"type": "Order"})).await.json;
        assert_eq!((&allowed["decision"], &allowed["context"]["result"]), (&json!(true), &json!("allow")));
        assert_eq!(allowed["context"]["reasons"][0], json!({"role": "viewer", "rule": "allow", "holds": "true"}));
        let open = shop_.ask(&ana, "read", json!({"type": "Order", "id": "42"})).await.json;
        assert_eq!((&open["decision"], &open["context"]["result"]), (&json!(false), &json!("conditional")));
        let own = shop_.ask(&ana, "read", json!({"type": "Order", "id": "42", "properties": {"owner_id": ana}})).await.json;
        assert_eq!(own["decision"], true);
        let met = shop_.post("/policy/simulate", &json!({
            "subject": {"type": "user", "id": ana}, "request": {"method": "GET", "path": "/orders/42"},
        })).await.json;
        assert_eq!((&met["matched"]["result"], &met["permissions"]["Admin:use"]["verdict"]), (&json!("conditional"), &json!("deny")));

        // For one order only, and for an hour: decisions use it, tokens do not contain it.
        let end = shop_.server.now().0 + 3_600;
        assert_eq!(shop_.assign("editor", &ana, json!({"scope": "Order:42"})).await.status, 201);
        assert_eq!(shop_.assign("suspended", &ana, json!({"expires_at": end})).await.status, 201);
        let client = shop_.client().await;
        let tokens = shop_.server.tokens(&mut shop_.server.browser(), &client, ANA).await;
        assert_eq!(payload(&tokens.text("access_token"))["roles"], json!(["suspended", "viewer"]));
        assert_eq!(shop_.ask(&ana, "list", json!({"type": "Order"})).await.json["decision"], false, "a denial wins");
        shop_.server.wait(3_600);
        let order = |id: &str| json!({"type": "Order", "id": id, "properties": {"owner_id": ana}});
        assert_eq!(shop_.ask(&ana, "update", order("42")).await.json["decision"], true, "the denial is over");
        assert_eq!(shop_.ask(&ana, "update", order("43")).await.json["decision"], false);
        assert_eq!(shop_.assign("suspended", &ana, json!({})).await.status, 201, "what is over can be given again");

        let listed = shop_.get("/assignments?limit=2").await.json;
        assert_eq!(listed["data"].as_array().unwrap().len(), 2);
        let next = shop_.get(&format!("/assignments?cursor={}", listed["next_cursor"].as_str().unwrap())).await.json;
        assert_eq!((next["data"].as_array().unwrap().len(), next.get("next_cursor")), (1, None));
        let id = given.json["id"].as_str().unwrap();
        let delete = || shop_.server.http.delete(shop_.at(&format!("/assignments/{id}"))).bearer_auth(&shop_.token);
        assert_eq!(answer(delete()).await.status, 204);
        assert_eq!(answer(delete()).await.status, 404);
    }
}

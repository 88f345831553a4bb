//! A former token of a project keeps applications running until they are updated, and has no further rights.

use reqwest::Method;
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_flows::RegisteredProject;

use super::{ANA, By, call, call_with, client_in, get};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::server::TestServer;
use crate::policy::documents::shop;
use crate::sync::follower::Follower;

struct Scene {
    server: TestServer,
    project: RegisteredProject,
    client: RegisteredClient,
    sub: String,
}

impl Scene {
    /// Ana uses a client of a project with rules.
    async fn on(db: TestDatabase) -> Self {
        let server = TestServer::on(db, &[]).await;
        let sub = server.user(ANA).await.sub.0;
        let project = server.usher.projects.create_project("Shop").await.unwrap();
        let client = client_in(&server, project.project.id, |client| client.first_party = true).await;
        server.tokens(&mut server.browser(), &client, ANA).await;
        let scene = Self { server, project, client, sub };
        let by = By::Token(&scene.project.token);
        let (draft, publish) = (scene.at("/policy/draft"), scene.at("/policy/publish"));
        let seen = get(&scene.server, by, &draft).await.etag;
        let drafted = call_with(&scene.server, by, (Method::PUT, &draft), (Some(&shop()), seen.as_deref())).await;
        let note = json!({"note": "first"});
        let published = (Method::POST, publish.as_str());
        let published = call_with(&scene.server, by, published, (Some(&note), drafted.etag.as_deref())).await;
        assert!(published.status.is_success(), "{published:?}");
        scene
    }

    fn at(&self, path: &str) -> String {
        format!("/projects/{}{path}", self.project.project.id)
    }

    async fn rotate(&self, by: &str, body: Value) -> String {
        let rotated = call(&self.server, By::Token(by), Method::POST, &self.at("/token"), &body).await;
        assert_eq!(rotated.status, 200, "{rotated:?}");
        rotated.text("token")
    }
}

on_both_databases! {
    async fn it_reads_decides_follows_and_serves_the_users_it_has(db: TestDatabase) {
        let scene = Scene::on(db).await;
        let (old, server) = (scene.project.token.clone(), &scene.server);
        scene.rotate(&old, json!({})).await;
        let by = By::Token(&old);
        for path in ["", "/clients", "/users", "/members", "/policy/draft", "/policy", "/webhooks", "/roles"] {
            assert_eq!(get(server, by, &scene.at(path)).await.status, 200, "{path}");
        }
        assert_eq!(get(server, by, "/projects").await.data().len(), 1);
        let wanted = json!({"role": "viewer", "subject": {"type": "user", "id": scene.sub}});
        let given = call(server, by, Method::POST, &scene.at("/assignments"), &wanted).await;
        assert_eq!(given.status, 201, "{given:?}");
        let taken = scene.at(&format!("/assignments/{}", given.text("id")));
        assert_eq!(call(server, by, Method::DELETE, &taken, &Value::Null).await.status, 204);
        let ended = call(server, by, Method::POST, &scene.at(&format!("/users/{}/revoke", scene.sub)), &Value::Null).await;
        assert_eq!(ended.status, 200, "{ended:?}");
        let follower = Follower::by(server, &old, None).await;
        assert_eq!(follower.hello["epoch"], "e1");
    }

    async fn it_changes_nothing_of_the_project_and_gets_no_secret(db: TestDatabase) {
        let scene = Scene::on(db).await;
        let (old, server) = (scene.project.token.clone(), &scene.server);
        let new = scene.rotate(&old, json!({})).await;
        let hook = json!({"url": "https://shop.example/hook", "events": ["*"]});
        let hook = call(server, By::Token(&new), Method::POST, &scene.at("/webhooks"), &hook).await.text("id");
        let client = scene.at(&format!("/clients/{}", scene.client.client.id));
        let metadata = json!({"client_name": "Mine", "redirect_uris": ["https://thief.example/cb"]});
        let hook_at = |rest: &str| scene.at(&format!("/webhooks/{hook}{rest}"));
        let before = server.database.count("select count(*) from event").await;
        let doings = [
            (Method::PATCH, scene.at(""), json!({"name": "Mine"})),
            (Method::DELETE, scene.at(""), json!({"confirm": "Shop"})),
            (Method::POST, scene.at("/token"), json!({})),
            (Method::POST, scene.at("/token"), json!({"overlap_seconds": 0, "discard_history": true})),
            (Method::POST, scene.at("/token"), json!({"current_token": new})),
            (Method::DELETE, scene.at("/token/former"), Value::Null),
            (Method::POST, scene.at("/clients"), json!({"type": "machine", "metadata": {"client_name": "Mine"}})),
            (Method::PUT, client.clone(), json!({"metadata": metadata})),
            (Method::POST, format!("{client}/secret"), json!({})),
            (Method::DELETE, client, Value::Null),
            (Method::POST, scene.at("/members"), json!({"email": ANA, "role": "owner"})),
            (Method::PATCH, scene.at(&format!("/members/{}", scene.sub)), json!({"role": "owner"})),
            (Method::DELETE, scene.at(&format!("/members/{}", scene.sub)), Value::Null),
            (Method::POST, scene.at("/webhooks"), json!({"url": "https://thief.example/", "events": ["*"]})),
            (Method::PATCH, hook_at(""), json!({"url": "https://thief.example/"})),
            (Method::POST, hook_at("/secrets"), json!({})),
            (Method::POST, hook_at("/test"), Value::Null),
            (Method::DELETE, hook_at(""), Value::Null),
            (Method::PUT, scene.at("/policy/draft"), shop()),
            (Method::POST, scene.at("/policy/rollback"), json!({"revision": 1})),
            (Method::POST, scene.at("/policy/publish"), json!({})),
            (Method::GET, scene.at("/history"), Value::Null),
        ];
        for (method, path, body) in doings {
            let tag = path.contains("/policy/").then_some("\"x\"");
            let body = Some(&body).filter(|body| !body.is_null());
            let refused = call_with(server, By::Token(&old), (method.clone(), &path), (body, tag)).await;
            let answer = (refused.status.as_u16(), refused.code());
            assert_eq!(answer, (403, "PROJECT_TOKEN_REQUIRED"), "{method} {path}: {refused:?}");
        }
        assert_eq!(server.database.count("select count(*) from event").await, before);
    }

    async fn after_a_leak_every_former_token_ends_at_once_whatever_it_was_promised(db: TestDatabase) {
        let scene = Scene::on(db).await;
        let server = &scene.server;
        let first = scene.project.token.clone();
        let second = scene.rotate(&first, json!({"overlap_seconds": 2_592_000})).await;
        let third = scene.rotate(&second, json!({"overlap_seconds": 86_400})).await;
        let mut follower = Follower::by(server, &first, None).await;
        let own = scene.at("");
        for good in [&first, &second, &third] {
            assert_eq!(get(server, By::Token(good), &own).await.status, 200);
        }
        let end = scene.at("/token/former");
        let ended = call(server, By::Token(&third), Method::DELETE, &end, &Value::Null).await;
        assert_eq!((ended.status.as_u16(), &ended.json["ended"]), (200, &json!(2)), "{ended:?}");
        for gone in [&first, &second] {
            assert_eq!(get(server, By::Token(gone), &own).await.status, 401);
        }
        assert_eq!(follower.close_code().await, 4401, "and whoever follows by one is shut out");
        assert_eq!(get(server, By::Token(&third), &scene.at("/history")).await.status, 200, "the newest stays");
        let events = "select count(*) from event where kind = 'project.former_tokens_ended'";
        assert_eq!(server.database.count(events).await, 1);
        let again = call(server, By::Token(&third), Method::DELETE, &end, &Value::Null).await;
        assert_eq!(again.json["ended"], 0);
        assert_eq!(server.database.count(events).await, 1, "nothing happened, and nothing is events");
    }
}

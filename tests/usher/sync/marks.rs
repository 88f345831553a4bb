//! A mark revokes what was issued before its cause, and nothing that was issued after it, however soon.

use serde_json::Value;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_domain::user::User;
use usher_flows::{NewAssignment, Subject};
use usher_policy::PolicyDocument;

use super::follower::Follower;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;
use crate::policy::documents::shop;

const ANA: &str = "ana@example.test";

/// How often each race is run.
const ROUNDS: usize = 12;

/// Ana is signed in at the shop, which has published its access rules.
struct Scene {
    server: TestServer,
    shop: RegisteredClient,
    ana: User,
    refresh_token: String,
    follower: Follower,
}

impl Scene {
    async fn set(db: crate::harness::database::TestDatabase) -> Self {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        publish_rules(&server).await;
        let refresh_token = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        let follower = Follower::of(&server).await;
        Self { server, shop: client, ana, refresh_token, follower }
    }

    async fn next_token(&mut self) -> String {
        let tokens = self.server.refresh(&self.shop, &self.refresh_token).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        self.refresh_token = tokens.text("refresh_token");
        tokens.text("access_token")
    }

    /// Asserts that the follower learns that `before` is revoked, and that `after` is not.
    async fn parts(&mut self, before: &str, after: &str) {
        self.follower.learns_of(before).await;
        assert!(!self.follower.known.is_revoked(after), "{} {}", payload(before), payload(after));
    }
}

async fn publish_rules(server: &TestServer) {
    let policies = &server.usher.policies;
    let document: PolicyDocument = serde_json::from_value(shop()).expect("the document of the shop");
    policies.replace_policy_draft(server.project, None, &document).await.unwrap();
    policies.publish_policy(server.project, None, "", "test").await.unwrap();
}

fn roles(token: &str) -> Value {
    payload(token)["roles"].clone()
}

on_both_databases! {
    async fn a_token_that_was_issued_right_after_a_role_was_assigned_or_removed_is_good(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        for _ in 0..ROUNDS {
            let before = scene.next_token().await;
            let subject = Subject::User(scene.ana.sub.0.clone());
            let new = NewAssignment { role: "viewer".into(), subject, scope: None, expires_at: None };
            let assigned = scene.server.usher.policies.assign_role(scene.server.project, new).await.unwrap();
            let with_role = scene.next_token().await;
            assert_eq!(roles(&with_role), serde_json::json!(["viewer"]));
            scene.parts(&before, &with_role).await;
            scene.server.usher.policies.unassign_role(scene.server.project, assigned.id).await.unwrap();
            let without = scene.next_token().await;
            assert_eq!(roles(&without), Value::Null);
            scene.parts(&with_role, &without).await;
        }
        let kept = "select count(*) from event where told and cast(data as text) like '%feed_position%'";
        assert_eq!(scene.server.database.count(kept).await, 0, "the position leaves the log");
    }

    async fn a_token_that_was_issued_right_after_its_client_was_enabled_again_is_good(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        for _ in 0..ROUNDS {
            let before = scene.next_token().await;
            let id = scene.shop.client.id.clone();
            scene.server.usher.clients.set_client_disabled(&id, true).await.unwrap();
            scene.server.usher.clients.set_client_disabled(&id, false).await.unwrap();
            let after = scene.next_token().await;
            scene.parts(&before, &after).await;
        }
    }

    async fn a_token_that_was_issued_right_after_its_user_was_enabled_again_is_good(db: TestDatabase) {
        let mut scene = Scene::set(db).await;
        for _ in 0..3 {
            let before = scene.server.tokens(&mut scene.server.browser(), &scene.shop, ANA).await.text("access_token");
            scene.server.usher.users.set_user_enabled(&scene.ana, false).await.unwrap();
            scene.server.usher.users.set_user_enabled(&scene.ana, true).await.unwrap();
            let after = scene.server.tokens(&mut scene.server.browser(), &scene.shop, ANA).await.text("access_token");
            scene.parts(&before, &after).await;
        }
    }
}

#[tokio::test]
async fn a_token_of_another_instance_is_good_as_well() {
    let Some(db) = crate::harness::database::TestDatabase::postgres().await else { return };
    let mut scene = Scene::set(db).await;
    let other = scene.server.second_instance().await;
    for _ in 0..ROUNDS {
        let before = scene.next_token().await;
        let subject = Subject::User(scene.ana.sub.0.clone());
        let new = NewAssignment { role: "viewer".into(), subject, scope: None, expires_at: None };
        let assigned = other.usher.policies.assign_role(scene.server.project, new).await.unwrap();
        let after = scene.next_token().await;
        assert_eq!(roles(&after), serde_json::json!(["viewer"]));
        scene.parts(&before, &after).await;
        other.usher.policies.unassign_role(scene.server.project, assigned.id).await.unwrap();
        let last = scene.next_token().await;
        scene.parts(&after, &last).await;
    }
}

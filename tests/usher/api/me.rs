//! The signed-in user: shown, and changed as far as allowed.

use reqwest::Method;
use serde_json::{Value, json};

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

async fn change(server: &TestServer, token: &str, body: &Value) -> Answer {
    answer(server.api(Method::PATCH, "me").bearer_auth(token).json(body)).await
}

on_both_databases! {
    async fn what_is_sent_changes_what_is_null_goes_and_the_rest_stays(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        let body = json!({"nickname": " Aninha ", "language": "pt-BR", "address": {"country": "BR", "locality": "Olinda"}});
        let changed = change(&server, &token, &body).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let body = json!({"address": {"country": null}, "family_name": null});
        let changed = change(&server, &token, &body).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let me = server.me(&token).await.json;
        assert_eq!(me, changed.json);
        assert_eq!((me["nickname"].as_str(), me["given_name"].as_str()), (Some("Aninha"), Some("ana")));
        assert_eq!((me["language"].as_str(), &me["address"]), (Some("pt-BR"), &json!({"locality": "Olinda"})));
        assert!(me.get("family_name").is_none());
    }

    /// AD-05
    async fn ad_05_what_nobody_sets_by_themselves_is_named_and_nothing_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        let before = server.me(&token).await.json;
        for name in [
            "role", "roles", "is_admin", "admin", "email", "email_verified", "mfa_enabled", "id", "sub", "password",
            "password_hash", "created_at", "updated_at", "status", "phone_number_verified", "sources", "__proto__",
        ] {
            let refused = change(&server, &token, &json!({"nickname": "Aninha", name: true})).await;
            assert_eq!((refused.status.as_u16(), refused.problem()), (400, "FIELD_NOT_SETTABLE"), "{name}");
            assert_eq!(refused.fields(), [name]);
        }
        let refused = change(&server, &token, &json!({"address": {"planet": "Mars"}})).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (400, vec!["address.planet"]));
        assert_eq!(server.me(&token).await.json, before);
    }

    async fn all_faults_are_reported_together_and_nothing_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        let before = server.me(&token).await.json;
        let body = json!({
            "nickname": 7, "website": "javascript:alert(1)", "birthdate": "yesterday", "language": "xx",
            "address": {"country": ["BR"]}, "given_name": "x".repeat(301),
        });
        let refused = change(&server, &token, &body).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (422, "VALIDATION_FAILED"));
        let named = ["address.country", "birthdate", "given_name", "language", "nickname", "website"];
        assert_eq!(refused.fields(), named);
        for body in [json!({"address": "here"}), json!({"address": 7})] {
            assert_eq!(change(&server, &token, &body).await.fields(), ["address"]);
        }
        assert_eq!(server.me(&token).await.json, before);
    }

    /// AD-08: text that looks like SQL is a name.
    async fn hostile_text_is_text(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let token = server.tokens_of(ANA).await.text("access_token");
        let name = "Robert'); drop table users;-- <b>";
        assert_eq!(change(&server, &token, &json!({"given_name": name})).await.json["given_name"], name);
    }
}

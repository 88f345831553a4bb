//! Password reset and password change.

use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::json;

use super::ANA;
use crate::factors::server_with_app;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

const NEW: &str = "a loud yellow window";

async fn token(server: &TestServer) -> String {
    let asked = server.post_json("auth/forgot-password", &json!({"email": ANA})).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let emails = server.emails().await;
    emails[0].link().and_then(|link| link.split("token=").nth(1)).expect("a link").to_owned()
}

on_both_databases! {
    /// SE-10
    async fn se_10_the_email_sets_a_new_password_and_ends_everything_from_before(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (tokens, cookie) = (server.tokens_of(ANA).await, server.cookie_of(ANA).await);
        let token = token(&server).await;
        let short = server.post_json("auth/reset-password", &json!({"token": token, "password": "short"})).await;
        assert_eq!((short.status.as_u16(), short.fields()), (422, vec!["password"]));
        let reset = server.post_json("auth/reset-password", &json!({"token": token, "password": NEW})).await;
        assert_eq!((reset.status.as_u16(), &reset.json["ended_sessions"]), (200, &json!(2)));
        assert!(reset.cookies().is_empty(), "nobody is signed in by it");
        assert_eq!(server.me(&tokens.text("access_token")).await.status, 401);
        assert_eq!(answer(server.api(Method::GET, "me").header(COOKIE, cookie)).await.status, 401);
        assert_eq!(server.post_json("auth/login", &json!({"email": ANA, "password": NEW})).await.status, 200);
    }

    /// PW-13
    async fn pw_13_a_link_is_good_once_and_the_newest_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (early, late) = (token(&server).await, token(&server).await);
        let set = async |token: &str| {
            let body = json!({"token": token, "password": NEW});
            let answer = server.post_json("auth/reset-password", &body).await;
            (answer.status.as_u16(), answer.problem().to_owned())
        };
        assert_eq!(set(&early).await, (410, "LINK_EXPIRED".into()));
        let (one, two) = tokio::join!(set(&late), set(&late));
        let mut both = [one.0, two.0];
        both.sort_unstable();
        assert_eq!(both, [200, 410]);
        for token in ["garbage", ""] {
            assert_eq!(set(token).await.0, 410);
        }
    }

    /// PW-14
    async fn pw_14_a_reset_does_not_spare_the_second_step(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server_with_app(&server).await;
        let reset = json!({"token": token(&server).await, "password": NEW});
        assert_eq!(server.post_json("auth/reset-password", &reset).await.status, 200);
        let signed_in = server.post_json("auth/login", &json!({"email": ANA, "password": NEW})).await;
        assert_eq!((signed_in.status.as_u16(), signed_in.problem()), (401, "SECOND_FACTOR_REQUIRED"));
    }

    /// PW-01
    async fn pw_01_recovery_looks_the_same_with_and_without_an_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let disabled = server.user("dora@example.test").await;
        server.usher.users.set_user_enabled(&disabled, false).await.expect("it can be done");
        let mut seen = Vec::new();
        for email in [ANA, "dora@example.test", "nobody@example.test"] {
            let asked = server.post_json("auth/forgot-password", &json!({"email": email})).await;
            let names: Vec<String> = asked.headers.keys().map(ToString::to_string).collect();
            seen.push((asked.status, asked.json, names));
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
        assert_eq!(server.emails().await.len(), 1);
        let bad = server.post_json("auth/forgot-password", &json!({"email": "ana@"})).await;
        assert_eq!((bad.status.as_u16(), bad.fields()), (422, vec!["email"]));
    }

    /// PW-15, PW-08: the current password is required, and guessing it counts like signing in.
    async fn pw_15_without_the_current_password_nothing_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let cookie = server.cookie_of(ANA).await;
        let change = async |current: &str, new: &str| {
            let request = server.api(Method::POST, "auth/change-password").header(COOKIE, &cookie);
            answer(request.json(&json!({"current_password": current, "new_password": new}))).await
        };
        let short = change(PASSWORD, "short").await;
        assert_eq!((short.status.as_u16(), short.fields()), (422, vec!["new_password"]));
        let mut last = 0;
        for _ in 0..15 {
            let refused = change("a wrong red door", NEW).await;
            last = refused.status.as_u16();
            assert!(last == 401 || last == 429, "{refused:?}");
        }
        assert_eq!(last, 429);
        assert_eq!(server.post_json("auth/login", &json!({"email": ANA, "password": NEW})).await.status, 401);
    }
}

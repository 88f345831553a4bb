//! Token mode: sessions with tokens, which are rotated, revoked and introspected like any others.

use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_domain::oauth::first_party_client::FIRST_PARTY_CLIENT;
use usher_protocol::scope::Scope;

use super::{ANA, TOKEN_MODE};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer, payload};
use crate::harness::server::{PASSWORD, TestServer};

async fn refresh(server: &TestServer, token: &str) -> Answer {
    server.post_json("auth/refresh", &json!({"refresh_token": token})).await
}

on_both_databases! {
    async fn the_answer_holds_tokens_and_sets_no_cookie(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let tokens = server.tokens_of(ANA).await;
        assert_eq!((tokens.text("token_type").as_str(), tokens.cookies()), ("Bearer", String::new()));
        let claims = payload(&tokens.text("access_token"));
        assert_eq!((claims["client_id"].as_str(), claims["scope"].as_str()), (Some(FIRST_PARTY_CLIENT), Some("usher:account")));
        assert_eq!(claims["sid"].as_str(), Some(tokens.text("session_id").as_str()));
        let me = server.me(&tokens.text("access_token")).await;
        assert_eq!((me.status.as_u16(), me.json["email"].as_str()), (200, Some(ANA)));
        let sessions = answer(server.api(Method::GET, "auth/sessions").bearer_auth(tokens.text("access_token"))).await;
        assert_eq!(sessions.json["data"][0]["id"].as_str(), Some(tokens.text("session_id").as_str()));
        assert_eq!(sessions.json["data"][0]["current"], true);
    }

    async fn a_setting_makes_it_the_usual_mode_and_a_request_may_still_ask_for_the_cookie(db: TestDatabase) {
        let server = TestServer::on(db, &[("session.mode", "token")]).await;
        server.user(ANA).await;
        let body = json!({"email": ANA, "password": PASSWORD});
        let usual = server.post_json("auth/login", &body).await;
        assert!(usual.json["refresh_token"].is_string() && usual.cookies().is_empty(), "{usual:?}");
        let request = server.api(Method::POST, "auth/login").header(ACCEPT, "application/json; mode=cookie");
        let asked = answer(request.json(&body)).await;
        assert!(asked.json.get("refresh_token").is_none() && asked.cookies().contains("usher="), "{asked:?}");
    }

    async fn a_browser_that_wants_tokens_keeps_the_session_that_it_has(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let cookie = server.cookie_of("bob@example.test").await;
        let una = json!({"given_name": "U", "family_name": "N", "email": "una@example.test", "password": PASSWORD});
        for (path, body) in [("auth/login", json!({"email": ANA, "password": PASSWORD})), ("auth/register", una)] {
            let request = server.api(Method::POST, path).header(ACCEPT, TOKEN_MODE).header(COOKIE, &cookie);
            let answered = answer(request.json(&body)).await;
            assert!(answered.status.is_success() && answered.cookies().is_empty(), "{path}: {answered:?}");
        }
        let me = answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await;
        assert_eq!(me.json["email"], "bob@example.test");
    }

    async fn a_refresh_gives_the_next_tokens_and_a_lost_answer_can_be_asked_for_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let first = server.tokens_of(ANA).await.text("refresh_token");
        let second = refresh(&server, &first).await;
        assert_eq!(second.status, 200, "{second:?}");
        assert_ne!(second.text("refresh_token"), first);
        assert_eq!(refresh(&server, &first).await.text("refresh_token"), second.text("refresh_token"));
        assert_eq!(server.me(&second.text("access_token")).await.status, 200);
    }

    /// RFC 9700 §4.14.2
    async fn a_refresh_token_used_twice_ends_the_session(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let first = server.tokens_of(ANA).await.text("refresh_token");
        let second = refresh(&server, &first).await;
        let third = refresh(&server, &second.text("refresh_token")).await;
        server.wait(31);
        let reused = refresh(&server, &first).await;
        assert_eq!((reused.status.as_u16(), reused.problem()), (401, "AUTH_INVALID"));
        assert_eq!(server.me(&third.text("access_token")).await.status, 401);
        assert_eq!(refresh(&server, &third.text("refresh_token")).await.status, 401);
        let emails = server.emails().await;
        assert!(emails.iter().any(|email| email.to() == ANA), "the owner is notified");
    }

    async fn a_token_that_is_none_is_refused_by_name_or_by_401(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        assert_eq!(refresh(&server, "garbage").await.problem(), "AUTH_INVALID");
        let missing = server.post_json("auth/refresh", &json!({})).await;
        assert_eq!((missing.status.as_u16(), missing.fields()), (422, vec!["refresh_token"]));
        for token in ["garbage", "a.b.c", ""] {
            let me = answer(server.api(Method::GET, "me").header("authorization", format!("Bearer {token}"))).await;
            assert_eq!((me.status.as_u16(), me.problem()), (401, "AUTH_INVALID"), "{token}");
        }
    }

    async fn signing_out_kills_the_tokens_at_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (one, two) = (server.tokens_of(ANA).await, server.tokens_of(ANA).await);
        let cookie = server.cookie_of(ANA).await;
        let out = answer(server.api(Method::POST, "auth/logout").bearer_auth(one.text("access_token"))).await;
        assert_eq!((out.status.as_u16(), &out.json["ended_sessions"]), (200, &json!(1)));
        assert_eq!(server.me(&one.text("access_token")).await.status, 401);
        assert_eq!(refresh(&server, &one.text("refresh_token")).await.status, 401);
        assert_eq!(server.me(&two.text("access_token")).await.status, 200, "the other session goes on");
        let request = server.api(Method::POST, "auth/logout").bearer_auth(two.text("access_token"));
        let out = answer(request.json(&json!({"everywhere": true}))).await;
        assert_eq!(out.json["ended_sessions"], 2);
        assert_eq!(server.me(&two.text("access_token")).await.status, 401);
        let me = answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await;
        assert_eq!(me.status, 401);
    }

    /// SE-10
    async fn se_10_a_changed_password_ends_every_other_session_and_renews_this_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (here, there, cookie) = (server.tokens_of(ANA).await, server.tokens_of(ANA).await, server.cookie_of(ANA).await);
        let request = server.api(Method::POST, "auth/change-password").bearer_auth(here.text("access_token"));
        let change = json!({"current_password": PASSWORD, "new_password": "a loud yellow window"});
        let changed = answer(request.json(&change)).await;
        assert_eq!((changed.status.as_u16(), changed.cookies()), (200, String::new()), "{changed:?}");
        assert_eq!(changed.text("session_id"), here.text("session_id"));
        assert_eq!(server.me(&changed.text("access_token")).await.status, 200);
        for dead in [&here, &there] {
            assert_eq!(server.me(&dead.text("access_token")).await.status, 401);
            assert_eq!(refresh(&server, &dead.text("refresh_token")).await.status, 401);
        }
        assert_eq!(answer(server.api(Method::GET, "me").header(COOKIE, &cookie)).await.status, 401);
        assert_eq!(refresh(&server, &changed.text("refresh_token")).await.status, 200);
    }

    /// SE-10
    async fn se_10_a_disabled_user_is_out_at_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let tokens = server.tokens_of(ANA).await;
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be done");
        assert_eq!(server.me(&tokens.text("access_token")).await.status, 401);
        assert_eq!(refresh(&server, &tokens.text("refresh_token")).await.status, 401);
    }

    async fn the_tokens_end_with_the_session_that_nobody_uses(db: TestDatabase) {
        let server = TestServer::on(db, &[("session.idle", "1h"), ("session.absolute", "3h")]).await;
        server.user(ANA).await;
        let mut tokens = server.tokens_of(ANA).await;
        for _ in 0..3 {
            server.wait(55 * 60);
            tokens = refresh(&server, &tokens.text("refresh_token")).await;
            assert_eq!(tokens.status, 200, "a session that is used goes on: {tokens:?}");
        }
        server.wait(20 * 60);
        assert_eq!(refresh(&server, &tokens.text("refresh_token")).await.status, 401, "and ends at its own end");
        let tokens = server.tokens_of(ANA).await;
        server.wait(61 * 60);
        assert_eq!(refresh(&server, &tokens.text("refresh_token")).await.status, 401);
    }

    /// A token that a user granted to an application never acts as the user at the API, whatever its scope.
    async fn a_token_of_another_client_is_not_the_person(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server
            .client(ClientType::Web, |metadata| {
                metadata.scope = Scope::of(["openid", "offline_access", "usher:account"]);
                metadata.first_party = true;
            })
            .await;
        let mut browser = server.browser();
        let url = server.authorize_url(&client, &[("scope", "openid offline_access usher:account")]);
        let code = browser.go_through(&url, ANA).await.code();
        let tokens = server.exchange(&client, &code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        let me = server.me(&tokens.text("access_token")).await;
        assert_eq!((me.status.as_u16(), me.problem()), (401, "AUTH_INVALID"));
        assert_eq!(refresh(&server, &tokens.text("refresh_token")).await.status, 401, "nor is its refresh token");
        let machine = server.client(ClientType::Machine, |metadata| metadata.scope = Scope::of(["usher:account"])).await;
        let form = [("grant_type", "client_credentials"), ("scope", "usher:account")];
        let of_machine = server.call(&machine, "/oauth2/token", &form).await;
        let me = server.me(&of_machine.text("access_token")).await;
        assert_eq!((me.status.as_u16(), me.problem()), (403, "NOT_ALLOWED"));
    }

    async fn the_built_in_client_is_not_listed_and_cannot_be_changed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let browser = server.signed_in(ANA).await;
        server.tokens_of(ANA).await;
        server.tokens_of(ANA).await;
        let page = server.get_as(&browser, "/account/apps").await;
        assert!(!page.body.contains(FIRST_PARTY_CLIENT), "a session is no application");
        let clients = server.usher.clients.list_all_clients("", 100).await.expect("they can be listed");
        let own: Vec<_> = clients.iter().filter(|client| client.id.0 == FIRST_PARTY_CLIENT).collect();
        assert_eq!(own.len(), 1, "it is made once, and shown");
        let id = &own[0].id;
        assert!(server.usher.clients.delete_client(id).await.is_err());
        assert!(server.usher.clients.set_client_disabled(id, true).await.is_err());
        assert!(server.usher.clients.update_client(id, own[0].metadata.clone()).await.is_err());
        let foreign = server.client(ClientType::Web, |_| {}).await;
        let tokens = server.tokens_of(ANA).await;
        assert!(!server.is_active(&foreign, &tokens.text("access_token")).await, "its tokens are no client's business");
        let authorize = server.authorize_url(&foreign, &[("client_id", FIRST_PARTY_CLIENT), ("scope", "usher:account")]);
        let sent = server.http.get(authorize).send().await.expect("the server answers");
        assert!(sent.status().is_client_error(), "nobody is sent to it");
    }

    async fn two_instances_create_one_built_in_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let other = server.second_instance().await;
        let ask = async |server: &TestServer| {
            let request = server.api(Method::POST, "auth/login").header(ACCEPT, TOKEN_MODE);
            answer(request.json(&json!({"email": ANA, "password": PASSWORD}))).await
        };
        let (one, two) = tokio::join!(ask(&server), ask(&other));
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200), "{one:?} {two:?}");
        assert_eq!(other.me(&one.text("access_token")).await.status, 200);
    }
}

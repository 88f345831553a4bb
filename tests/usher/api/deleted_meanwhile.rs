//! Deleting objects while other requests use them: those get a proper error, never a server error.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use super::{By, call};
use crate::console::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const ROUNDS: usize = 6;

type Call = (Method, String, Value);

/// Makes all calls at once, as the administrator.
async fn all_at_once(server: &TestServer, boss: &Browser<'_>, calls: &[Call]) {
    let calling = calls.iter().map(|(method, path, body)| async move {
        let reply = call(server, By::Browser(boss), method.clone(), path, body).await;
        // Two requests that lock the same rows in different orders may get 503.
        let later = reply.status == StatusCode::SERVICE_UNAVAILABLE;
        assert!(later || !reply.status.is_server_error(), "{method} {path}: {reply:?}");
        assert!(reply.status.is_success() || !reply.code().is_empty(), "{method} {path}: {reply:?}");
    });
    join_all(calling).await;
}

on_both_databases! {
    async fn a_user_who_is_deleted_while_everybody_works_with_them_is_no_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        let boss = administrator(&server).await;
        let project = server.usher.projects.create_project("Race").await.unwrap().project.id;
        for round in 0..ROUNDS {
            let sub = server.user(ANA).await.sub.0;
            let cookie = server.cookie_of(ANA).await;
            let tokens = server.tokens_of(ANA).await;
            let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
            let own = [
                (Method::PATCH, "me", json!({"given_name": "Anna"})),
                (Method::GET, "me", Value::Null),
                (Method::GET, "auth/sessions", Value::Null),
                (Method::POST, "auth/change-password", json!({"current_password": PASSWORD, "new_password": "another quiet green door"})),
                (Method::POST, "auth/logout", json!({"everywhere": true})),
            ];
            let by_cookie = own.iter().map(|(method, path, body)| {
                server.api(method.clone(), path).header("cookie", &cookie).json(body)
            });
            let by_token = own.iter().map(|(method, path, body)| server.api(method.clone(), path).bearer_auth(&access).json(body));
            let signing_in = [
                server.api(Method::POST, "auth/login").json(&json!({"email": ANA, "password": PASSWORD})),
                server.api(Method::POST, "auth/refresh").json(&json!({"refresh_token": refresh})),
                server.api(Method::POST, "auth/forgot-password").json(&json!({"email": ANA})),
            ];
            let asking = by_cookie.chain(by_token).chain(signing_in).map(|request| async move {
                let answer = answer(request).await;
                assert!(answer.status == 503 || !answer.status.is_server_error(), "{answer:?}");
            });
            let mut calls = vec![
                (Method::POST, format!("/projects/{project}/members"), json!({"email": ANA, "role": "viewer"})),
                (Method::PATCH, format!("/projects/{project}/members/{sub}"), json!({"role": "developer"})),
                (Method::PATCH, format!("/admin/users/{sub}"), json!({"given_name": "Anne"})),
                (Method::POST, format!("/admin/users/{sub}/disable"), Value::Null),
                (Method::POST, format!("/admin/users/{sub}/enable"), Value::Null),
                (Method::POST, format!("/admin/users/{sub}/revoke"), Value::Null),
                (Method::GET, format!("/admin/users/{sub}/sessions"), Value::Null),
            ];
            calls.insert(round % calls.len(), (Method::DELETE, format!("/admin/users/{sub}"), Value::Null));
            tokio::join!(all_at_once(&server, &boss, &calls), join_all(asking));
            let gone = call(&server, By::Browser(&boss), Method::DELETE, &format!("/admin/users/{sub}"), &Value::Null).await;
            assert!([204, 404].contains(&gone.status.as_u16()), "{gone:?}");
            all_at_once(&server, &boss, &calls).await;
        }
    }

    async fn a_client_that_is_deleted_while_it_asks_for_tokens_is_no_error_of_the_server(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        server.user(ANA).await;
        for _ in 0..ROUNDS {
            let client = server.client(ClientType::Web, |_| ()).await;
            let mut browser = server.browser();
            let tokens = server.tokens(&mut browser, &client, ANA).await;
            let url = server.authorize_url(&client, &[]);
            let code = browser.go_through(&url, ANA).await.code();
            let (refresh, access) = (tokens.text("refresh_token"), tokens.text("access_token"));
            let presented = [("token", access.as_str())];
            let asking = async {
                let answers = tokio::join!(
                    server.exchange(&client, &code),
                    server.refresh(&client, &refresh),
                    server.userinfo(&access),
                    server.call(&client, "/oauth2/introspect", &presented),
                    server.call(&client, "/oauth2/revoke", &presented),
                );
                for answer in <[_; 5]>::from(answers) {
                    assert!(!answer.status.is_server_error(), "{answer:?}");
                }
                assert!(!server.get_as(&browser, &url).await.status.is_server_error());
            };
            let (deleted, ()) = tokio::join!(server.usher.clients.delete_client(&client.client.id), asking);
            deleted.unwrap();
            for answer in [server.exchange(&client, &code).await, server.refresh(&client, &refresh).await] {
                assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"), "{answer:?}");
            }
            assert_eq!(server.userinfo(&access).await.status, 401);
        }
    }
}

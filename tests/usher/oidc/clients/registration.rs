//! Dynamic client registration (RFC 7591, RFC 7592) is rejected, has no effect, and is not announced.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const REGISTER: &str = "/oauth2/register";

/// Sends a request, with a bearer token if one is given.
async fn ask(server: &TestServer, method: Method, path: &str, token: Option<&str>, body: &Value) -> Answer {
    let request = server.http.request(method, server.at(path)).json(body);
    answer(token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)).await
}

fn assert_refused(refused: &Answer, what: &str) {
    let error = &refused.json["error"];
    assert_eq!((refused.status, &error["code"]), (StatusCode::NOT_FOUND, &json!("REGISTRATION_NOT_OFFERED")), "{what}");
    assert!(
        refused.json.get("client_id").is_none() && refused.json.get("registration_access_token").is_none(),
        "{what}"
    );
}

async fn clients(server: &TestServer) -> i64 {
    server.database.count("select count(*) from client").await
}

fn metadata() -> Value {
    json!({"client_name": "Mine", "redirect_uris": ["https://evil.test/cb"]})
}

on_both_databases! {
    /// AD-01
    async fn ad_01_nobody_registers_a_client_however_often_they_try(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let before = clients(&server).await;
        for _ in 0..100 {
            assert_refused(&ask(&server, Method::POST, REGISTER, None, &metadata()).await, "anonymous");
        }
        let project = server.usher.projects.create_project("Shop").await.expect("a project can be made");
        for token in ["garbage", project.token.as_str()] {
            assert_refused(&ask(&server, Method::POST, REGISTER, Some(token), &metadata()).await, token);
        }
        assert_eq!(clients(&server).await, before);
    }

    /// AD-01
    async fn ad_01_registration_is_promised_nowhere(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            let document = answer(server.http.get(server.at(path))).await;
            assert_eq!(document.status, 200, "{path}");
            let members = document.json.as_object().unwrap();
            // `require_request_uri_registration` is unrelated: it says that `request_uri` values must be registered.
            let promised: Vec<&String> = members.keys().filter(|name| name.starts_with("registration")).collect();
            assert!(promised.is_empty(), "{path}: {promised:?}");
        }
    }

    /// AD-02
    async fn ad_02_whatever_is_asked_for_nobody_gets_a_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let before = clients(&server).await;
        for greedy in [
            json!({"client_id": "chosen", "client_secret": "chosen"}),
            json!({"scope": "admin usher:project usher:account"}),
            json!({"grant_types": ["password", "implicit", "client_credentials"]}),
            json!({"id_token_signed_response_alg": "none", "token_endpoint_auth_method": "none"}),
            json!({"first_party": true, "skip_consent": true, "trusted": true, "any_localhost_redirect": true}),
            json!({"software_statement": "eyJhbGciOiJub25lIn0.e30."}),
        ] {
            let mut body = metadata();
            for (name, value) in greedy.as_object().expect("an object") {
                body[name] = value.clone();
            }
            assert_refused(&ask(&server, Method::POST, REGISTER, None, &body).await, &body.to_string());
        }
        for kind in ["application/x-www-form-urlencoded", "text/plain", "application/jwt"] {
            let request = server.http.post(server.at(REGISTER)).header("content-type", kind).body("client_name=Mine");
            assert_refused(&answer(request).await, kind);
        }
        assert_eq!(clients(&server).await, before);
    }

    /// AD-03
    async fn ad_03_nobody_reads_changes_or_deletes_a_client_by_this_protocol(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Spa, |_| {}).await;
        let other = server.client(ClientType::Web, |_| {}).await;
        let id = &client.client.id.0;
        let secret = other.secret.clone().expect("a secret");
        let confidential = json!({"client_id": id, "token_endpoint_auth_method": "client_secret_post", "client_secret": "weak"});
        for path in [format!("{REGISTER}/{id}"), format!("{REGISTER}/nothing"), format!("{REGISTER}?client_id={id}")] {
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                for token in [None, Some("garbage"), Some(secret.as_str())] {
                    let refused = ask(&server, method.clone(), &path, token, &confidential).await;
                    assert_refused(&refused, &format!("{method} {path}"));
                }
            }
        }
        let now = server.usher.clients.load_client(&client.client.id.0).await.expect("it is still there");
        assert_eq!(now, client.client);
    }
}

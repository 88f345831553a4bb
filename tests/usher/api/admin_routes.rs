//! AD-04, AD-07: access to the administrators' part of the API, for every operation of the document.

use reqwest::Method;
use reqwest::header::{COOKIE, ORIGIN};
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use super::{ANA, By, call, signed_in};
use crate::console::administrator;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// An operation, from the document.
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`; a path below `/access` as it is.
    pub path: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The example of its body; null if it has none.
    pub body: Value,
}

/// Every operation of the API, from the document.
pub async fn operations(server: &TestServer) -> Vec<Operation> {
    let document: Value = server.http.get(server.at("/openapi.json")).send().await.unwrap().json().await.unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            all.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.strip_prefix("/api/v1").unwrap_or(path).to_owned(),
                parameters: parameters.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                body: operation["requestBody"]["content"]["application/json"]["example"].clone(),
            });
        }
    }
    all
}

/// The operations of administrators, for this user.
async fn of_administrators(server: &TestServer, sub: &str) -> Vec<Operation> {
    let mut all = operations(server).await;
    all.retain(|operation| operation.path.starts_with("/admin/"));
    assert!(all.len() >= 17, "{}", all.len());
    for operation in &mut all {
        operation.path = operation.path.replace("{sub}", sub).replace("{provider}", "google");
    }
    all
}

/// Everything that an operation of administrators could change.
async fn everything(server: &TestServer) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) from event",
        "select count(*) from users",
        "select count(*) from users where status = 'active'",
        "select count(*) from session where ended_at is null",
        "select count(*) from signing_key",
        "select count(*) from letter",
    ] {
        counts.push(server.database.count(sql).await);
    }
    counts
}

fn cookie(browser: &Browser<'_>) -> String {
    browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

on_both_databases! {
    async fn ad_04_nobody_but_administrators_gets_anywhere(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let browser = signed_in(&server, ANA).await;
        let own = server.tokens_of(ANA).await.text("access_token");
        let project = server.usher.projects.create_project_of("Shop", &ana).await.unwrap().token;
        let client = server.client(ClientType::Web, |_| ()).await;
        let access = server.tokens(&mut server.browser(), &client, ANA).await.text("access_token");
        let before = everything(&server).await;
        for operation in of_administrators(&server, &ana.sub.0).await {
            let callers = [
                (By::Nobody, 401),
                (By::Browser(&browser), 403),
                (By::Token(&own), 403),
                (By::Token(&project), 403),
                (By::Token(&access), 401),
            ];
            let path = &operation.path;
            for (by, wanted) in callers {
                let reply = call(&server, by, operation.method.clone(), path, &operation.body).await;
                assert_eq!(reply.status, wanted, "{} {path}: {reply:?}", operation.method);
                for verb in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
                    let reply = call(&server, by, verb.clone(), path, &operation.body).await;
                    assert!(reply.status.is_client_error(), "{verb} {path}: {reply:?}");
                }
            }
        }
        assert_eq!(everything(&server).await, before);
    }

    async fn ad_07_another_site_makes_an_administrators_browser_do_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let boss = administrator(&server).await;
        let before = everything(&server).await;
        for operation in of_administrators(&server, &ana.sub.0).await {
            if operation.method == Method::GET {
                continue;
            }
            let place = format!("{} {}", operation.method, operation.path);
            let request = || {
                let url = server.at(&format!("/api/v1{}", operation.path));
                server.http.request(operation.method.clone(), url).header(COOKIE, cookie(&boss))
            };
            for (name, value) in [
                (ORIGIN.as_str(), "https://evil.test"),
                (ORIGIN.as_str(), "null"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
            ] {
                for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                    let request = request().header(name, value).header("content-type", kind);
                    let refused = request.body(operation.body.to_string()).send().await.unwrap();
                    assert_eq!(refused.status(), 403, "{place} {name}: {value} {kind}");
                    let body: Value = refused.json().await.unwrap();
                    assert_eq!(body["error"]["code"], json!("CROSS_SITE"), "{place}");
                }
            }
            if operation.body.is_null() {
                continue;
            }
            for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                let request = request().header("content-type", kind).body(operation.body.to_string());
                assert_eq!(request.send().await.unwrap().status(), 415, "{place} {kind}");
            }
        }
        assert_eq!(everything(&server).await, before);
    }
}

//! The reason of every rejection: in the log, and in development mode in the response.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::RequestBuilder;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use super::log::log;
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::{Answer, CALLBACK, VERIFIER, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Sends a request with a trace id of its own; returns the response, and the one log line about the rejection.
async fn refused(request: RequestBuilder) -> (Answer, String) {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let log = log();
    let trace = format!("4bf92f3577b34da6a3ce929d{:08x}", COUNT.fetch_add(1, Ordering::Relaxed));
    let answer = answer(request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))).await;
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains(&trace) && line.contains("reason=")).collect();
    assert_eq!(lines.len(), 1, "{answer:?}: {lines:?}");
    if !answer.json.is_null() {
        assert_eq!(answer.json["traceId"].as_str().or(answer.json["error"]["traceId"].as_str()), Some(trace.as_str()));
    }
    (answer, lines[0].to_owned())
}

/// A form post by a client that authenticates with this secret.
fn call(server: &TestServer, id: &str, secret: &str, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
    server.http.post(server.at(path)).basic_auth(id, Some(secret)).form(form)
}

/// The endpoint, response and log line of every rejected token request; each has its own cause.
async fn every_refusal(server: &TestServer) -> Vec<(&'static str, Answer, String)> {
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let other = server.client(ClientType::Web, |client| client.first_party = true).await;
    let mut browser = server.browser();
    let mut all = Vec::new();
    let ask = async |who: &RegisteredClient, code: &str, redirect_uri: &str, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let (id, secret) = (who.client.id.0.as_str(), who.secret.as_deref().expect("a secret"));
        let (answer, line) = refused(call(server, id, secret, "/oauth2/token", &form)).await;
        assert!(line.contains(&format!("client.id=\"{id}\"")), "{line}");
        ("/oauth2/token", answer, line)
    };
    let code = browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
    all.push(ask(&client, &code, "https://rp.test/other", VERIFIER).await);
    all.push(ask(&client, &code, CALLBACK, &"x".repeat(43)).await);
    all.push(ask(&other, &code, CALLBACK, VERIFIER).await);
    all.push(ask(&client, "garbage", CALLBACK, VERIFIER).await);
    let tokens = server.exchange(&client, &code).await;
    all.push(ask(&client, &code, CALLBACK, VERIFIER).await);
    server.wait(11);
    all.push(ask(&client, &code, CALLBACK, VERIFIER).await);
    server.wait(60);
    all.push(ask(&client, &code, CALLBACK, VERIFIER).await);
    let (id, secret) = (client.client.id.0.as_str(), client.secret.as_deref().expect("a secret"));
    for (id, secret) in [(id, "wrong"), ("nobody", secret)] {
        let form = [("grant_type", "client_credentials"), ("token", "x")];
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            let (answer, line) = refused(call(server, id, secret, path, &form)).await;
            all.push((path, answer, line));
        }
    }
    let refresh = tokens.text("refresh_token");
    for token in ["garbage", &refresh] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let (answer, line) = refused(call(server, id, secret, "/oauth2/token", &form)).await;
        all.push(("/oauth2/token", answer, line));
    }
    for token in ["garbage", &tokens.text("access_token")] {
        let (answer, line) = refused(server.http.get(server.at("/oauth2/userinfo")).bearer_auth(token)).await;
        all.push(("/oauth2/userinfo", answer, line));
    }
    all
}

/// The reason in a log line.
fn reason(line: &str) -> String {
    let rest = line.split("reason=\"").nth(1).unwrap_or_else(|| panic!("no reason in {line}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_development_the_answer_names_the_cause_as_the_log_does() {
    let server = TestServer::start().await;
    let all = every_refusal(&server).await;
    let mut reasons = BTreeSet::new();
    for (path, answer, line) in &all {
        assert_eq!(answer.json["error_description"], reason(line).as_str(), "{path}");
        assert!(line.contains(&format!("endpoint=\"{path}\"")), "{line}");
        assert!(line.contains(&format!("error=\"{}\"", answer.error())), "{line}");
        reasons.insert(reason(line));
    }
    assert_eq!(
        reasons.len(),
        all.len() - 4,
        "each cause has a sentence, the same at all three endpoints: {reasons:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_production_the_answer_is_general_and_the_log_names_the_cause() {
    let server = TestServer::in_production(TestDatabase::sqlite().await).await;
    let all = every_refusal(&server).await;
    let mut said = BTreeSet::new();
    let mut reasons = BTreeSet::new();
    for (_, answer, line) in &all {
        said.insert((answer.error().to_owned(), answer.text("error_description")));
        reasons.insert(reason(line));
    }
    assert_eq!(said.len(), 3, "one sentence for each error: {said:#?}");
    assert_eq!(reasons.len(), all.len() - 4, "{reasons:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_on_a_page_or_by_a_redirect_is_logged_as_well() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let id = client.client.id.0.as_str();
    for (path, client_id, cause) in [
        (server.authorize_url(&client, &[("client_id", "nobody")]), "nobody", "the client is unknown"),
        (
            server.authorize_url(&client, &[("redirect_uri", "https://rp.test/other")]),
            id,
            "the redirect URI is not registered",
        ),
        (server.authorize_url(&client, &[("scope", "openid \"")]), id, "scope"),
        (server.authorize_url(&client, &[("prompt", "none")]), id, ""),
        (server.at("/oauth2/logout?id_token_hint=garbage"), "none", "id_token_hint"),
    ] {
        let (_, line) = refused(server.http.get(path)).await;
        assert!(line.contains("endpoint=\"/oauth2/") && reason(&line).contains(cause), "{line}");
        assert!(line.contains(client_id), "{line}");
    }
}

/// A request that is rejected before the client is known, or by an endpoint without errors of its own, is logged, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_cannot_be_read_leaves_a_line_with_the_reason() {
    let server = TestServer::start().await;
    let (http, at) = (&server.http, |path: &str| server.at(path));
    let many = "p=1&".repeat(101);
    for (request, status, cause) in [
        (http.get(at("/oauth2/authorize?client_id=%ff")), 400, "cannot be read"),
        (http.get(at("/oauth2/authorize?client_id=%00")), 400, "cannot be read"),
        (http.get(at(&format!("/oauth2/authorize?{many}"))), 400, "cannot be read"),
        (http.post(at("/oauth2/authorize")).json(&1), 415, "application/x-www-form-urlencoded"),
        (http.put(at("/oauth2/authorize")), 405, "method"),
        (http.get(at("/oauth2/token")), 405, "method"),
        (http.get(at("/oauth2/logout?id_token_hint=%ff")), 400, "cannot be read"),
        (http.get(at("/oauth2/register")), 404, "do not register themselves"),
        (http.get(at("/api/v1/me")), 401, ""),
        (http.get(at("/nowhere")), 404, "nothing at this address"),
    ] {
        let (answer, line) = refused(request).await;
        assert_eq!(answer.status.as_u16(), status, "{line}");
        assert!(reason(&line).contains(cause) && line.contains(&format!("status={status}")), "{line}");
    }
}

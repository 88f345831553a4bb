//! Pages of development mode, and the startup gate.

use std::sync::Arc;

use reqwest::header::HOST;
use reqwest::{Method, StatusCode};
use usher::app::router;
use usher_http_server::client_certificate::CertificateSource;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::layers::ready::Gate;
use usher_http_server::server::Server;
use usher_http_server::slots::Limits;

use super::wire::send;
use crate::harness::server::TestServer;

/// Another router of the same server: with a gate of the test's own, and with or without caught mail.
async fn second_router(server: &TestServer, caught: bool, gate: Gate) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let caught = caught.then(|| Arc::clone(&server.caught));
    let router = router::build(server.usher.clone(), caught, gate);
    let other = Server {
        listener,
        tls: None,
        limits: Limits::default(),
        proxies: TrustedProxies::default(),
        certificates: CertificateSource::default(),
    };
    tokio::spawn(other.serve(router, std::future::pending()));
    url
}

fn host(server: &TestServer) -> &str {
    server.url.trim_start_matches("http://")
}

#[tokio::test]
async fn caught_emails_are_shown_in_development() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let mut browser = server.browser();
    let page = browser.open(&server.at("/recover")).await;
    browser.submit(&page, &[("email", "ana@example.test")]).await;
    let link = server.emails().await[0].link().expect("a link").to_owned();
    let list = browser.open(&server.at("/dev/mail")).await;
    assert!(list.body.contains("ana@example.test"));
    let number =
        list.body.split("/dev/mail/").nth(1).and_then(|rest| rest.split('"').next()).expect("an email").to_owned();
    let email = browser.open(&server.at(&format!("/dev/mail/{number}"))).await;
    assert!(email.body.contains(&link) || email.body.contains(&link.replace('&', "&#38;")));
    assert_eq!(browser.open(&server.at("/dev/mail/999999")).await.status, StatusCode::NOT_FOUND);
    assert!(browser.open(&server.at("/dev/mail/x")).await.status.is_client_error());
}

#[tokio::test]
async fn without_caught_mail_there_is_no_such_page() {
    let server = TestServer::start().await;
    let gate = Gate::default();
    gate.open();
    let origin = second_router(&server, false, gate).await;
    for path in ["/dev/mail", "/dev/mail/1"] {
        let reply = send(server.http.get(format!("{origin}{path}")).header(HOST, host(&server))).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn until_the_server_is_ready_every_route_answers_503() {
    let server = TestServer::start().await;
    let gate = Gate::default();
    let origin = second_router(&server, true, gate.clone()).await;
    for path in ["/login", "/oauth2/jwks", "/oauth2/authorize", "/account/profile", "/health/ready", "/nowhere"] {
        let asked = server.http.get(format!("{origin}{path}")).header(HOST, host(&server));
        let reply = send(asked.header("accept", "text/html")).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(reply.retry_after().is_some(), "{path}");
        assert!(reply.body.starts_with("<!doctype html>"), "{path}: {}", reply.body);
    }
    let live = send(server.http.get(format!("{origin}/health/live")).header(HOST, host(&server))).await;
    assert_eq!(live.status, StatusCode::OK);
    gate.open();
    let login = send(server.http.get(format!("{origin}/login")).header(HOST, host(&server))).await;
    assert_eq!(login.status, StatusCode::OK);
}

#[tokio::test]
async fn under_another_name_of_this_machine_a_page_says_the_right_one() {
    let server = TestServer::start().await;
    let port = server.url.rsplit(':').next().expect("a port");
    for path in ["/login", "/oauth2/authorize", "/oauth2/jwks"] {
        let request = server.http.request(Method::GET, server.at(path)).header(HOST, format!("127.0.0.1:{port}"));
        let reply = send(request.header("accept", "text/html")).await;
        assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(reply.body.contains(&server.url), "{path}");
        assert!(reply.set_cookies().is_empty());
    }
    for (host, wanted) in [
        (
            format!("127.0.0.1:{port}"),
            format!("instead of http://127.0.0.1:{port}, or set USHER_ISSUER=http://127.0.0.1:{port}"),
        ),
        (format!("[::1]:{port}"), format!("instead of http://[::1]:{port}")),
        ("evil.test".to_owned(), "This host is not served here".to_owned()),
        ("127.0.0.1.evil.test".to_owned(), "This host is not served here".to_owned()),
    ] {
        for accept in ["application/json", "*/*"] {
            let reply =
                send(server.http.get(server.at("/oauth2/jwks")).header(HOST, &host).header("accept", accept)).await;
            assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
            let problem: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
            assert_eq!(problem["error"]["code"], "HOST_UNKNOWN");
            let message = problem["error"]["message"].as_str().expect("a sentence");
            assert!(message.contains(&server.url) && message.contains(&wanted) && !message.contains('\n'), "{message}");
            assert!(!message.contains("evil"), "{message}");
        }
    }
    let evil = send(server.http.get(server.at("/login")).header(HOST, "\"><script>.test")).await;
    assert!(evil.status.is_client_error() && !evil.body.contains("<script>."), "{evil:?}");
}

//! Errors are shown as a page or as JSON, with the trace id (HT-09, HT-11).

use reqwest::{Method, StatusCode};

use super::wire::{Reply, send};
use crate::harness::server::TestServer;

async fn ask(server: &TestServer, method: Method, path: &str, accept: &str) -> Reply {
    send(server.http.request(method, server.at(path)).header("accept", accept)).await
}

#[tokio::test]
async fn people_get_a_page_and_programs_get_json_and_both_name_the_trace() {
    let server = TestServer::start().await;
    for (method, path, status, code) in [
        (Method::GET, "/nowhere", StatusCode::NOT_FOUND, "NOT_FOUND"),
        (Method::DELETE, "/login", StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        (Method::PUT, "/oauth2/token", StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        (Method::GET, "/verify?token=x", StatusCode::GONE, "LINK_EXPIRED"),
        (Method::GET, "/consent?interaction=x", StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
    ] {
        let page = ask(&server, method.clone(), path, "text/html,*/*;q=0.1").await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}: {page:?}");
        assert!(page.body.contains(page.header("x-trace-id")), "{path}");
        for accept in ["*/*", "application/json"] {
            let reply = ask(&server, method.clone(), path, accept).await;
            assert_eq!((reply.status, reply.header("content-type")), (status, "application/json"), "{path}");
            let json: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
            assert_eq!(json["error"]["code"], code, "{path}");
            assert_eq!(json["error"]["traceId"], reply.header("x-trace-id"), "{path}");
        }
        let standard = ask(&server, method, path, "application/problem+json").await;
        assert_eq!(standard.header("content-type"), "application/problem+json", "{path}");
        let json: serde_json::Value = serde_json::from_str(&standard.body).expect("JSON");
        assert_eq!((&json["code"], &json["status"]), (&code.into(), &status.as_u16().into()), "{path}");
        assert_eq!(json["traceId"], standard.header("x-trace-id"), "{path}");
    }
}

#[tokio::test]
async fn a_trace_that_the_caller_began_is_gone_on_with() {
    let server = TestServer::start().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let begun = format!("00-{trace}-b7ad6b7169203331-01");
    let reply = send(server.http.get(server.at("/nowhere")).header("traceparent", begun)).await;
    assert_eq!(reply.header("x-trace-id"), trace);
    assert!(reply.body.contains(trace));
    let garbage = send(server.http.get(server.at("/nowhere")).header("traceparent", "00-<script>-x-01")).await;
    assert_eq!(garbage.header("x-trace-id").len(), 32);
    assert!(!garbage.body.contains("<script>"));
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_answered_with_those_it_takes() {
    let server = TestServer::start().await;
    for path in ["/login", "/account/profile", "/console/projects", "/oauth2/token"] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let reply = ask(&server, method.clone(), path, "*/*").await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(reply.header("allow").contains("POST"), "{method} {path}: {:?}", reply.header("allow"));
        }
    }
}

#[tokio::test]
async fn a_form_of_another_kind_or_of_garbage_is_refused() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let csrf = browser.open(&server.at("/login")).await.value("csrf");
    let form = format!("csrf={csrf}&email=ana%40e.test&password=x");
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=utf-16",
        "",
    ] {
        let mut request = server.ask(Method::POST, "/login", &browser.cookies).body(form.clone());
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        assert_eq!(send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
    }
    let repeated = format!("{form}&email=bob%40e.test");
    for (body, wanted) in [(repeated.as_str(), 422), ("csrf=%ff%fe&email=%ff", 400), ("%%%", 403)] {
        let request = server
            .ask(Method::POST, "/login", &browser.cookies)
            .header("content-type", "application/x-www-form-urlencoded");
        let status = send(request.body(body.to_owned())).await.status;
        assert!(status == wanted || status == 400 || status == 403, "{body}: {status}");
    }
    let endless = vec![("x", "y"); 50_000];
    let request = server.ask(Method::POST, "/login", &browser.cookies).form(&endless);
    assert!(send(request).await.status.is_client_error());
}

/// HT-09: exactly one spelling of a URL is valid.
#[tokio::test]
async fn other_spellings_of_an_address_lead_nowhere() {
    let server = TestServer::start().await;
    for path in
        ["/LOGIN", "/login/", "//login", "/login;a=b", "/%6cogin/x", "/console/..%2flogin", "/account%2fprofile"]
    {
        let reply = ask(&server, Method::GET, path, "text/html").await;
        assert!(reply.status == StatusCode::NOT_FOUND || reply.location() == "/login", "{path}: {}", reply.status);
    }
}

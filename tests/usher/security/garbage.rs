//! Malformed requests at every endpoint: the right error, and the server continues.

use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::server::TestServer;

const FORM: &str = "application/x-www-form-urlencoded";
/// Endpoints that clients post forms to.
const FORMS: [&str; 4] = ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo"];
/// Every endpoint of the protocol.
const ALL: [&str; 9] = [
    "/oauth2/token",
    "/oauth2/introspect",
    "/oauth2/revoke",
    "/oauth2/userinfo",
    "/oauth2/authorize",
    "/oauth2/logout",
    "/oauth2/jwks",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

async fn scene() -> (TestServer, RegisteredClient) {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    (server, client)
}

async fn post(server: &TestServer, client: &RegisteredClient, path: &str, kind: &str, body: Vec<u8>) -> Response {
    let mut request = server.http.post(server.at(path));
    if path != "/oauth2/userinfo" {
        request = request.basic_auth(&client.client.id.0, client.secret.as_ref());
    }
    request.header("content-type", kind).body(body).send().await.expect("the server answers")
}

async fn assert_well(server: &TestServer, why: &str) {
    let began = Instant::now();
    let health = server.http.get(server.at("/health/ready")).send().await.expect("the server answers");
    assert_eq!(health.status(), 200, "{why}");
    assert!(began.elapsed() < Duration::from_secs(1), "{why}: {:?}", began.elapsed());
}

/// Asserts that an endpoint for clients responds with an error of RFC 6749 §5.2.
async fn assert_refused(answer: Response, statuses: &[u16], why: &str) {
    let status = answer.status();
    assert!(statuses.contains(&status.as_u16()), "{why}: {status}");
    assert_eq!(answer.headers()["cache-control"], "no-store", "{why}");
    let json: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect(why);
    assert!(json["error"].is_string(), "{why}: {json}");
}

/// HT-07
#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_in_the_words_of_oauth() {
    let (server, client) = scene().await;
    let many = "a=1&".repeat(101).into_bytes();
    let crowd = "a=1&".repeat(15_000).into_bytes();
    for path in FORMS {
        for (body, statuses, why) in [
            (b"token=%ff".to_vec(), &[400][..], "invalid UTF-8, escaped"),
            (b"token=\xff\xfe".to_vec(), &[400], "invalid UTF-8, raw"),
            (b"token=%ed%a0%80".to_vec(), &[400], "a lone surrogate"),
            (b"token=a%00b".to_vec(), &[400], "NUL"),
            (b"token=%".to_vec(), &[400], "half an escape"),
            (b"token=%zz".to_vec(), &[400], "no escape"),
            (many.clone(), &[400], "101 parameters"),
            (crowd.clone(), &[400], "15,000 parameters"),
            ([b"token=".to_vec(), vec![b'a'; 20_000]].concat(), &[400], "a value of 20 kB"),
            ([b"token=".to_vec(), vec![b'a'; 100_000]].concat(), &[413], "a value of 100 kB"),
            (vec![b'['; 60_000], &[400], "brackets"),
        ] {
            let why = format!("{path}: {why}");
            assert_refused(post(&server, &client, path, FORM, body).await, statuses, &why).await;
        }
        assert_well(&server, path).await;
    }
}

/// HT-09
#[tokio::test]
async fn other_kinds_of_body_are_refused_in_the_words_of_oauth() {
    let (server, client) = scene().await;
    for path in FORMS {
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml", "x", "/"] {
            let answer = post(&server, &client, path, kind, b"{\"token\":\"x\"}".to_vec()).await;
            assert_refused(answer, &[415], &format!("{path}: {kind}")).await;
        }
        let unsaid = server.http.post(server.at(path)).body("token=x").send().await.expect("the server answers");
        assert_refused(unsaid, &[415], &format!("{path}: no type")).await;
        assert_well(&server, path).await;
    }
}

/// HT-07
#[tokio::test]
async fn deep_and_odd_values_in_every_parameter_are_only_wrong() {
    let (server, client) = scene().await;
    let deep = "[".repeat(8_000);
    let object = "{\"a\":".repeat(2_000);
    let scopes = "s ".repeat(6_000);
    let names = [
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "scope",
        "client_id",
        "client_secret",
        "token",
        "token_type_hint",
        "access_token",
        "client_assertion",
        "resource",
    ];
    for path in FORMS {
        for name in names {
            for odd in [
                deep.as_str(),
                &object,
                &scopes,
                "1e999999",
                "-1",
                "null",
                "\u{202E}\u{FEFF}",
                "../../etc",
                "' OR 1=1--",
                "${x}",
            ] {
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "authorization_code")
                    .append_pair(name, odd)
                    .finish();
                let answer = post(&server, &client, path, FORM, body.into_bytes()).await;
                let status = answer.status();
                assert!(status.is_client_error() || status == 200, "{path} {name}={odd:.20}: {status}");
                assert!(path != "/oauth2/token" || status != 200);
            }
        }
        assert_well(&server, path).await;
    }
}

#[tokio::test]
async fn odd_values_in_an_authorization_request_never_cause_a_server_error() {
    let (server, client) = scene().await;
    let deep = format!("{{\"userinfo\":{}", "{\"a\":".repeat(1_500));
    for name in [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "login_hint",
        "id_token_hint",
        "acr_values",
        "ui_locales",
        "display",
        "claims",
        "code_challenge",
        "response_mode",
    ] {
        for odd in [deep.as_str(), "[[[[", "1e999", "\u{202E}\u{FEFF}", "' OR 1=1--", "\r\nSet-Cookie: x=y", "<script>"]
        {
            let url = server.authorize_url(&client, &[(name, odd)]);
            let answer = server.http.get(&url).header("accept", "text/html").send().await.expect("the server answers");
            let status = answer.status();
            assert!(status == 303 || status.is_client_error(), "{name}={odd:.20}: {status}");
            assert!(answer.headers().get_all("set-cookie").iter().all(|cookie| !cookie.as_bytes().starts_with(b"x=")));
            let body = answer.text().await.expect("a body");
            assert!(!body.contains("<script>"), "{name}={odd:.20}");
        }
    }
    for raw in ["%ff", "a=%00", "%", "client_id=%c0%80", &"a&".repeat(101)] {
        for path in ["/oauth2/authorize", "/oauth2/logout"] {
            let answer = server.http.get(server.at(&format!("{path}?{raw}"))).send().await.expect("the server answers");
            assert_eq!(answer.status(), 400, "{path}?{raw:.20}");
        }
    }
    let posted = post(&server, &client, "/oauth2/token?%ff", FORM, b"grant_type=refresh_token".to_vec()).await;
    assert_refused(posted, &[400], "a token request with an address that cannot be read").await;
    let long = server.at(&format!("/oauth2/authorize?state={}", "a".repeat(17_000)));
    assert_eq!(server.http.get(long).send().await.expect("the server answers").status(), 414);
    assert_well(&server, "authorize").await;
}

/// HT-09
#[tokio::test]
async fn the_wrong_method_is_a_405_that_changes_nothing() {
    let (server, _) = scene().await;
    for path in ALL {
        for method in ["PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).expect("a token");
            let answer = server.http.request(method.clone(), server.at(path)).send().await.expect("the server answers");
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        let answer = server.http.get(server.at(path)).send().await.expect("the server answers");
        assert_eq!(
            (answer.status(), &answer.headers()["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().expect("a value"))
        );
    }
    assert_well(&server, "methods").await;
}

/// HT-09
#[tokio::test]
async fn other_spellings_of_a_path_are_other_paths() {
    let (server, client) = scene().await;
    for path in
        ["/oauth2//token", "/oauth2/token/", "/OAUTH2/TOKEN", "/oauth2/token;a=b", "/oauth2%2ftoken", "/oauth2/%74oken"]
    {
        let answer = post(&server, &client, path, FORM, b"grant_type=client_credentials".to_vec()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn garbage_headers_are_refused() {
    let (server, _) = scene().await;
    for value in
        ["", "Basic", "Basic !!!", "Basic AAAA", "Bearer", "Bearer  ", "Negotiate x", "\u{00e9}", &"B".repeat(5_000)]
    {
        for path in FORMS {
            let request =
                server.http.post(server.at(path)).header("content-type", FORM).body("token=x&grant_type=refresh_token");
            let answer = request.header("authorization", value.as_bytes()).send().await.expect("the server answers");
            let status = answer.status().as_u16();
            assert!(status == 401 || status == 400, "{path} {value:.20}: {status}");
            assert!(status != 401 || answer.headers().contains_key("www-authenticate"), "{path} {value:.20}");
        }
    }
    assert_well(&server, "headers").await;
}

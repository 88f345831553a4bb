//! Scripts of other origins: those of registered clients may call the client endpoints, and no others.

use reqwest::Method;
use usher_domain::oauth::client::ClientType;

use crate::harness::server::TestServer;

const ALLOWED: &str = "access-control-allow-origin";
const WITH_COOKIES: &str = "access-control-allow-credentials";
const STRANGERS: [&str; 6] =
    ["https://evil.test", "null", "https://rp.test.evil", "http://rp.test", "https://rp.test:8443", "https://RP.test"];

/// HT-01
#[tokio::test]
async fn the_endpoints_of_clients_answer_registered_origins_alone() {
    let server = TestServer::start().await;
    server.client(ClientType::Spa, |_| {}).await;
    for path in ["/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke", "/oauth2/introspect"] {
        let preflight = |origin: &str| {
            let request = server.http.request(Method::OPTIONS, server.at(path)).header("origin", origin);
            request.header("access-control-request-method", "POST").send()
        };
        let good = preflight("https://rp.test").await.expect("the server answers");
        assert_eq!(good.status(), 204);
        assert_eq!(good.headers()[ALLOWED], "https://rp.test", "{path}");
        let posted = server.http.post(server.at(path)).header("origin", "https://rp.test").send().await;
        let posted = posted.expect("the server answers");
        assert_eq!(posted.headers()[ALLOWED], "https://rp.test", "{path}: errors are read as well");
        assert!(posted.headers().get_all("vary").iter().any(|vary| vary == "Origin"), "{path}");
        // The library keycloak-js sends token requests with credentials.
        for answer in [&good, &posted] {
            assert_eq!(answer.headers().contains_key(WITH_COOKIES), path == "/oauth2/token", "{path}");
        }
        for stranger in STRANGERS {
            let refused = preflight(stranger).await.expect("the server answers");
            let posted = server.http.post(server.at(path)).header("origin", stranger).send().await;
            for answer in [refused, posted.expect("the server answers")] {
                assert!(!answer.headers().contains_key(ALLOWED), "{path} {stranger}");
                assert!(!answer.headers().contains_key(WITH_COOKIES), "{path} {stranger}");
            }
        }
    }
}

/// Web views of native applications have origins of their own.
#[tokio::test]
async fn a_client_registers_the_origins_of_its_web_views() {
    let server = TestServer::start().await;
    let origins = ["capacitor://localhost", "ionic://localhost", "http://localhost:8100"];
    server.client(ClientType::Native, |client| client.web_origins = origins.map(str::to_owned).to_vec()).await;
    for origin in origins {
        let posted = server.http.post(server.at("/oauth2/token")).header("origin", origin).send().await;
        assert_eq!(posted.expect("an answer").headers()[ALLOWED], origin);
    }
    for stranger in ["capacitor://evil", "capacitor://localhost:1", "ionic2://localhost", "http://localhost:8101"] {
        let posted = server.http.post(server.at("/oauth2/token")).header("origin", stranger).send().await;
        assert!(!posted.expect("an answer").headers().contains_key(ALLOWED), "{stranger}");
    }
}

/// HT-01
#[tokio::test]
async fn pages_are_for_no_script_and_documents_for_every_one() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Spa, |_| {}).await;
    let authorize = server.authorize_url(&client, &[]);
    for url in
        [authorize, server.at("/oauth2/logout"), server.at("/login"), server.at("/register"), server.at("/nothing")]
    {
        for origin in ["https://rp.test", "https://evil.test", "null"] {
            let answer = server.http.get(&url).header("origin", origin).send().await.expect("the server answers");
            assert!(!answer.headers().contains_key(ALLOWED), "{url} {origin}");
        }
    }
    for path in ["/.well-known/openid-configuration", "/oauth2/jwks", "/.well-known/authzen-configuration"] {
        let answer = server.http.get(server.at(path)).header("origin", "https://anybody.test").send().await;
        let answer = answer.expect("the server answers");
        assert_eq!(answer.headers()[ALLOWED], "*", "{path}");
        assert!(!answer.headers().contains_key(WITH_COOKIES));
    }
}

/// HT-01
#[tokio::test]
async fn a_disabled_client_takes_its_origin_along() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Spa, |_| {}).await;
    let ask = async || {
        let request = server.http.get(server.at("/oauth2/userinfo")).header("origin", "https://rp.test");
        request.send().await.expect("the server answers").headers().contains_key(ALLOWED)
    };
    assert!(ask().await);
    server.usher.clients.set_client_disabled(&client.client.id, true).await.expect("it can be done");
    server.wait(5);
    assert!(!ask().await);
}

#[tokio::test]
async fn a_form_of_another_site_is_called_so_on_a_page() {
    let server = TestServer::start().await;
    let request = server.http.post(server.at("/login")).header("sec-fetch-site", "cross-site");
    let answer =
        request.header("accept", "text/html").form(&[("email", "x")]).send().await.expect("the server answers");
    assert_eq!(answer.status(), 403);
    let body = answer.text().await.expect("a page");
    assert!(body.contains("This form came from another site"), "{body}");
}

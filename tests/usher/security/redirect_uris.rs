//! Redirect URIs: equal to a registered one, or an error page.

use usher_accounts::{FlowError, NewClient, RegisteredClient, Rejected};
use usher_domain::oauth::client::ClientType;

use crate::harness::server::TestServer;

/// Asserts that each of these leads to an error page, without a redirect or a code.
async fn assert_all_refused(server: &TestServer, client: &RegisteredClient, uris: &[&str]) {
    for uri in uris {
        let request =
            server.http.get(server.authorize_url(client, &[("redirect_uri", uri)])).header("accept", "text/html");
        let answer = request.send().await.expect("the server answers");
        assert_eq!(answer.status(), 400, "{uri}");
        assert!(!answer.headers().contains_key("location"), "{uri}");
        let body = answer.text().await.expect("a page");
        assert!(!body.contains(&format!("href=\"{uri}\"")), "{uri} became a link");
        assert!(!body.contains("code="), "{uri}");
    }
}

/// RU-02, RU-03, RU-04, RU-11
#[tokio::test]
async fn anything_but_the_registered_text_is_refused() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    assert_all_refused(
        &server,
        &client,
        &[
            "https://rp.test/cb/",
            "https://rp.test/CB",
            "https://RP.test/cb",
            "HTTPS://rp.test/cb",
            "https://rp.test:443/cb",
            "https://rp.test/cb?",
            "https://rp.test/cb?x=1",
            "https://rp.test/cb2",
            "https://rp.test/c",
            "https://rp.test./cb",
            "https://sub.rp.test/cb",
            "https://rp.test.evil.test/cb",
            "http://rp.test/cb",
            "https://rp.test/cb/../x",
            "https://rp.test/x/../cb",
            "https://rp.test/cb/..%2fx",
            "https://rp.test/cb/%2e%2e/x",
            "https://rp.test/cb/..;/x",
            "https://rp.test/cb/%252e%252e/x",
            "https://rp.test/cb//",
            "https://rp.test/%63b",
            "https://rp.test@evil.test/cb",
            "https://evil.test\\@rp.test/cb",
            "https://evil.test%5c@rp.test/cb",
            "https://user:pw@rp.test/cb",
            "//evil.test",
            "/\\evil.test",
            "https:evil.test",
            "/cb",
            "cb",
            "https://rp.test/cb#x",
            "https://rp.test/cb%23x",
            "https://rp.test/cb%0d%0aSet-Cookie:x=1",
            "https://rp.test/cb\r\nx: y",
            "https://rp.test/cb\tx",
            " https://rp.test/cb",
            "https://rp.test/cb ",
            "https://rр.test/cb",
            "https://rp.test\u{FF0F}cb",
            "https://rp\u{3002}test/cb",
            "https://rp\u{00AD}.test/cb",
            "https://xn--rp-test/cb",
            "javascript:alert(1)//https://rp.test/cb",
            "data:text/html,https://rp.test/cb",
        ],
    )
    .await;
    let nul = server.authorize_url(&client, &[("redirect_uri", "https://rp.test/cb\0")]);
    assert_eq!(server.browser().open(&nul).await.status, 400);
}

/// RU-08
#[tokio::test]
async fn an_installed_application_may_listen_on_any_port_of_its_own_loopback_and_nowhere_else() {
    let server = TestServer::start().await;
    let uris = ["http://127.0.0.1/cb", "http://[::1]/cb"];
    let change = |client: &mut usher_protocol::client::metadata::ClientMetadata| {
        client.redirect_uris = uris.map(str::to_owned).to_vec();
    };
    let client = server.client(ClientType::Native, change).await;
    for good in ["http://127.0.0.1:51004/cb", "http://[::1]:9/cb", "http://127.0.0.1/cb"] {
        let url = server.authorize_url(&client, &[("redirect_uri", good), ("prompt", "none")]);
        let landing = server.browser().open(&url).await;
        assert!(landing.url.starts_with(&format!("{good}?error=login_required")), "{}", landing.url);
    }
    assert_all_refused(
        &server,
        &client,
        &[
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb/",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1:80.evil.test/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:1@evil.test/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://0.0.0.0/cb",
            "http://localhost/cb",
            "http://localhost.evil.test/cb",
            "http://localhost-evil.test/cb",
            "https://127.0.0.1/cb",
            "http://127.0.0.2/cb",
        ],
    )
    .await;
}

/// RU-04, RU-07, RU-09, RU-10
#[tokio::test]
async fn what_could_never_be_safe_cannot_be_registered() {
    let server = TestServer::start().await;
    let project = server.client(ClientType::Web, |_| {}).await.client.project_id;
    for uri in [
        "https://rp.test/cb#x",
        "https://rp.test/cb?code=x&state=y&iss=z",
        "https://*.rp.test/cb",
        "https://rp.test/*",
        "https://rp.test/.*",
        "https://rp.test/cb*",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://rp.test/x",
        "http://rp.test/cb",
        "https://user@rp.test/cb",
        "https://rp.test/a/../b",
        "",
    ] {
        let mut metadata = ClientType::Web.defaults();
        metadata.client_name = "Odd".into();
        metadata.redirect_uris = vec![uri.into()];
        let made =
            server.usher.clients.create_client(NewClient { project, kind: ClientType::Web, metadata, id: None }).await;
        assert!(matches!(made, Err(FlowError::Rejected(Rejected::Metadata(_)))), "{uri}: {made:?}");
    }
}

/// RU-09
#[tokio::test]
async fn a_dot_is_a_dot_and_a_registered_query_is_kept() {
    let server = TestServer::start().await;
    let uri = "https://rp.test/cb?dummy1=lorem&dummy2=ipsum";
    let client = server.client(ClientType::Web, |client| client.redirect_uris = vec![uri.into()]).await;
    assert_all_refused(&server, &client, &["https://rpxtest/cb?dummy1=lorem&dummy2=ipsum", "https://rp.test/cb"]).await;
    let landing = server.browser().open(&server.authorize_url(&client, &[("prompt", "none")])).await;
    assert!(landing.url.starts_with(&format!("{uri}&error=login_required")), "{}", landing.url);
    for name in ["error", "state", "iss"] {
        let url = url::Url::parse(&landing.url).expect("a URL");
        assert_eq!(url.query_pairs().filter(|(key, _)| key == name).count(), 1, "{name}");
    }
}

//! Proof keys (RFC 7636): required of public clients, and enforced wherever one was sent.

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const NO_CHALLENGE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

async fn redeem(server: &TestServer, client: &RegisteredClient, code: &str, verifiers: &[&str]) -> Answer {
    let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    form.extend(verifiers.iter().map(|verifier| ("code_verifier", *verifier)));
    server.call(client, "/oauth2/token", &form).await
}

async fn scene() -> (TestServer, RegisteredClient, RegisteredClient) {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let web = server.client(ClientType::Web, |client| client.first_party = true).await;
    let spa = server.client(ClientType::Spa, |client| client.first_party = true).await;
    (server, web, spa)
}

/// PK-01
#[tokio::test]
async fn a_public_client_must_begin_with_a_challenge() {
    let (server, web, spa) = scene().await;
    let landing = server.browser().open(&server.authorize_url(&spa, &NO_CHALLENGE)).await;
    assert_eq!(landing.answer("error").as_deref(), Some("invalid_request"));
    let mut browser = server.browser();
    let landing = browser.go_through(&server.authorize_url(&web, &NO_CHALLENGE), ANA).await;
    assert_eq!(redeem(&server, &web, &landing.code(), &[]).await.status, 200, "a secret will do as well");
    let tokens = server.tokens(&mut browser, &spa, ANA).await;
    assert_eq!(server.refresh(&spa, &tokens.text("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_client_with_a_secret_may_require_a_challenge_as_well() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let strict = server.client(ClientType::Web, |client| client.require_pkce = true).await;
    let landing = server.browser().open(&server.authorize_url(&strict, &NO_CHALLENGE)).await;
    assert_eq!(landing.answer("error").as_deref(), Some("invalid_request"));
    assert_eq!(server.tokens(&mut server.browser(), &strict, ANA).await.status, 200);
}

/// PK-02
#[tokio::test]
async fn a_verifier_for_which_there_was_no_challenge_is_refused() {
    let (server, web, _) = scene().await;
    let landing = server.browser().go_through(&server.authorize_url(&web, &NO_CHALLENGE), ANA).await;
    assert_eq!(redeem(&server, &web, &landing.code(), &[VERIFIER]).await.error(), "invalid_grant");
}

/// PK-03, PK-06
#[tokio::test]
async fn a_challenge_is_never_let_off() {
    let (server, web, spa) = scene().await;
    for client in [&web, &spa] {
        let code = server.browser().go_through(&server.authorize_url(client, &[]), ANA).await.code();
        assert_eq!(redeem(&server, client, &code, &[]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, client, &code, &[""]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, client, &code, &[VERIFIER, VERIFIER]).await.error(), "invalid_request");
        assert_eq!(redeem(&server, client, &code, &[&VERIFIER[1..]]).await.error(), "invalid_grant");
        assert_eq!(redeem(&server, client, &code, &[VERIFIER]).await.status, 200);
    }
}

on_both_databases! {
    /// PK-04
    async fn five_wrong_verifiers_wear_a_code_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Spa, |client| client.first_party = true).await;
        let mut browser = server.browser();
        let earlier = server.tokens(&mut browser, &client, ANA).await;
        let (long, short) = ("a".repeat(129), "a".repeat(42));
        let wrong = [CHALLENGE, &long, &short, "", &VERIFIER.to_ascii_lowercase()];
        for (tries, good) in [(4, true), (5, false)] {
            let code = browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
            for verifier in &wrong[..tries] {
                assert_eq!(redeem(&server, &client, &code, &[verifier]).await.error(), "invalid_grant");
            }
            assert_eq!(redeem(&server, &client, &code, &[VERIFIER]).await.status == 200, good, "after {tries} tries");
        }
        assert_eq!(server.userinfo(&earlier.text("access_token")).await.status, 200, "nothing issued before suffers");
    }
}

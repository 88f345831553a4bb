//! Proof keys (RFC 7636): required of public clients, and enforced wherever one was sent.

use usher_domain::oauth::client::ClientType;
use usher_flows::RegisteredClient;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER};

const ANA: &str = "ana@example.test";
const NO_CHALLENGE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

async fn redeem(house: &TestUsher, client: &RegisteredClient, code: &str, verifiers: &[&str]) -> Answer {
    let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    form.extend(verifiers.iter().map(|verifier| ("code_verifier", *verifier)));
    house.call(client, "/oauth2/token", &form).await
}

async fn scene() -> (TestUsher, RegisteredClient, RegisteredClient) {
    let house = TestUsher::start().await;
    house.user(ANA).await;
    let web = house.client(ClientType::Web, |client| client.first_party = true).await;
    let spa = house.client(ClientType::Spa, |client| client.first_party = true).await;
    (house, web, spa)
}

/// PK-01
#[tokio::test]
async fn a_public_client_must_begin_with_a_challenge() {
    let (house, web, spa) = scene().await;
    let landing = house.browser().open(&house.authorize_url(&spa, &NO_CHALLENGE)).await;
    assert_eq!(landing.answer("error").as_deref(), Some("invalid_request"));
    let mut browser = house.browser();
    let landing = browser.go_through(&house.authorize_url(&web, &NO_CHALLENGE), ANA).await;
    assert_eq!(redeem(&house, &web, &landing.code(), &[]).await.status, 200, "a secret will do as well");
    let tokens = house.tokens(&mut browser, &spa, ANA).await;
    assert_eq!(house.refresh(&spa, &tokens.text("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_client_with_a_secret_may_require_a_challenge_as_well() {
    let house = TestUsher::start().await;
    house.user(ANA).await;
    let strict = house.client(ClientType::Web, |client| client.require_pkce = true).await;
    let landing = house.browser().open(&house.authorize_url(&strict, &NO_CHALLENGE)).await;
    assert_eq!(landing.answer("error").as_deref(), Some("invalid_request"));
    assert_eq!(house.tokens(&mut house.browser(), &strict, ANA).await.status, 200);
}

/// PK-02
#[tokio::test]
async fn a_verifier_for_which_there_was_no_challenge_is_refused() {
    let (house, web, _) = scene().await;
    let landing = house.browser().go_through(&house.authorize_url(&web, &NO_CHALLENGE), ANA).await;
    assert_eq!(redeem(&house, &web, &landing.code(), &[VERIFIER]).await.error(), "invalid_grant");
}

/// PK-03, PK-06
#[tokio::test]
async fn a_challenge_is_never_let_off() {
    let (house, web, spa) = scene().await;
    for client in [&web, &spa] {
        let code = house.browser().go_through(&house.authorize_url(client, &[]), ANA).await.code();
        assert_eq!(redeem(&house, client, &code, &[]).await.error(), "invalid_grant");
        assert_eq!(redeem(&house, client, &code, &[""]).await.error(), "invalid_grant");
        assert_eq!(redeem(&house, client, &code, &[VERIFIER, VERIFIER]).await.error(), "invalid_request");
        assert_eq!(redeem(&house, client, &code, &[&VERIFIER[1..]]).await.error(), "invalid_grant");
        assert_eq!(redeem(&house, client, &code, &[VERIFIER]).await.status, 200);
    }
}

on_both_databases! {
    /// PK-04
    async fn five_wrong_verifiers_wear_a_code_out(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Spa, |client| client.first_party = true).await;
        let mut browser = house.browser();
        let earlier = house.tokens(&mut browser, &client, ANA).await;
        let (long, short) = ("a".repeat(129), "a".repeat(42));
        let wrong = [CHALLENGE, &long, &short, "", &VERIFIER.to_ascii_lowercase()];
        for (tries, good) in [(4, true), (5, false)] {
            let code = browser.go_through(&house.authorize_url(&client, &[]), ANA).await.code();
            for verifier in &wrong[..tries] {
                assert_eq!(redeem(&house, &client, &code, &[verifier]).await.error(), "invalid_grant");
            }
            assert_eq!(redeem(&house, &client, &code, &[VERIFIER]).await.status == 200, good, "after {tries} tries");
        }
        assert_eq!(house.userinfo(&earlier.text("access_token")).await.status, 200, "nothing issued before suffers");
    }
}

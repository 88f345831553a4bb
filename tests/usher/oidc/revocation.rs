//! The revocation endpoint (RFC 7009).

use usher_domain::oauth::client::ClientType;
use usher_flows::RegisteredClient;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;

const ANA: &str = "ana@example.test";

async fn revoke(house: &TestUsher, client: &RegisteredClient, token: &str) -> u16 {
    house.call(client, "/oauth2/revoke", &[("token", token)]).await.status.as_u16()
}

on_both_databases! {
    async fn a_revoked_refresh_token_takes_its_grant_along_and_leaves_the_session(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = house.browser();
        let tokens = house.tokens(&mut browser, &client, ANA).await;
        assert_eq!(revoke(&house, &client, &tokens.text("refresh_token")).await, 200);
        assert_eq!(house.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 401);
        assert!(browser.open(&house.authorize_url(&client, &[])).await.answer("code").is_some());
        assert_eq!(revoke(&house, &client, &tokens.text("refresh_token")).await, 200, "twice is once");
        let told = house.database.count("select count(*) from event where kind = 'grant.revoked'").await;
        assert_eq!(told, 1);
    }

    /// JW-10
    async fn a_revoked_access_token_is_dead_alone_and_in_every_spelling(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let tokens = house.tokens(&mut house.browser(), &client, ANA).await;
        let access = tokens.text("access_token");
        assert_eq!(revoke(&house, &client, &access).await, 200);
        assert_eq!(revoke(&house, &client, &access).await, 200);
        let last = access.as_bytes()[access.len() - 1];
        let spelt = |byte: u8| format!("{}{}", &access[..access.len() - 1], char::from(byte));
        for token in [access.clone(), format!("{access}="), format!("{access}=="), spelt(last ^ 1), spelt(last ^ 2)] {
            assert_eq!(house.userinfo(&token).await.status, 401, "{token}");
        }
        assert!(!house.is_active(&client, &access).await);
        let next = house.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(house.userinfo(&next.text("access_token")).await.status, 200, "the grant lives on");
    }

    async fn nobody_revokes_what_is_not_theirs_and_nobody_learns_whose_it_is(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |client| client.first_party = true).await;
        let other = house.client(ClientType::Web, |_| {}).await;
        let spa = house.client(ClientType::Spa, |_| {}).await;
        let tokens = house.tokens(&mut house.browser(), &client, ANA).await;
        for name in ["access_token", "refresh_token"] {
            for thief in [&other, &spa] {
                assert_eq!(revoke(&house, thief, &tokens.text(name)).await, 200);
            }
        }
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 200);
        assert_eq!(house.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
    }
}

#[tokio::test]
async fn a_request_that_names_no_token_or_no_client_is_refused() {
    let house = TestUsher::start().await;
    let client = house.client(ClientType::Web, |_| {}).await;
    let answer = house.call(&client, "/oauth2/revoke", &[("token", "garbage")]).await;
    assert_eq!((answer.status.as_u16(), answer.json), (200, serde_json::json!({})), "JSON clients read every body");
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")]] {
        let answer = house.call(&client, "/oauth2/revoke", form).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"), "{form:?}");
    }
    let wrong = RegisteredClient { secret: Some("wrong".into()), ..client };
    assert_eq!(revoke(&house, &wrong, "garbage").await, 401);
}

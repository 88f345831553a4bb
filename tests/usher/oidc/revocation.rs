//! The revocation endpoint (RFC 7009).

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn revoke(server: &TestServer, client: &RegisteredClient, token: &str) -> u16 {
    server.call(client, "/oauth2/revoke", &[("token", token)]).await.status.as_u16()
}

on_both_databases! {
    async fn a_revoked_refresh_token_takes_its_grant_along_and_leaves_the_session(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        assert_eq!(revoke(&server, &client, &tokens.text("refresh_token")).await, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
        assert!(browser.open(&server.authorize_url(&client, &[])).await.answer("code").is_some());
        assert_eq!(revoke(&server, &client, &tokens.text("refresh_token")).await, 200, "twice is once");
        let told = server.database.count("select count(*) from event where kind = 'grant.revoked'").await;
        assert_eq!(told, 1);
    }

    /// JW-10
    async fn a_revoked_access_token_is_dead_alone_and_in_every_spelling(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        let access = tokens.text("access_token");
        assert_eq!(revoke(&server, &client, &access).await, 200);
        assert_eq!(revoke(&server, &client, &access).await, 200);
        let last = access.as_bytes()[access.len() - 1];
        let spelt = |byte: u8| format!("{}{}", &access[..access.len() - 1], char::from(byte));
        for token in [access.clone(), format!("{access}="), format!("{access}=="), spelt(last ^ 1), spelt(last ^ 2)] {
            assert_eq!(server.userinfo(&token).await.status, 401, "{token}");
        }
        assert!(!server.is_active(&client, &access).await);
        let next = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(server.userinfo(&next.text("access_token")).await.status, 200, "the grant lives on");
    }

    async fn nobody_revokes_what_is_not_theirs_and_nobody_learns_whose_it_is(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let other = server.client(ClientType::Web, |_| {}).await;
        let spa = server.client(ClientType::Spa, |_| {}).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        for name in ["access_token", "refresh_token"] {
            for thief in [&other, &spa] {
                assert_eq!(revoke(&server, thief, &tokens.text(name)).await, 200);
            }
        }
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
    }
}

#[tokio::test]
async fn a_request_that_names_no_token_or_no_client_is_refused() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let answer = server.call(&client, "/oauth2/revoke", &[("token", "garbage")]).await;
    assert_eq!((answer.status.as_u16(), answer.json), (200, serde_json::json!({})), "JSON clients read every body");
    let hinted_twice = [("token", "a"), ("token_type_hint", "access_token"), ("token_type_hint", "refresh_token")];
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")], &hinted_twice] {
        let answer = server.call(&client, "/oauth2/revoke", form).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"), "{form:?}");
    }
    let wrong = RegisteredClient { secret: Some("wrong".into()), ..client };
    assert_eq!(revoke(&server, &wrong, "garbage").await, 401);
}

//! How often a client may ask, and what it is told (CIBA Core §11).

use futures_util::future::join_all;
use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_protocol::ciba::CIBA_GRANT;

use super::{ANA, call_centre, use_ciba};
use crate::harness::client_key::TestKey;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{answer, count, payload};
use crate::harness::server::TestServer;

const AT_ONCE: usize = 12;

on_both_databases! {
    /// DV-04
    async fn a_client_that_asks_too_often_has_to_wait_longer(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let client = call_centre(&server).await;
        let id = server.ciba_request(&client).await;
        for (seconds, error) in [
            (0, "authorization_pending"),
            (4, "slow_down"),
            (9, "slow_down"),
            (15, "authorization_pending"),
            (14, "slow_down"),
            (20, "authorization_pending"),
        ] {
            server.wait(seconds);
            let asked = if seconds % 2 == 0 { &server } else { &second };
            let told = asked.ciba_poll(&client, &id).await;
            assert_eq!((told.status.as_u16(), told.error()), (400, error), "after {seconds} s");
        }
    }

    /// DV-04
    async fn after_its_time_a_request_is_over_for_the_client_and_for_the_person(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let answered = server.ciba_request(&client).await;
        let mut browser = server.browser();
        browser.answer_request("allow").await;
        let late = server.ciba_request(&client).await;
        let asking = browser.open_request(ANA).await;
        server.wait(600);
        for id in [&late, &answered] {
            let told = server.ciba_poll(&client, id).await;
            assert_eq!((told.status.as_u16(), told.error()), (400, "expired_token"));
        }
        let refused = browser.submit(&asking, &[("decision", "allow")]).await;
        assert_eq!(refused.status, 410, "{refused:?}");
        let page = browser.open_request(ANA).await;
        assert!(page.body.contains("No sign-in waits for your answer"), "{page:?}");
        assert_eq!(server.database.count("select count(*) from grants").await, 0);
    }

    async fn of_many_redemptions_at_once_on_two_instances_one_gets_tokens(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let client = call_centre(&server).await;
        let mut browser = server.browser();
        for _ in 0..4 {
            let id = server.ciba_request(&client).await;
            browser.answer_request("allow").await;
            let polls = (0..AT_ONCE).map(|n| if n % 2 == 0 { &server } else { &second }.ciba_poll(&client, &id));
            let answers = join_all(polls).await;
            assert_eq!((count(&answers, 200), count(&answers, 400)), (1, AT_ONCE - 1), "{answers:?}");
            let tokens = answers.iter().find(|answer| answer.status == 200).expect("one");
            assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200, "the losers end nothing");
        }
        assert_eq!(server.database.count("select count(*) from session").await, 5, "one for each request");
    }

    async fn an_auth_req_id_that_is_redeemed_again_later_ends_the_grant(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let id = server.ciba_request(&client).await;
        server.browser().answer_request("allow").await;
        let tokens = server.ciba_poll(&client, &id).await;
        server.wait(11);
        assert_eq!(server.ciba_poll(&client, &id).await.error(), "invalid_grant");
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.database.count("select count(*) from event where kind = 'code.reuse_detected'").await, 1);
    }

    async fn many_answers_at_once_are_one_answer(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let id = server.ciba_request(&client).await;
        let mut browsers: Vec<_> = (0..4).map(|_| server.browser()).collect();
        let mut pages = Vec::new();
        for browser in &mut browsers {
            pages.push(browser.open_request(ANA).await);
        }
        let decisions = ["allow", "deny", "not-me", "deny"];
        let answers = browsers.iter_mut().zip(&pages).zip(decisions);
        let answers = answers.map(|((browser, page), decision)| async move {
            browser.submit(page, &[("decision", decision)]).await
        });
        join_all(answers).await;
        let kinds = "select count(*) from event where kind in ('ciba.allowed', 'ciba.denied', 'ciba.reported')";
        assert_eq!(server.database.count(kinds).await, 1);
        let allowed = server.database.count("select count(*) from event where kind = 'ciba.allowed'").await == 1;
        let told = server.ciba_poll(&client, &id).await;
        assert_eq!(told.error(), if allowed { "ok" } else { "access_denied" });
    }
}

#[tokio::test]
async fn tokens_are_bound_to_the_key_of_the_client() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Web, |client| {
            use_ciba(client);
            client.dpop_bound_access_tokens = true;
        })
        .await;
    let id = server.ciba_request(&client).await;
    server.browser().answer_request("allow").await;
    assert_eq!(server.ciba_poll(&client, &id).await.error(), "invalid_dpop_proof");
    let key = TestKey::new("d");
    let form = [("grant_type", CIBA_GRANT), ("auth_req_id", &*id)];
    let secret = client.secret.as_deref();
    let request = server.http.post(server.at("/oauth2/token")).basic_auth(&client.client.id.0, secret).form(&form);
    let tokens = answer(request.header("dpop", key.proof(&server, "POST", "/oauth2/token", &json!({})))).await;
    assert_eq!(tokens.text("token_type"), "DPoP");
    assert_eq!(payload(&tokens.text("access_token"))["cnf"]["jkt"], key.thumbprint());
}

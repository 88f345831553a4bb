//! How often a device may ask, and what it is told (RFC 8628 §3.5).

use futures_util::future::join_all;
use usher_protocol::device::DEVICE_CODE_GRANT;

use super::{ANA, television};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::count;
use crate::harness::server::TestServer;

const AT_ONCE: usize = 12;

on_both_databases! {
    /// DV-04
    async fn a_device_that_asks_too_often_has_to_wait_longer(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let second = server.second_instance().await;
        let client = television(&server).await;
        let code = server.device_asks(&client).await.text("device_code");
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
            let told = asked.poll(&client, &code).await;
            assert_eq!((told.status.as_u16(), told.error()), (400, error), "after {seconds} s");
        }
    }

    /// DV-04
    async fn after_ten_minutes_the_code_is_over_for_the_device_and_for_the_person(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let (late, answered) = (server.device_asks(&client).await, server.device_asks(&client).await);
        let mut browser = server.browser();
        let asking = browser.type_code(&late.text("user_code"), ANA).await;
        browser.answer_device(&answered.text("user_code"), "allow").await;
        server.wait(600);
        for asked in [&late, &answered] {
            let told = server.poll(&client, &asked.text("device_code")).await;
            assert_eq!((told.status.as_u16(), told.error()), (400, "expired_token"));
        }
        let refused = browser.submit(&asking, &[("decision", "allow")]).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        let page = browser.open(&server.at("/device")).await;
        let refused = browser.submit(&page, &[("user_code", &late.text("user_code"))]).await;
        assert!(refused.body.contains("has expired"), "{refused:?}");
        assert_eq!(server.database.count("select count(*) from grants").await, 0);
    }

    async fn of_many_redemptions_at_once_on_two_instances_one_gets_tokens(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let second = server.second_instance().await;
        let client = television(&server).await;
        let mut browser = server.browser();
        for _ in 0..4 {
            let asked = server.device_asks(&client).await;
            browser.answer_device(&asked.text("user_code"), "allow").await;
            let code = asked.text("device_code");
            let polls = (0..AT_ONCE).map(|n| if n % 2 == 0 { &server } else { &second }.poll(&client, &code));
            let answers = join_all(polls).await;
            assert_eq!((count(&answers, 200), count(&answers, 400)), (1, AT_ONCE - 1), "{answers:?}");
            let tokens = answers.iter().find(|answer| answer.status == 200).expect("one");
            assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200, "the losers end nothing");
        }
        assert_eq!(server.database.count("select count(*) from session").await, 5, "one for each device");
    }

    async fn a_code_that_is_redeemed_again_later_ends_the_grant(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let asked = server.device_asks(&client).await;
        server.browser().answer_device(&asked.text("user_code"), "allow").await;
        let tokens = server.poll(&client, &asked.text("device_code")).await;
        server.wait(11);
        assert_eq!(server.poll(&client, &asked.text("device_code")).await.error(), "invalid_grant");
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.database.count("select count(*) from event where kind = 'code.reuse_detected'").await, 1);
    }
}

/// CO-06
#[tokio::test]
async fn a_device_code_is_no_other_code_and_no_other_code_is_one() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(usher_domain::oauth::client::ClientType::Web, |client| {
            client.grant_types.push(DEVICE_CODE_GRANT.to_owned());
        })
        .await;
    let asked = server.device_asks(&client).await;
    let device_code = asked.text("device_code");
    assert_eq!(server.exchange(&client, &device_code).await.error(), "invalid_grant");
    assert_eq!(server.refresh(&client, &device_code).await.error(), "invalid_grant");
    assert!(!server.is_active(&client, &device_code).await);
    let mut browser = server.browser();
    let landing = browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
    assert_eq!(server.poll(&client, &landing.code()).await.error(), "invalid_grant");
    for code in ["", "x", &asked.text("user_code")] {
        assert_ne!(server.poll(&client, code).await.status, 200, "{code:?}");
    }
    let in_url = server.http.post(server.at(&format!("/oauth2/token?device_code={device_code}"))).form(&[("a", "b")]);
    assert_eq!(in_url.send().await.expect("an answer").status(), 400);
}

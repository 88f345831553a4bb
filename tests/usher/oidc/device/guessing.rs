//! Guessing the code that a device shows (RFC 8628 §5.1).

use super::{ANA, television};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// Types a wrong code; the status of the page.
async fn guess(browser: &mut Browser<'_>, code: &str) -> u16 {
    let page = browser.open(&browser.server().at("/device")).await;
    browser.submit(&page, &[("user_code", code)]).await.status.as_u16()
}

on_both_databases! {
    /// DV-02
    async fn wrong_codes_are_throttled_by_network_whatever_the_session(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.device_code", "5/min")]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let asked = server.device_asks(&client).await;
        for n in 0..8 {
            let status = guess(&mut server.browser(), "BCDF-GHJK").await;
            assert_eq!(status, if n < 5 { 400 } else { 429 }, "guess {n}");
        }
        let mut browser = server.browser();
        assert_eq!(guess(&mut browser, &asked.text("user_code")).await, 429, "a right one waits as well");
        server.wait(60);
        assert_eq!(guess(&mut browser, &asked.text("user_code")).await, 200);
    }

    /// DV-02
    async fn wrong_codes_are_throttled_by_account_and_right_ones_do_not_count(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.device_code", "3/min")]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let mut browser = server.browser();
        for _ in 0..5 {
            let asked = server.device_asks(&client).await;
            browser.answer_device(&asked.text("user_code"), "allow").await;
        }
        for n in 0..4 {
            assert_eq!(guess(&mut browser, "BCDF-GHJK").await, if n < 3 { 400 } else { 429 }, "guess {n}");
        }
        let buckets = "select count(*) from throttle where bucket like 'device/account/%'";
        assert_eq!(server.database.count(buckets).await, 1);
        assert_eq!(server.database.count("select count(*) from throttle where bucket = 'device/all'").await, 1);
    }
}

/// DV-02
#[tokio::test]
async fn a_device_code_that_was_sent_with_wrong_verifiers_is_dead() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = television(&server).await;
    let asked = server.device_asks(&client).await;
    server.browser().answer_device(&asked.text("user_code"), "allow").await;
    let grant = usher_protocol::device::DEVICE_CODE_GRANT;
    let code = asked.text("device_code");
    for _ in 0..5 {
        let form = [
            ("grant_type", grant),
            ("device_code", &*code),
            ("code_verifier", "a verifier that nobody asked for, and long"),
        ];
        assert_eq!(server.call(&client, "/oauth2/token", &form).await.error(), "invalid_grant");
    }
    assert_eq!(server.poll(&client, &code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn one_network_cannot_fill_the_table_of_requests() {
    let server =
        TestServer::on(crate::harness::database::TestDatabase::sqlite().await, &[("limits.device_code", "1/min")])
            .await;
    let client = television(&server).await;
    for n in 0..22 {
        let answer = server.call(&client, "/oauth2/device", &[("scope", "openid")]).await;
        let wanted = if n < 20 { (200, "ok") } else { (429, "temporarily_unavailable") };
        assert_eq!((answer.status.as_u16(), answer.error()), wanted, "request {n}");
    }
}

#[tokio::test]
async fn the_table_reveals_no_code() {
    let server = TestServer::start().await;
    let client = television(&server).await;
    let asked = server.device_asks(&client).await;
    let file = server.database.url.trim_start_matches("sqlite://").to_owned();
    let mut bytes = std::fs::read(&file).expect("the database");
    bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    for secret in [asked.text("device_code"), asked.text("user_code"), asked.text("user_code").replace('-', "")] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "a code is stored");
    }
}

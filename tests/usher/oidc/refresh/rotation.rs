//! Refresh tokens: each can be used once, and presenting an old one ends the family.

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_flows::PresentedToken;
use usher_protocol::client::metadata::RefreshRotation;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const REUSES: &str = "select count(*) from event where kind = 'token.reuse_detected'";

async fn first_party(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, |client| client.first_party = true).await
}

fn assert_dead(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"), "{answer:?}");
}

on_both_databases! {
    /// RT-01, RT-02
    async fn reuse_ends_the_family_and_the_session_before_it_is_answered(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let mut browser = server.browser();
        let first = server.tokens(&mut browser, &client, ANA).await;
        let second = server.refresh(&client, &first.text("refresh_token")).await;
        let third = server.refresh(&client, &second.text("refresh_token")).await;
        assert_eq!((third.status.as_u16(), third.headers["cache-control"].to_str().ok()), (200, Some("no-store")));
        server.wait(31);
        assert_dead(&server.refresh(&client, &first.text("refresh_token")).await);
        let cookies = browser.cookies;
        server.restart().await;
        assert_dead(&server.refresh(&client, &third.text("refresh_token")).await);
        for tokens in [&first, &second, &third] {
            assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
            assert!(!server.is_active(&client, &tokens.text("access_token")).await);
            assert!(!server.is_active(&client, &tokens.text("refresh_token")).await);
        }
        let mut browser = server.browser();
        browser.cookies = cookies;
        let silent = browser.open(&server.authorize_url(&client, &[("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("login_required"));
    }

    /// RT-14
    async fn a_thousand_replays_are_one_event_and_one_email(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("ben@example.test").await;
        let client = first_party(&server).await;
        let (mut laptop, mut phone, mut bens) = (server.browser(), server.browser(), server.browser());
        let stolen = server.tokens(&mut laptop, &client, ANA).await;
        let elsewhere = server.tokens(&mut phone, &client, ANA).await;
        let other = server.tokens(&mut bens, &client, "ben@example.test").await;
        let next = server.refresh(&client, &stolen.text("refresh_token")).await;
        server.refresh(&client, &next.text("refresh_token")).await;
        server.wait(31);
        let old = stolen.text("refresh_token");
        for _ in 0..40 {
            let replays = (0..25).map(|_| server.refresh(&client, &old));
            futures_util::future::join_all(replays).await.iter().for_each(assert_dead);
        }
        assert_eq!(server.database.count(REUSES).await, 1);
        let emails = server.emails().await;
        let told = emails.iter().filter(|email| email.kind() == "reuse_detected").count();
        assert_eq!(told, 1, "the person is told once");
        assert_eq!(server.refresh(&client, &elsewhere.text("refresh_token")).await.status, 200, "her other device");
        assert_eq!(server.refresh(&client, &other.text("refresh_token")).await.status, 200, "another person");
    }

    async fn a_client_that_lost_the_answer_gets_the_same_successor_however_late(db: TestDatabase) {
        let mut server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let cookies = {
            let mut browser = server.browser();
            server.tokens(&mut browser, &client, ANA).await;
            browser.cookies
        };
        for outage in [0, 1, 29, 30, 31, 33, 60, 119, 120, 3_600, 29 * 24 * 3_600] {
            let mut browser = server.browser();
            browser.cookies = cookies.clone();
            let first = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let undelivered = server.refresh(&client, &first).await.text("refresh_token");
            server.restart().await;
            server.wait(outage);
            for _ in 0..2 {
                let retried = server.refresh(&client, &first).await;
                assert_eq!((retried.status.as_u16(), retried.text("refresh_token")), (200, undelivered.clone()), "{outage} s");
                server.wait(1);
            }
            assert_eq!(server.refresh(&client, &undelivered).await.status, 200, "{outage} s");
        }
        assert_eq!(server.database.count(REUSES).await, 0);
        assert!(server.emails().await.iter().all(|email| email.kind() != "reuse_detected"));
    }

    async fn once_the_successor_was_used_in_any_way_the_old_token_is_reuse(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let other = server.client(ClientType::Web, |client| client.first_party = true).await;
        for (n, used) in ["refreshed", "userinfo", "introspected", "refresh token introspected", "API"].into_iter().enumerate() {
            let first = server.tokens(&mut server.browser(), &client, ANA).await;
            server.userinfo(&first.text("access_token")).await;
            let second = server.refresh(&client, &first.text("refresh_token")).await;
            assert_eq!(server.userinfo(&first.text("access_token")).await.status, 200, "an older access token tells nothing");
            server.wait(31);
            assert_eq!(server.refresh(&client, &first.text("refresh_token")).await.status, 200, "{used}: unused so far");
            let access = second.text("access_token");
            match used {
                "refreshed" => assert_eq!(server.refresh(&client, &second.text("refresh_token")).await.status, 200),
                "userinfo" => assert_eq!(server.userinfo(&access).await.status, 200),
                "introspected" => assert!(server.is_active(&other, &access).await),
                "API" => assert!(server.usher.callers.caller_by_token(&PresentedToken::bearer(&access)).await.is_ok()),
                _ => assert!(server.is_active(&client, &second.text("refresh_token")).await),
            }
            server.wait(31);
            assert_dead(&server.refresh(&client, &first.text("refresh_token")).await);
            assert_dead(&server.refresh(&client, &second.text("refresh_token")).await);
            assert_eq!(server.database.count(REUSES).await, i64::try_from(n + 1).expect("a few"), "{used}");
        }
    }

    async fn a_straggler_is_refused_and_nothing_ends_until_the_window_has_passed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        for rotations in [1, 2, 3, 6] {
            let mut family = vec![server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token")];
            server.wait(600);
            for n in 0..rotations {
                let next = server.refresh(&client, &family[n]).await;
                assert_eq!(server.userinfo(&next.text("access_token")).await.status, 200);
                family.push(next.text("refresh_token"));
                server.wait(2);
            }
            for straggler in &family[..rotations] {
                assert_dead(&server.refresh(&client, straggler).await);
            }
            assert_eq!(server.database.count(REUSES).await, 0, "{rotations} rotations");
            let leaf = server.refresh(&client, &family[rotations]).await.text("refresh_token");
            assert_eq!(server.refresh(&client, &leaf).await.status, 200, "{rotations} rotations");
        }
    }

    async fn where_the_settings_say_so_reuse_ends_the_grant_and_leaves_the_session(db: TestDatabase) {
        let server = TestServer::on(db, &[("tokens.reuse_ends", "grant")]).await;
        server.user(ANA).await;
        let (client, other) = (first_party(&server).await, first_party(&server).await);
        let mut browser = server.browser();
        let first = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
        let beside = server.tokens(&mut browser, &other, ANA).await.text("refresh_token");
        let second = server.refresh(&client, &first).await;
        server.userinfo(&second.text("access_token")).await;
        server.wait(31);
        for _ in 0..3 {
            assert_dead(&server.refresh(&client, &first).await);
        }
        assert_dead(&server.refresh(&client, &second.text("refresh_token")).await);
        assert_eq!(server.userinfo(&second.text("access_token")).await.status, 401);
        assert_eq!(server.refresh(&other, &beside).await.status, 200, "another grant of the session");
        let silent = browser.open(&server.authorize_url(&client, &[("prompt", "none")])).await;
        assert!(silent.answer("code").is_some(), "the session goes on");
        assert_eq!(server.database.count(REUSES).await, 1);
        let emails = server.emails().await;
        let told: Vec<_> = emails.iter().filter(|email| email.kind() == "reuse_detected").collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].text().contains("we ended the access of that application"), "{}", told[0].text());
    }

    /// RT-03
    async fn without_a_retry_window_an_old_token_of_the_same_second_is_reuse(db: TestDatabase) {
        let server = TestServer::on(db, &[("tokens.refresh_retry_window", "0s")]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        for (old, reuse) in [(0, true), (1, false)] {
            let mut family = vec![server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token")];
            for n in 0..2 {
                family.push(server.refresh(&client, &family[n]).await.text("refresh_token"));
            }
            let answer = server.refresh(&client, &family[old]).await;
            assert_eq!(answer.status == 400, reuse, "the parent of an unused leaf is no thief");
            assert_eq!(server.refresh(&client, &family[2]).await.status == 400, reuse);
        }
        assert_eq!(server.database.count(REUSES).await, 1);
    }

    /// RT-08
    async fn a_token_of_another_client_reveals_nothing_and_ends_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, other) = (first_party(&server).await, first_party(&server).await);
        let spa = server.client(ClientType::Spa, |_| {}).await;
        let first = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        let second = server.refresh(&client, &first).await.text("refresh_token");
        let third = server.refresh(&client, &second).await.text("refresh_token");
        for token in [&first, &second, &third] {
            assert_dead(&server.refresh(&other, token).await);
            assert_dead(&server.refresh(&spa, token).await);
            let wrong = RegisteredClient { secret: Some("wrong".into()), ..client.clone() };
            assert_eq!(server.refresh(&wrong, token).await.error(), "invalid_client");
            let none = RegisteredClient { secret: None, ..client.clone() };
            assert_eq!(server.refresh(&none, token).await.error(), "invalid_client");
        }
        assert_eq!(server.refresh(&client, &third).await.status, 200);
        assert_eq!(server.database.count(REUSES).await, 0);
    }

    /// RT-09
    async fn a_narrower_scope_narrows_the_access_token_and_a_wider_one_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let landing = server.browser().go_through(
            &server.authorize_url(&client, &[("scope", "openid email offline_access")]), ANA).await;
        let token = server.exchange(&client, &landing.code()).await.text("refresh_token");
        let ask = async |token: &str, extra: (&str, &str)| {
            let form = [("grant_type", "refresh_token"), ("refresh_token", token), extra];
            server.call(&client, "/oauth2/token", &form).await
        };
        assert_eq!(ask(&token, ("scope", "openid profile")).await.error(), "invalid_scope");
        assert_eq!(ask(&token, ("resource", "https://api.test")).await.error(), "invalid_target");
        let narrow = ask(&token, ("scope", "openid")).await;
        assert_eq!((narrow.status.as_u16(), narrow.text("scope").as_str()), (200, "openid"));
        assert_eq!(server.userinfo(&narrow.text("access_token")).await.json.get("email"), None);
        let whole = server.refresh(&client, &narrow.text("refresh_token")).await;
        assert_eq!(server.userinfo(&whole.text("access_token")).await.json["email"], ANA);
    }

    /// RT-11
    async fn a_family_ends_when_idle_and_at_the_latest_when_old(db: TestDatabase) {
        let day = 24 * 3_600;
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = first_party(&server).await;
        let idle = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        let mut token = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        for n in 1..=12 {
            server.wait(29 * day);
            let refreshed = server.refresh(&client, &token).await;
            assert_eq!(refreshed.status, 200, "day {}: {refreshed:?}", n * 29);
            token = refreshed.text("refresh_token");
        }
        assert_dead(&server.refresh(&client, &idle).await);
        server.wait(17 * day);
        assert_dead(&server.refresh(&client, &token).await);
        assert_eq!(server.database.count(REUSES).await, 0, "too late is not twice");
    }

    async fn a_client_that_keeps_its_token_is_never_taken_for_a_thief(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let keep = |client: &mut usher_protocol::client::metadata::ClientMetadata| {
            client.first_party = true;
            client.refresh_rotation = RefreshRotation::Reuse;
        };
        let client = server.client(ClientType::Web, keep).await;
        let token = server.tokens(&mut server.browser(), &client, ANA).await.text("refresh_token");
        for _ in 0..5 {
            server.wait(20 * 24 * 3_600);
            let answer = server.refresh(&client, &token).await;
            assert_eq!((answer.status.as_u16(), answer.text("refresh_token")), (200, token.clone()));
        }
        server.wait(30 * 24 * 3_600);
        assert_dead(&server.refresh(&client, &token).await);
    }
}

/// RT-12
#[tokio::test]
async fn a_refresh_token_altered_in_any_way_is_none() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = first_party(&server).await;
    let mut browser = server.browser();
    let token = server.tokens(&mut browser, &client, ANA).await.text("refresh_token");
    let swapped: String =
        token.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
    let cut = &token[..token.len() - 1];
    let last = if token.ends_with('A') { "B" } else { "A" };
    for bad in
        [cut.to_owned(), format!("{token}A"), format!("{token}="), swapped, format!("{cut}{last}"), format!(" {token}")]
    {
        assert_dead(&server.refresh(&client, &bad).await);
    }
    let mut all = std::collections::BTreeSet::new();
    for _ in 0..20 {
        all.insert(server.tokens(&mut browser, &client, ANA).await.text("refresh_token"));
    }
    assert_eq!(all.len(), 20);
    assert!(all.iter().all(|token| token.len() >= 43), "at least 256 bits of text");
    assert_eq!(server.refresh(&client, &token).await.status, 200);
}

#[tokio::test]
async fn a_refreshed_id_token_keeps_who_and_when() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = first_party(&server).await;
    let first = server.tokens(&mut server.browser(), &client, ANA).await;
    server.wait(100);
    let second = server.refresh(&client, &first.text("refresh_token")).await;
    let (before, after) = (payload(&first.text("id_token")), payload(&second.text("id_token")));
    for same in ["iss", "sub", "aud", "auth_time", "sid", "acr"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["iat"].as_i64(), before["iat"].as_i64().map(|then| then + 100));
    assert_eq!(after.get("nonce"), None, "a nonce belongs to one authorization");
}

//! Refresh tokens: each can be used once, and presenting an old one ends the family.

use usher_domain::oauth::client::ClientType;
use usher_flows::RegisteredClient;
use usher_mail::EmailKind;
use usher_protocol::client_metadata::RefreshRotation;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::relying_party::{Answer, payload};

const ANA: &str = "ana@example.test";
const REUSES: &str = "select count(*) from event where kind = 'token.reuse_detected'";

async fn first_party(house: &TestUsher) -> RegisteredClient {
    house.client(ClientType::Web, |client| client.first_party = true).await
}

fn assert_dead(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"), "{answer:?}");
}

on_both_databases! {
    /// RT-01, RT-02
    async fn reuse_ends_the_family_and_the_session_before_it_is_answered(db: TestDatabase) {
        let mut house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        let mut browser = house.browser();
        let first = house.tokens(&mut browser, &client, ANA).await;
        let second = house.refresh(&client, &first.text("refresh_token")).await;
        let third = house.refresh(&client, &second.text("refresh_token")).await;
        assert_eq!((third.status.as_u16(), third.headers["cache-control"].to_str().ok()), (200, Some("no-store")));
        house.wait(31);
        assert_dead(&house.refresh(&client, &first.text("refresh_token")).await);
        let cookies = browser.cookies;
        house.restart().await;
        assert_dead(&house.refresh(&client, &third.text("refresh_token")).await);
        for tokens in [&first, &second, &third] {
            assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 401);
            assert!(!house.is_active(&client, &tokens.text("access_token")).await);
            assert!(!house.is_active(&client, &tokens.text("refresh_token")).await);
        }
        let mut browser = house.browser();
        browser.cookies = cookies;
        let silent = browser.open(&house.authorize_url(&client, &[("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("login_required"));
    }

    /// RT-14
    async fn a_thousand_replays_are_one_event_and_one_letter(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.user("ben@example.test").await;
        let client = first_party(&house).await;
        let (mut laptop, mut phone, mut bens) = (house.browser(), house.browser(), house.browser());
        let stolen = house.tokens(&mut laptop, &client, ANA).await;
        let elsewhere = house.tokens(&mut phone, &client, ANA).await;
        let other = house.tokens(&mut bens, &client, "ben@example.test").await;
        let next = house.refresh(&client, &stolen.text("refresh_token")).await;
        house.refresh(&client, &next.text("refresh_token")).await;
        house.wait(31);
        let old = stolen.text("refresh_token");
        for _ in 0..40 {
            let replays = (0..25).map(|_| house.refresh(&client, &old));
            futures_util::future::join_all(replays).await.iter().for_each(assert_dead);
        }
        assert_eq!(house.database.count(REUSES).await, 1);
        let letters = house.letters().await;
        let told = letters.iter().filter(|letter| letter.kind() == EmailKind::ReuseDetected).count();
        assert_eq!(told, 1, "the person is told once");
        assert_eq!(house.refresh(&client, &elsewhere.text("refresh_token")).await.status, 200, "her other device");
        assert_eq!(house.refresh(&client, &other.text("refresh_token")).await.status, 200, "another person");
    }

    async fn a_client_that_lost_the_answer_gets_the_same_successor_however_late(db: TestDatabase) {
        let mut house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        let cookies = {
            let mut browser = house.browser();
            house.tokens(&mut browser, &client, ANA).await;
            browser.cookies
        };
        for outage in [0, 1, 29, 30, 31, 33, 60, 119, 120, 3_600, 29 * 24 * 3_600] {
            let mut browser = house.browser();
            browser.cookies = cookies.clone();
            let first = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
            let undelivered = house.refresh(&client, &first).await.text("refresh_token");
            house.restart().await;
            house.wait(outage);
            for _ in 0..2 {
                let retried = house.refresh(&client, &first).await;
                assert_eq!((retried.status.as_u16(), retried.text("refresh_token")), (200, undelivered.clone()), "{outage} s");
                house.wait(1);
            }
            assert_eq!(house.refresh(&client, &undelivered).await.status, 200, "{outage} s");
        }
        assert_eq!(house.database.count(REUSES).await, 0);
        assert!(house.letters().await.iter().all(|letter| letter.kind() != EmailKind::ReuseDetected));
    }

    async fn once_the_successor_was_used_in_any_way_the_old_token_is_reuse(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        let other = house.client(ClientType::Web, |client| client.first_party = true).await;
        for (n, used) in ["refreshed", "userinfo", "introspected", "refresh token introspected", "API"].into_iter().enumerate() {
            let first = house.tokens(&mut house.browser(), &client, ANA).await;
            house.userinfo(&first.text("access_token")).await;
            let second = house.refresh(&client, &first.text("refresh_token")).await;
            assert_eq!(house.userinfo(&first.text("access_token")).await.status, 200, "an older access token tells nothing");
            house.wait(31);
            assert_eq!(house.refresh(&client, &first.text("refresh_token")).await.status, 200, "{used}: unused so far");
            let access = second.text("access_token");
            match used {
                "refreshed" => assert_eq!(house.refresh(&client, &second.text("refresh_token")).await.status, 200),
                "userinfo" => assert_eq!(house.userinfo(&access).await.status, 200),
                "introspected" => assert!(house.is_active(&other, &access).await),
                "API" => assert!(house.usher.caller_by_token(&access).await.is_ok()),
                _ => assert!(house.is_active(&client, &second.text("refresh_token")).await),
            }
            house.wait(31);
            assert_dead(&house.refresh(&client, &first.text("refresh_token")).await);
            assert_dead(&house.refresh(&client, &second.text("refresh_token")).await);
            assert_eq!(house.database.count(REUSES).await, i64::try_from(n + 1).expect("a few"), "{used}");
        }
    }

    async fn a_straggler_is_refused_and_nothing_ends_until_the_window_has_passed(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        for rotations in [1, 2, 3, 6] {
            let mut family = vec![house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token")];
            house.wait(600);
            for n in 0..rotations {
                let next = house.refresh(&client, &family[n]).await;
                assert_eq!(house.userinfo(&next.text("access_token")).await.status, 200);
                family.push(next.text("refresh_token"));
                house.wait(2);
            }
            for straggler in &family[..rotations] {
                assert_dead(&house.refresh(&client, straggler).await);
            }
            assert_eq!(house.database.count(REUSES).await, 0, "{rotations} rotations");
            let leaf = house.refresh(&client, &family[rotations]).await.text("refresh_token");
            assert_eq!(house.refresh(&client, &leaf).await.status, 200, "{rotations} rotations");
        }
    }

    async fn where_the_settings_say_so_reuse_ends_the_grant_and_leaves_the_session(db: TestDatabase) {
        let house = TestUsher::on(db, &[("tokens.reuse_ends", "grant")]).await;
        house.user(ANA).await;
        let (client, other) = (first_party(&house).await, first_party(&house).await);
        let mut browser = house.browser();
        let first = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
        let beside = house.tokens(&mut browser, &other, ANA).await.text("refresh_token");
        let second = house.refresh(&client, &first).await;
        house.userinfo(&second.text("access_token")).await;
        house.wait(31);
        for _ in 0..3 {
            assert_dead(&house.refresh(&client, &first).await);
        }
        assert_dead(&house.refresh(&client, &second.text("refresh_token")).await);
        assert_eq!(house.userinfo(&second.text("access_token")).await.status, 401);
        assert_eq!(house.refresh(&other, &beside).await.status, 200, "another grant of the session");
        let silent = browser.open(&house.authorize_url(&client, &[("prompt", "none")])).await;
        assert!(silent.answer("code").is_some(), "the session goes on");
        assert_eq!(house.database.count(REUSES).await, 1);
        let letters = house.letters().await;
        let told: Vec<_> = letters.iter().filter(|letter| letter.kind() == EmailKind::ReuseDetected).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].text().contains("we ended the access of that application"), "{}", told[0].text());
    }

    /// RT-03
    async fn without_a_retry_window_even_the_same_second_tells_old_from_new(db: TestDatabase) {
        let house = TestUsher::on(db, &[("tokens.refresh_retry_window", "0s")]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        for (old, reuse) in [(0, true), (1, false)] {
            let mut family = vec![house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token")];
            for n in 0..2 {
                family.push(house.refresh(&client, &family[n]).await.text("refresh_token"));
            }
            let answer = house.refresh(&client, &family[old]).await;
            assert_eq!(answer.status == 400, reuse, "the parent of an unused leaf is no thief");
            assert_eq!(house.refresh(&client, &family[2]).await.status == 400, reuse);
        }
        assert_eq!(house.database.count(REUSES).await, 1);
    }

    /// RT-08
    async fn a_token_in_wrong_hands_tells_nothing_and_ends_nothing(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let (client, other) = (first_party(&house).await, first_party(&house).await);
        let spa = house.client(ClientType::Spa, |_| {}).await;
        let first = house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token");
        let second = house.refresh(&client, &first).await.text("refresh_token");
        let third = house.refresh(&client, &second).await.text("refresh_token");
        for token in [&first, &second, &third] {
            assert_dead(&house.refresh(&other, token).await);
            assert_dead(&house.refresh(&spa, token).await);
            let wrong = RegisteredClient { secret: Some("wrong".into()), ..client.clone() };
            assert_eq!(house.refresh(&wrong, token).await.error(), "invalid_client");
            let none = RegisteredClient { secret: None, ..client.clone() };
            assert_eq!(house.refresh(&none, token).await.error(), "invalid_client");
        }
        assert_eq!(house.refresh(&client, &third).await.status, 200);
        assert_eq!(house.database.count(REUSES).await, 0);
    }

    /// RT-09
    async fn a_narrower_scope_narrows_the_access_token_and_a_wider_one_is_refused(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        let landing = house.browser().go_through(
            &house.authorize_url(&client, &[("scope", "openid email offline_access")]), ANA).await;
        let token = house.exchange(&client, &landing.code()).await.text("refresh_token");
        let ask = async |token: &str, extra: (&str, &str)| {
            let form = [("grant_type", "refresh_token"), ("refresh_token", token), extra];
            house.call(&client, "/oauth2/token", &form).await
        };
        assert_eq!(ask(&token, ("scope", "openid profile")).await.error(), "invalid_scope");
        assert_eq!(ask(&token, ("resource", "https://api.test")).await.error(), "invalid_target");
        let narrow = ask(&token, ("scope", "openid")).await;
        assert_eq!((narrow.status.as_u16(), narrow.text("scope").as_str()), (200, "openid"));
        assert_eq!(house.userinfo(&narrow.text("access_token")).await.json.get("email"), None);
        let whole = house.refresh(&client, &narrow.text("refresh_token")).await;
        assert_eq!(house.userinfo(&whole.text("access_token")).await.json["email"], ANA);
    }

    /// RT-11
    async fn a_family_ends_when_idle_and_at_the_latest_when_old(db: TestDatabase) {
        let day = 24 * 3_600;
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = first_party(&house).await;
        let idle = house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token");
        let mut token = house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token");
        for n in 1..=12 {
            house.wait(29 * day);
            let refreshed = house.refresh(&client, &token).await;
            assert_eq!(refreshed.status, 200, "day {}: {refreshed:?}", n * 29);
            token = refreshed.text("refresh_token");
        }
        assert_dead(&house.refresh(&client, &idle).await);
        house.wait(17 * day);
        assert_dead(&house.refresh(&client, &token).await);
        assert_eq!(house.database.count(REUSES).await, 0, "too late is not twice");
    }

    async fn a_client_that_keeps_its_token_is_never_taken_for_a_thief(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let keep = |client: &mut usher_protocol::client_metadata::ClientMetadata| {
            client.first_party = true;
            client.refresh_rotation = RefreshRotation::Reuse;
        };
        let client = house.client(ClientType::Web, keep).await;
        let token = house.tokens(&mut house.browser(), &client, ANA).await.text("refresh_token");
        for _ in 0..5 {
            house.wait(20 * 24 * 3_600);
            let answer = house.refresh(&client, &token).await;
            assert_eq!((answer.status.as_u16(), answer.text("refresh_token")), (200, token.clone()));
        }
        house.wait(30 * 24 * 3_600);
        assert_dead(&house.refresh(&client, &token).await);
    }
}

/// RT-12
#[tokio::test]
async fn a_refresh_token_altered_in_any_way_is_none() {
    let house = TestUsher::start().await;
    house.user(ANA).await;
    let client = first_party(&house).await;
    let mut browser = house.browser();
    let token = house.tokens(&mut browser, &client, ANA).await.text("refresh_token");
    let swapped: String =
        token.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
    let cut = &token[..token.len() - 1];
    let last = if token.ends_with('A') { "B" } else { "A" };
    for bad in
        [cut.to_owned(), format!("{token}A"), format!("{token}="), swapped, format!("{cut}{last}"), format!(" {token}")]
    {
        assert_dead(&house.refresh(&client, &bad).await);
    }
    let mut all = std::collections::BTreeSet::new();
    for _ in 0..20 {
        all.insert(house.tokens(&mut browser, &client, ANA).await.text("refresh_token"));
    }
    assert_eq!(all.len(), 20);
    assert!(all.iter().all(|token| token.len() >= 43), "at least 256 bits of text");
    assert_eq!(house.refresh(&client, &token).await.status, 200);
}

#[tokio::test]
async fn a_refreshed_id_token_keeps_who_and_when() {
    let house = TestUsher::start().await;
    house.user(ANA).await;
    let client = first_party(&house).await;
    let first = house.tokens(&mut house.browser(), &client, ANA).await;
    house.wait(100);
    let second = house.refresh(&client, &first.text("refresh_token")).await;
    let (before, after) = (payload(&first.text("id_token")), payload(&second.text("id_token")));
    for same in ["iss", "sub", "aud", "auth_time", "sid", "acr"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["iat"].as_i64(), before["iat"].as_i64().map(|then| then + 100));
    assert_eq!(after.get("nonce"), None, "a nonce belongs to one authorization");
}

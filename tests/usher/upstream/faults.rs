//! Provider × fault, over HTTP: a page that says what to do, in time; nobody made, nobody in, everything else goes on (UP-05,
//! UP-06, UP-14).

use std::time::{Duration, Instant};

use serde_json::json;
use usher::domain::provider::ProviderKind::{self, Apple, Facebook, Github, Google, Microsoft, Oidc, X};

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::providers::{Providers, house_with};

/// Those that prove who it is by an ID token.
const OPENID: &[ProviderKind] = &[Google, Apple, Microsoft, Oidc];
/// Those that are asked who it is.
const ASKED: &[ProviderKind] = &[Facebook, X, Github];

/// Somebody comes by, while something is wrong there, and is shown this.
async fn fails(house: &TestUsher, at: &Providers, kind: ProviderKind, persona: &str, status: u16, code: &str) {
    let mut browser = house.browser();
    let began = Instant::now();
    let landing = browser.come_by(at, kind, persona).await;
    assert!(began.elapsed() < Duration::from_secs(12), "{kind:?} took {:?}", began.elapsed());
    assert_eq!(trouble(&landing), (status, code.to_owned()), "{kind:?}: {}", landing.body);
    assert_eq!((house.users().await, house.identities().await, house.live_sessions().await), (0, 0, 0), "{kind:?}");
    let start = format!("/upstream/{}/start", kind.as_str());
    assert!(
        landing.links(&start).len() == 1 && landing.links("/login").len() == 1,
        "{kind:?}: a way on\n{}",
        landing.body
    );
    assert!(!browser.is_in().await, "{kind:?}");
    house.wait(3_600);
}

on_both_databases! {
    async fn trouble_on_the_wire_is_a_page_and_nobody_is_in(db: TestDatabase) {
        let (house, at) = house_with(db, KINDS).await;
        for kind in KINDS {
            for (fault, endpoint, status, code) in [
                ("html_502", "token", 503, "PROVIDER_UNAVAILABLE"),
                ("html_502", "userinfo", 503, "PROVIDER_UNAVAILABLE"),
                ("down", "token", 503, "PROVIDER_UNAVAILABLE"),
                ("down", "userinfo", 503, "PROVIDER_UNAVAILABLE"),
                ("error_200", "token", 400, "SIGN_IN_EXPIRED"),
                ("huge_body", "token", 502, "PROVIDER_MISBEHAVED"),
                ("huge_body", "userinfo", 502, "PROVIDER_MISBEHAVED"),
                ("redirect", "token", 502, "PROVIDER_MISBEHAVED"),
                ("redirect", "userinfo", 502, "PROVIDER_MISBEHAVED"),
            ] {
                if endpoint == "userinfo" && !ASKED.contains(kind) {
                    continue;
                }
                let facebook = *kind == Facebook && fault == "error_200";
                let (status, code) = if facebook { (502, "PROVIDER_MISBEHAVED") } else { (status, code) };
                at.fault(json!({"fault": fault, "endpoint": endpoint})).await;
                fails(&house, &at, *kind, "ana", status, code).await;
                at.mend().await;
            }
        }
        let failed = "select count(*) from event where kind = 'session.sign_in_failed'";
        assert!(house.database.count(failed).await >= 40, "each is written down");
        assert!(house.browser().come_by(&at, Google, "ana").await.url.ends_with("/account/profile"), "whole again");
    }

    async fn an_id_token_that_is_wrong_in_any_way_lets_nobody_in(db: TestDatabase) {
        let (house, at) = house_with(db, OPENID).await;
        for fault in ["wrong_nonce", "wrong_aud", "wrong_iss", "alg_none", "expired", "unknown_kid", "wrong_at_hash"] {
            at.fault(json!({ "fault": fault })).await;
            for kind in OPENID {
                fails(&house, &at, *kind, "ana", 502, "PROVIDER_MISBEHAVED").await;
            }
            at.mend().await;
        }
    }

    /// UP-08: who answers is the one who was asked.
    async fn an_issuer_that_comes_twice_is_none(db: TestDatabase) {
        let (house, at) = house_with(db, &[Google, Github, Oidc]).await;
        at.fault(json!({"fault": "duplicate_iss"})).await;
        for kind in [Google, Github, Oidc] {
            fails(&house, &at, kind, "ana", 502, "PROVIDER_MISBEHAVED").await;
        }
        assert!(at.journal().await.iter().all(|one| one["endpoint"] != "token"), "no code goes out");
        at.mend().await;
        at.fault(json!({"fault": "no_iss"})).await;
        assert!(house.browser().come_by(&at, Google, "ana").await.url.ends_with("/account/profile"), "it may be absent");
    }

    async fn a_provider_that_is_down_fails_alone(db: TestDatabase) {
        let (house, at) = house_with(db, &[Google, X]).await;
        house.user("eve@example.test").await;
        at.fault(json!({"fault": "down", "provider": "google"})).await;
        let mut browser = house.browser();
        assert_eq!(trouble(&browser.leave(Google, "ana").await), (503, "PROVIDER_UNAVAILABLE".into()));
        assert!(browser.come_by(&at, X, "ana").await.url.ends_with("/account/profile"));
        house.signed_in("eve@example.test").await;
    }
}

/// UP-14: within ten seconds, and others do not wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_never_answers_is_given_up_within_ten_seconds() {
    let (house, at) = house_with(crate::harness::database::TestDatabase::sqlite().await, &[Google, X]).await;
    at.fault(json!({"fault": "slow", "endpoint": "token", "provider": "google"})).await;
    let mut others = house.browser();
    let ((), elapsed) = tokio::join!(fails(&house, &at, Google, "ana", 503, "PROVIDER_UNAVAILABLE"), async {
        let began = Instant::now();
        others.open(&house.at("/login")).await;
        began.elapsed()
    });
    assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
}

#[tokio::test]
async fn what_goes_out_is_what_each_provider_asks_for_and_nothing_of_ours() {
    let (house, at) = house_with(crate::harness::database::TestDatabase::sqlite().await, &[Google, Facebook, X]).await;
    for kind in [Google, Facebook, X] {
        house.browser().come_by(&at, kind, "ana").await;
    }
    let me = at.asked("x", "userinfo").await;
    assert_eq!(me.len(), 1, "exactly one: {me:?}");
    assert!(me[0]["path"].as_str().unwrap().ends_with("/2/users/me"));
    let graph = at.asked("facebook", "userinfo").await;
    assert!(graph.iter().all(|one| one["query"]["appsecret_proof"].as_str().is_some_and(|proof| proof.len() == 64)));
    assert!(!graph.is_empty());
    for one in at.journal().await {
        assert!(!one["query"].to_string().contains(usher::sim::CLIENT_SECRET), "{one}");
        let ours = ["usher", "session", "csrf"];
        let cookie = one["headers"]["cookie"].as_str().unwrap_or_default();
        assert!(ours.iter().all(|word| !cookie.contains(word)), "{one}");
    }
}

/// UP-17: nothing of the request reaches the provider but the hint; state, nonce and challenge are made for each journey.
#[tokio::test]
async fn nothing_of_a_request_overrides_what_goes_to_the_provider() {
    let (house, _at) = house_with(crate::harness::database::TestDatabase::sqlite().await, &[Google]).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let planted = "/upstream/google/start?client_id=evil&redirect_uri=https://evil.test&scope=admin&nonce=n&state=s\
                       &prompt=none&response_type=token&code_challenge=c&code_challenge_method=plain&hd=evil.test";
        let away = house.browser().open(&house.at(planted)).await;
        assert_eq!(away.answer("client_id").as_deref(), Some("sim"));
        assert_eq!(away.answer("redirect_uri"), Some(house.at("/upstream/google/callback")));
        assert_eq!(
            (away.answer("response_type").as_deref(), away.answer("prompt"), away.answer("hd")),
            (Some("code"), None, None)
        );
        assert_eq!(away.answer("code_challenge_method").as_deref(), Some("S256"));
        assert!(!away.url.contains("evil") && !away.url.contains("admin"), "{}", away.url);
        for name in ["state", "nonce", "code_challenge"] {
            let value = away.answer(name).unwrap();
            assert!(value.len() >= 22 && seen.insert(value), "{name}");
        }
    }
}

//! A provider that does not respond: given up with a page that offers to try again, without delaying others (UP-14).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use usher_domain::provider::ProviderKind::{self, Apple, Facebook, Github, Google, Microsoft, Oidc, X};

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;
use crate::harness::providers::{Providers, house_with};

/// The endpoints, and the providers that can be slow there.
const DOORS: &[(&str, &[ProviderKind])] = &[
    ("discovery", &[Google, Microsoft, Oidc]),
    ("token", KINDS),
    ("keys", &[Google, Apple, Microsoft, Oidc]),
    ("userinfo", &[Facebook, X, Github, Oidc]),
];

on_both_databases! {
    /// The responses would be valid after two minutes: no request waits for them, at any endpoint.
    async fn a_provider_that_never_answers_is_given_up(db: TestDatabase) {
        let house = TestUsher::on(db, &[("outbound.timeout", "2s")]).await;
        let at = Providers::beside(&house).await;
        for kind in KINDS {
            house.provider(&at, *kind, |_| {}).await;
        }
        for (door, kinds) in DOORS {
            house.wait(3_600);
            at.forget().await;
            at.fault(json!({"fault": "slow", "endpoint": door, "seconds": 120})).await;
            join_all(kinds.iter().map(|kind| is_told_to_try_again(&house, &at, *kind))).await;
            at.mend().await;
            for kind in *kinds {
                assert_eq!(at.asked(kind.as_str(), door).await.len(), 1, "{kind:?} was asked at {door}, once");
            }
        }
        assert_eq!((house.users().await, house.identities().await, house.live_sessions().await), (0, 0, 0));
    }

    /// One user waits for Google. Meanwhile others sign in with another provider and with a password; then Google
    /// responds, and the first user is signed in.
    async fn while_one_provider_keeps_people_waiting_everybody_else_signs_in(db: TestDatabase) {
        let (house, at) = house_with(db, &[Google, X]).await;
        house.user("eve@example.test").await;
        at.fault(json!({"fault": "slow", "endpoint": "token", "provider": "google", "seconds": 120})).await;
        let mut waiting = house.browser();
        let (landing, ()) = tokio::join!(waiting.come_by(&at, Google, "ana"), async {
            while at.asked("google", "token").await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let mut other = house.browser();
            assert_eq!(other.come_by(&at, X, "bob").await.url, house.at("/account/profile"));
            assert!(house.signed_in("eve@example.test").await.is_in().await);
            assert!(house.browser().open(&house.at("/login")).await.body.contains("/upstream/google/start"));
            at.mend().await;
        });
        assert_eq!(landing.url, house.at("/account/profile"), "{}", landing.body);
    }
}

async fn is_told_to_try_again(house: &TestUsher, at: &Providers, kind: ProviderKind) {
    let mut browser = house.browser();
    // For a user without an address a plain provider is asked once more.
    let landing = browser.come_by(at, kind, "no_email").await;
    assert_eq!(trouble(&landing), (503, "PROVIDER_UNAVAILABLE".into()), "{kind:?}: {}", landing.body);
    let again = landing.links(&format!("/upstream/{}/start", kind.as_str()));
    assert!(again.len() == 1 && landing.links("/login").len() == 1, "{kind:?}: a way on\n{}", landing.body);
    assert!(!browser.is_in().await, "{kind:?}");
}

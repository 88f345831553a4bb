//! A provider that does not respond: given up with a page that offers to try again, without delaying others (UP-14).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, Providers, X, server_with};
use crate::harness::server::TestServer;

/// The endpoints, and the providers that can be slow there.
const ENDPOINTS: &[(&str, &[Kind])] = &[
    ("discovery", &[GOOGLE, MICROSOFT, OIDC]),
    ("token", KINDS),
    ("keys", &[GOOGLE, APPLE, MICROSOFT, OIDC]),
    ("userinfo", &[FACEBOOK, X, GITHUB, OIDC]),
];

on_both_databases! {
    /// The responses would be valid after two minutes: no request waits for them, at any endpoint.
    async fn a_provider_that_never_answers_is_given_up(db: TestDatabase) {
        let server = TestServer::on(db, &[("outbound.timeout", "2s")]).await;
        let at = Providers::beside(&server).await;
        for kind in KINDS {
            server.provider(&at, kind, |_| {}).await;
        }
        for (endpoint, kinds) in ENDPOINTS {
            server.wait(3_600);
            at.forget().await;
            at.fault(json!({"fault": "slow", "endpoint": endpoint, "seconds": 120})).await;
            join_all(kinds.iter().map(|kind| gets_the_retry_page(&server, &at, kind))).await;
            at.mend().await;
            for kind in *kinds {
                assert_eq!(at.asked(kind.as_str(), endpoint).await.len(), 1, "{kind:?} was asked at {endpoint}, once");
            }
        }
        assert_eq!((server.users().await, server.identities().await, server.live_sessions().await), (0, 0, 0));
    }

    /// One user waits for Google. Meanwhile others sign in with another provider and with a password; then Google
    /// responds, and the first user is signed in.
    async fn while_one_provider_keeps_people_waiting_everybody_else_signs_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        server.user("eve@example.test").await;
        at.fault(json!({"fault": "slow", "endpoint": "token", "provider": "google", "seconds": 120})).await;
        let mut waiting = server.browser();
        let (landing, ()) = tokio::join!(waiting.come_by(&at, GOOGLE, "ana"), async {
            while at.asked("google", "token").await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let mut other = server.browser();
            assert_eq!(other.come_by(&at, X, "bob").await.url, server.at("/account/profile"));
            assert!(server.signed_in("eve@example.test").await.is_in().await);
            assert!(server.browser().open(&server.at("/login")).await.body.contains("/upstream/google/start"));
            at.mend().await;
        });
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    }
}

async fn gets_the_retry_page(server: &TestServer, at: &Providers, kind: Kind) {
    let mut browser = server.browser();
    // For a user without an address a plain provider is asked once more.
    let landing = browser.come_by(at, kind, "no_email").await;
    assert_eq!(trouble(&landing), (503, "PROVIDER_UNAVAILABLE".into()), "{kind:?}: {}", landing.body);
    let again = landing.links(&format!("/upstream/{}/start", kind.as_str()));
    assert!(again.len() == 1 && landing.links("/login").len() == 1, "{kind:?}: a way on\n{}", landing.body);
    assert!(!browser.is_in().await, "{kind:?}");
}

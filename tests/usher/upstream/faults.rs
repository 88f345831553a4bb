//! A failing provider does not affect the others; and each gets the requests that it needs (UP-14, UP-17). All faults
//! are in `matrix.rs`.

use serde_json::json;

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GOOGLE, MICROSOFT, OIDC, X, server_with};

on_both_databases! {
    async fn a_provider_that_is_down_fails_alone(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        server.user("eve@example.test").await;
        at.fault(json!({"fault": "down", "provider": "google"})).await;
        let mut browser = server.browser();
        assert_eq!(trouble(&browser.leave(GOOGLE, "ana").await), (503, "PROVIDER_UNAVAILABLE".into()));
        assert!(browser.come_by(&at, X, "ana").await.url.ends_with("/account/profile"));
        server.signed_in("eve@example.test").await;
    }
}

#[tokio::test]
async fn what_goes_out_is_what_each_provider_asks_for_and_nothing_of_ours() {
    let (server, at) =
        server_with(crate::harness::database::TestDatabase::sqlite().await, &[GOOGLE, FACEBOOK, X]).await;
    for kind in [GOOGLE, FACEBOOK, X] {
        server.browser().come_by(&at, kind, "ana").await;
    }
    let me = at.asked("x", "userinfo").await;
    assert_eq!(me.len(), 1, "exactly one: {me:?}");
    assert!(me[0]["path"].as_str().unwrap().ends_with("/2/users/me"));
    let graph = at.asked("facebook", "userinfo").await;
    assert!(graph.iter().all(|one| one["query"]["appsecret_proof"].as_str().is_some_and(|proof| proof.len() == 64)));
    assert!(!graph.is_empty());
    for one in at.journal().await {
        assert!(!one["query"].to_string().contains(usher_sim::CLIENT_SECRET), "{one}");
        let ours = ["usher", "session", "csrf"];
        let cookie = one["headers"]["cookie"].as_str().unwrap_or_default();
        assert!(ours.iter().all(|word| !cookie.contains(word)), "{one}");
    }
}

/// UP-17: only the hint of a request is sent to the provider; state, nonce and challenge are new for each sign-in.
#[tokio::test]
async fn nothing_of_a_request_overrides_what_goes_to_any_provider() {
    let (server, _at) = server_with(crate::harness::database::TestDatabase::sqlite().await, KINDS).await;
    let mut seen = std::collections::BTreeSet::new();
    let planted = "client_id=evil&redirect_uri=https://evil.test&scope=admin&nonce=n&state=s&prompt=none&response_type=token\
                   &response_mode=fragment&code_challenge=c&code_challenge_method=plain&hd=evil.test&tenant=evil\
                   &auth_type=rerequest&request_uri=https://evil.test/r&request=evil&id_token_hint=evil&acr_values=evil\
                   &max_age=0&claims=evil&client_secret=evil";
    for kind in KINDS {
        for turn in 0..3 {
            let start = format!("/upstream/{}/start?{planted}", kind.as_str());
            let away = server.browser().open(&server.at(&start)).await;
            let (what, callback) =
                (format!("{kind:?} {turn}: {}", away.url), format!("/upstream/{}/callback", kind.as_str()));
            assert_eq!(away.answer("client_id").as_deref(), Some("sim"), "{what}");
            assert_eq!(away.answer("redirect_uri"), Some(server.at(&callback)), "{what}");
            assert_eq!(away.answer("response_type").as_deref(), Some("code"), "{what}");
            let posts = (*kind == APPLE).then_some("form_post");
            assert_eq!(away.answer("response_mode").as_deref(), posts, "{what}");
            for name in [
                "prompt",
                "hd",
                "auth_type",
                "request_uri",
                "request",
                "id_token_hint",
                "acr_values",
                "max_age",
                "claims",
                "client_secret",
            ] {
                assert_eq!(away.answer(name), None, "{name}: {what}");
            }
            assert!(!away.url.contains("evil") && !away.url.contains("admin"), "{what}");
            // Facebook's classic flow and Apple have no PKCE; those without ID tokens no nonce.
            let bound = ![FACEBOOK, APPLE].contains(kind);
            assert_eq!(away.answer("code_challenge_method").as_deref(), bound.then_some("S256"), "{what}");
            let proves = [GOOGLE, APPLE, MICROSOFT, OIDC].contains(kind);
            for (name, there) in [("state", true), ("nonce", proves), ("code_challenge", bound)] {
                match away.answer(name) {
                    Some(value) => assert!(there && value.len() >= 22 && seen.insert(value), "{name}: {what}"),
                    None => assert!(!there, "{name}: {what}"),
                }
            }
        }
    }
}

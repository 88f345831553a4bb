//! Provider events: verified, processed once, and applied as far as no user is left without a sign-in method.

use serde_json::{Value, json};

use super::accounts::was_emailed;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GOOGLE, OIDC, Providers, server_with};
use crate::harness::server::{PASSWORD, TestServer};

const BOB: &str = "bob@example.test";

/// Makes a provider send an event to an endpoint of the server; returns the status and body of the response.
async fn send(server: &TestServer, at: &Providers, endpoint: &str, mut order: Value) -> (u16, String, String) {
    order["to"] = json!(format!("{}/upstream/{endpoint}", server.url));
    let answer = at.send_event(order).await;
    let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (status.unwrap_or_else(|| panic!("{answer}")), text("body"), text("sent"))
}

on_both_databases! {
    async fn google_ends_the_sessions_of_an_account_that_is_in_danger(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        for event in ["account-disabled", "sessions-revoked", "account-credential-change-required"] {
            let (mut ana, mut eve) = (server.browser(), server.browser());
            ana.come_by(&at, GOOGLE, "ana").await;
            eve.come_by(&at, GOOGLE, "eve").await;
            let order = json!({"kind": "google_risc", "persona": "ana", "event": event});
            let (status, body, _) = send(&server, &at, "google/notices", order).await;
            assert_eq!(status, 202, "RFC 8935 §2.2: {event} {body}");
            assert!(!ana.is_in().await && eve.is_in().await, "{event}");
        }
        assert_eq!(server.identities().await, 2, "the links stay");
        let verified = json!({"kind": "google_risc", "persona": "ana", "event": "verification"});
        assert_eq!(send(&server, &at, "google/notices", verified).await.0, 202);
    }

    async fn an_account_that_is_gone_there_is_unlinked_here(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, APPLE]).await;
        server.user(BOB).await;
        for (kind, door, order) in [
            (GOOGLE, "google/notices", json!({"kind": "google_risc", "persona": "gone", "event": "account-purged"})),
            (GOOGLE, "google/notices", json!({"kind": "google_risc", "persona": "gone", "event": "tokens-revoked"})),
            (FACEBOOK, "facebook/notices", json!({"kind": "facebook_deauthorize", "persona": "gone"})),
            (APPLE, "apple/notices", json!({"kind": "apple_notification", "persona": "gone"})),
            (APPLE, "apple/notices", json!({"kind": "apple_notification", "persona": "gone", "event": "account-deleted"})),
        ] {
            let mut browser = server.signed_in(BOB).await;
            let linked = browser.link(&at, kind, "gone").await;
            assert_eq!(linked.url, server.at("/account/identities?done=linked"), "{order}");
            let mut by_it = server.browser();
            by_it.come_by(&at, kind, "gone").await;
            assert!(by_it.is_in().await, "{order}");
            let (status, body, _) = send(&server, &at, door, order.clone()).await;
            assert!((200..300).contains(&status), "{order} {status} {body}");
            assert_eq!(server.identities().await, 0, "{order}");
            assert!(browser.is_in().await && !by_it.is_in().await, "{order}");
            assert!(was_emailed(&server, BOB, "A way to sign in was removed").await);
        }
    }

    async fn the_last_way_in_is_kept_and_its_owner_is_mailed_a_way_back(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut ana = server.browser();
        ana.come_by(&at, GOOGLE, "ana").await;
        let before = server.emails().await.len();
        let order = json!({"kind": "google_risc", "persona": "ana", "event": "account-purged"});
        assert_eq!(send(&server, &at, "google/notices", order).await.0, 202);
        assert_eq!(server.identities().await, 1);
        assert!(!ana.is_in().await);
        let forgotten = "select count(*) from identity where email_at_link is null and handle is null and email_state = 'absent'";
        assert_eq!(server.database.count(forgotten).await, 1);
        let emails = server.emails().await;
        assert_eq!((emails.len(), emails[0].to()), (before + 1, "ana@example.test"));
        assert_eq!(emails[0].kind(), "last_identity_deleted");
        let text = emails[0].text();
        assert!(text.contains("Google told us that your account there was deleted"), "{text}");
        assert!(!text.contains("it was not you") && !text.contains("deleted your password"), "{text}");
        let page = ana.open(emails[0].link().expect("a link")).await;
        let done = ana.submit(&page, &[("password", PASSWORD)]).await;
        let page = ana.open(&server.at(&done.link("/login"))).await;
        ana.sign_in(&page, "ana@example.test").await;
        assert!(ana.is_in().await);
    }

    async fn facebook_learns_that_the_data_are_deleted_and_the_person_can_see_it(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        browser.link(&at, FACEBOOK, "bob").await;
        let order = json!({"kind": "facebook_data_deletion", "persona": "bob"});
        let (status, body, _) = send(&server, &at, "facebook/data-deletion", order).await;
        assert_eq!((status, server.identities().await), (200, 0), "{body}");
        let told: Value = serde_json::from_str(&body).unwrap();
        let (url, code) = (told["url"].as_str().unwrap(), told["confirmation_code"].as_str().unwrap());
        assert!(url.starts_with(&server.url) && url.contains(code), "{told}");
        let page = server.browser().open(url).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let other = url.replace(code, &"A".repeat(code.len()));
        assert_eq!(server.browser().open(&other).await.status, 404);
        for garbage in ["", "x", "-"] {
            let url = server.at(&format!("/upstream/facebook/data-deletion?code={garbage}"));
            assert_eq!(server.browser().open(&url).await.status, 404, "{garbage}");
        }
        // For an unknown user there is nothing to delete, which is a success as well.
        let nobody = json!({"kind": "facebook_data_deletion", "persona": "nobody"});
        assert_eq!(send(&server, &at, "facebook/data-deletion", nobody).await.0, 200);
    }

    async fn an_openid_provider_ends_the_sessions_of_its_own_session_and_no_others(db: TestDatabase) {
        let (server, at) = server_with(db, &[OIDC]).await;
        let (mut first, mut second) = (server.browser(), server.browser());
        first.come_by(&at, OIDC, "ana").await;
        second.come_by(&at, OIDC, "ana").await;
        let order = json!({"kind": "oidc_backchannel_logout", "persona": "ana"});
        let (status, body, sent) = send(&server, &at, "oidc/backchannel-logout", order).await;
        assert_eq!(status, 200, "{body}");
        assert!(first.is_in().await && !second.is_in().await, "the session that was opened last, by its sid");
        second.come_by(&at, OIDC, "ana").await;
        let again = server.http.post(server.at("/upstream/oidc/backchannel-logout"));
        let form = again.header("content-type", "application/x-www-form-urlencoded").body(sent);
        assert!(form.send().await.unwrap().status().as_u16() < 500);
        assert!(second.is_in().await && first.is_in().await, "an accepted event is not accepted again");
    }

    async fn what_is_not_proven_moves_nobody(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, OIDC, APPLE]).await;
        let (mut ana, mut eve) = (server.browser(), server.browser());
        ana.come_by(&at, OIDC, "ana").await;
        eve.come_by(&at, GOOGLE, "eve").await;
        for claims in [json!({"aud": "other"}), json!({"iss": "https://evil.test"}), json!({"nonce": "n"}), json!({"iat": 1, "exp": 2}), json!({"jti": null}), json!({"events": {}})] {
            let order = json!({"kind": "oidc_backchannel_logout", "persona": "ana", "claims": claims});
            assert_eq!(send(&server, &at, "oidc/backchannel-logout", order).await.0, 400, "{claims}");
        }
        for claims in [json!({"aud": "other"}), json!({"iss": "https://evil.test"}), json!({"iat": 1})] {
            let order = json!({"kind": "google_risc", "persona": "eve", "claims": claims});
            assert_eq!(send(&server, &at, "google/notices", order).await.0, 400, "{claims}");
        }
        for endpoint in ["google/notices", "google/data-deletion", "google/backchannel-logout", "facebook/notices", "facebook/data-deletion", "apple/notices", "oidc/notices", "oidc/backchannel-logout"] {
            for body in ["", "x", "signed_request=a.b", "logout_token=e30.e30.", "{\"payload\": 7}", "\u{0}"] {
                let request = server.http.post(server.at(&format!("/upstream/{endpoint}")));
                let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
                assert_eq!(request.send().await.unwrap().status(), 400, "{endpoint} {body:?}");
            }
        }
        let nobody = server.http.post(server.at("/upstream/nobody/notices")).body("x").send().await.unwrap();
        assert_eq!(nobody.status(), 404);
        assert!(ana.is_in().await && eve.is_in().await);
        assert_eq!(server.identities().await, 2);
    }
}

//! Provider × persona, over HTTP: who gets an account, who is asked first, who is rejected; and who returns.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use super::accounts::{claims_of, code, sub, trouble};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, X, server_with};
use crate::harness::server::START;

/// Every provider.
pub const KINDS: &[Kind] = &[GOOGLE, FACEBOOK, X, GITHUB, APPLE, MICROSOFT, OIDC];

/// The result of a first sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// An account with the address.
    In,
    /// A question for an address.
    PendingQuestion,
    /// Nothing.
    Rejected,
}

const TABLE: &[(Kind, &str, Then)] = &[
    (GOOGLE, "ana", Then::In),
    (GOOGLE, "gmailer:gmailer@gmail.com", Then::In),
    (GOOGLE, "verified", Then::In),
    (GOOGLE, "unverified", Then::PendingQuestion),
    (GOOGLE, "no_email", Then::PendingQuestion),
    (GOOGLE, "third_party_google", Then::In),
    (GOOGLE, "workspace_hd", Then::In),
    (GOOGLE, "partial_scopes", Then::PendingQuestion),
    (GOOGLE, "denied", Then::Rejected),
    (FACEBOOK, "ana", Then::PendingQuestion),
    (FACEBOOK, "no_email", Then::PendingQuestion),
    (FACEBOOK, "partial_scopes", Then::PendingQuestion),
    (FACEBOOK, "denied", Then::Rejected),
    (X, "ana", Then::In),
    (X, "unverified", Then::PendingQuestion),
    (X, "no_email", Then::PendingQuestion),
    (X, "denied", Then::Rejected),
    (GITHUB, "ana", Then::In),
    (GITHUB, "unverified", Then::PendingQuestion),
    (GITHUB, "no_email", Then::PendingQuestion),
    (GITHUB, "denied", Then::Rejected),
    (APPLE, "apple_first", Then::In),
    (APPLE, "apple_again", Then::In),
    (APPLE, "relay", Then::In),
    (APPLE, "unverified", Then::PendingQuestion),
    (APPLE, "no_email", Then::PendingQuestion),
    (APPLE, "denied", Then::Rejected),
    (MICROSOFT, "ana", Then::In),
    (MICROSOFT, "ms_noauth_attacker:victim@example.test", Then::PendingQuestion),
    (MICROSOFT, "no_email", Then::PendingQuestion),
    (MICROSOFT, "denied", Then::Rejected),
    (OIDC, "ana", Then::In),
    (OIDC, "unverified", Then::PendingQuestion),
    (OIDC, "no_email", Then::PendingQuestion),
    (OIDC, "denied", Then::Rejected),
];

on_both_databases! {
    async fn every_persona_of_every_provider_gets_what_the_providers_word_is_worth(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        for (kind, persona, then) in TABLE {
            let (users, open) = (server.users().await, server.live_sessions().await);
            // A unique address: the subject here is who is new.
            let unique = format!("{persona}:{}.{}@example.test", persona.replace(':', "."), kind.as_str());
            let persona = if persona.contains(':') || *persona == "relay" { (*persona).to_owned() } else { unique };
            let mut browser = server.browser();
            let landing = browser.come_by(&at, kind, &persona).await;
            let (made, opened) = (server.users().await - users, server.live_sessions().await - open);
            match then {
                Then::In => {
                    assert_eq!(landing.url, server.at("/account/profile"), "{kind:?} {persona}: {}", landing.body);
                    assert_eq!((made, opened), (1, 1), "{kind:?} {persona}");
                }
                Then::PendingQuestion => {
                    assert!(landing.url.contains("/upstream/ask?q="), "{kind:?} {persona}: {}", landing.url);
                    assert_eq!((landing.status, made, opened), (StatusCode::OK, 0, 0), "{kind:?} {persona}");
                    assert!(!browser.is_in().await, "{kind:?} {persona}");
                }
                Then::Rejected => {
                    assert_eq!(trouble(&landing), (403, "PROVIDER_DENIED".into()), "{kind:?} {persona}");
                    assert_eq!((made, opened), (0, 0), "{kind:?} {persona}");
                    assert!(landing.body.contains(&format!("/upstream/{}/start", kind.as_str())), "it offers another try");
                }
            }
            // Rate limits are not the subject of this test.
            server.wait(3_600);
        }
    }

    async fn whoever_comes_again_is_the_same_and_a_change_of_address_there_changes_nothing_here(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        for kind in KINDS.iter().filter(|kind| **kind != FACEBOOK) {
            let persona = format!("ana:ana.{}@example.test", kind.as_str());
            let mut subs = Vec::new();
            for persona in [persona.clone(), persona, format!("ana:other.{}@example.test", kind.as_str())] {
                let mut browser = server.browser();
                assert_eq!(browser.come_by(&at, kind, &persona).await.status, StatusCode::OK, "{kind:?}");
                subs.push(sub(&server, &mut browser).await);
            }
            assert!(subs.iter().all(|sub| *sub == subs[0]), "{kind:?} {subs:?}");
        }
        assert_eq!(server.database.count("select count(*) from users where email like 'other.%'").await, 0);
    }

    /// UP-03: a known user who returns with the address of another user stays the same; the other is not changed.
    async fn an_address_of_another_user_makes_nobody_that_user(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        let bob = server.user("bob@example.test").await;
        for kind in KINDS.iter().filter(|kind| **kind != FACEBOOK) {
            let mut first = server.browser();
            first.come_by(&at, kind, &format!("ana:ana.{}@example.test", kind.as_str())).await;
            let ana = sub(&server, &mut first).await;
            let mut again = server.browser();
            let landing = again.come_by(&at, kind, "ana:bob@example.test").await;
            assert_eq!(landing.url, server.at("/account/profile"), "{kind:?}: {}", landing.body);
            assert_eq!(sub(&server, &mut again).await, ana, "{kind:?}");
            assert_ne!(ana, bob.sub.0, "{kind:?}");
        }
        assert!(server.database.store.list_identities(bob.id).await.unwrap().is_empty());
        assert_eq!(server.database.count("select count(*) from users where email = 'bob@example.test'").await, 1);
    }

    /// UP-03: another user's address, at another account of the same provider, opens nothing.
    async fn the_same_address_at_another_account_there_is_another_person(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.browser().come_by(&at, GOOGLE, "same_email_other_sub").await;
        assert_eq!(server.users().await, 1);
        let landing = server.browser().come_by(&at, GOOGLE, "same_email_other_sub").await;
        assert!(landing.url.contains("/upstream/ask?q="), "{}", landing.url);
        assert_eq!((server.users().await, server.identities().await), (1, 1));
    }

    /// An unverified address belongs to nobody, even if it is one of a relay service.
    async fn a_relay_that_was_not_checked_is_asked_about_like_any_other_address(db: TestDatabase) {
        let (server, at) = server_with(db, &[APPLE]).await;
        at.fault(json!({"fault": "claims", "claims": {"email_verified": "false"}})).await;
        let landing = server.browser().come_by(&at, APPLE, "relay").await;
        assert!(landing.body.contains("/upstream/ask/skip?"), "{} {}", landing.url, landing.body);
        assert_eq!((server.users().await, server.identities().await), (0, 0));
    }

    /// The source and time of each attribute are stored, and when an address was verified.
    async fn every_attribute_remembers_who_said_it_and_when_it_was_proven(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK]).await;
        let mut by_google = server.browser();
        by_google.come_by(&at, GOOGLE, "ana").await;
        let mut by_facebook = server.browser();
        let page = by_facebook.come_by(&at, FACEBOOK, "bob").await;
        let page = by_facebook.submit(&page, &[("email", "bob@example.test")]).await;
        server.wait(60);
        by_facebook.submit(&page, &[("code", &code(&server).await)]).await;
        let page = by_google.open(&server.at("/account/profile")).await;
        by_google.submit(&page, &[("given_name", "Annie"), ("family_name", "Example")]).await;
        let (start, later) = (START.0, START.0 + 60);
        for (browser, provider, said_by, proven) in [
            (&mut by_google, "google", json!({"provider": "google"}), start),
            (&mut by_facebook, "facebook", json!("person"), later),
        ] {
            let page = browser.open(&server.at("/account/data")).await;
            let data = browser.press(&page, "download", &[]).await;
            let data: Value = serde_json::from_str(&data.body).unwrap();
            let sources = &data["sources"];
            assert_eq!(sources["email"]["origin"], said_by, "{sources}");
            assert_eq!(sources["email"]["verified_at"], proven, "{sources}");
            assert_eq!(sources["family_name"]["origin"], json!({"provider": provider}), "{sources}");
            assert!(sources["family_name"]["verified_at"].is_null(), "{sources}");
            let changed = if provider == "google" { json!("person") } else { json!({"provider": provider}) };
            assert_eq!(sources["given_name"]["origin"], changed, "{sources}");
        }
    }

    async fn claims_name_the_federation_and_the_proven_address(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, OIDC]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let told = claims_of(&server, &client, &mut browser).await;
        assert_eq!(told["amr"], json!(["fed"]), "{told}");
        assert_eq!(told["acr"], "aal1");
        assert_eq!(server.database.count("select count(*) from users where email = 'ana@example.test'").await, 1);
    }

    async fn a_sign_in_in_the_middle_of_a_clients_request_ends_at_the_client(db: TestDatabase) {
        let (server, at) = server_with(db, &[X]).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let button = page.links("/upstream/x/start");
        let away = browser.open(&server.at(&button[0])).await;
        let landing = browser.return_as(&at, &away, "ana").await;
        assert!(landing.url.starts_with("https://rp.test/cb?code="), "{} {}", landing.url, landing.body);
        assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn after_signing_out_here_the_provider_asks_anew_who_it_is(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let first = at.asked("google", "authorize").await;
        assert!(first[0]["query"]["prompt"].is_null(), "{first:?}");
        let page = browser.open(&server.at("/logout")).await;
        browser.submit(&page, &[("logout", "yes")]).await;
        for (kind, name, value) in [
            (GOOGLE, "prompt", "select_account"),
            (FACEBOOK, "auth_type", "reauthenticate"),
            (GITHUB, "prompt", "select_account"),
            (MICROSOFT, "prompt", "select_account"),
        ] {
            browser.come_by(&at, kind, "denied").await;
            let asked = at.asked(kind.as_str(), "authorize").await;
            assert_eq!(asked.last().unwrap()["query"][name], value, "{kind:?}");
        }
        browser.come_by(&at, OIDC, "denied").await;
        let asked = at.asked("oidc", "authorize").await;
        assert!(asked.last().unwrap()["query"]["prompt"].is_string(), "{asked:?}");
    }

    /// The session is new, and no token of the provider is stored.
    async fn the_secret_of_the_session_changes_with_every_sign_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let before = browser.cookies.clone();
        browser.come_by(&at, GOOGLE, "ana").await;
        assert_ne!(browser.cookies, before);
        let mut old = server.browser();
        old.cookies = before;
        assert!(browser.is_in().await && !old.is_in().await);
        assert_eq!(server.live_sessions().await, 1);
    }
}

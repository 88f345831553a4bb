//! The providers that a project offers.

use reqwest::StatusCode;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::with_request_of;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GITHUB, GOOGLE, Kind, Providers, server_with};
use crate::harness::server::TestServer;
use crate::upstream::accounts::{code, trouble};

/// Goes to a provider from a sign-in page, whether or not that offers it, and comes back.
async fn by(browser: &mut Browser<'_>, at: &Providers, login: &Landing, kind: Kind, persona: &str) -> Landing {
    let url = with_request_of(browser.server(), login, &format!("/upstream/{}/start", kind.as_str()));
    let away = browser.open(&url).await;
    browser.return_as(at, &away, persona).await
}

fn offered(page: &Landing) -> Vec<String> {
    let starts = page.links("/upstream/").into_iter();
    starts.map(|url| url.trim_start_matches("/upstream/").split('/').next().unwrap().to_owned()).collect()
}

on_both_databases! {
    async fn sign_in_pages_offer_the_chosen_providers_in_their_order(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, GITHUB, FACEBOOK]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        // Somebody who has signed in elsewhere by a provider that the project does not offer.
        server.browser().come_by(&at, GOOGLE, "ana").await;
        let mut browser = server.browser();
        let all = browser.open(&server.authorize_url(&client, &[])).await;
        assert_eq!(offered(&all).len(), 3);
        server.decide(&json!({"providers": ["facebook", "github"]})).await;
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        assert_eq!(offered(&login), ["facebook", "github"]);
        let register = browser.open(&with_request_of(&server, &login, "/register")).await;
        assert_eq!(offered(&register), ["facebook", "github"]);
        assert_eq!(offered(&browser.open(&server.at("/login")).await).len(), 3, "elsewhere all are offered");

        let refused = by(&mut browser, &at, &login, GOOGLE, "verified").await;
        assert_eq!(trouble(&refused), (403, "IDENTITY_REFUSED".into()), "{}", refused.body);
        assert_eq!(server.users().await, 1, "no account is made");
        let back = browser.press(&refused, "leave", &[]).await;
        assert_eq!(back.answer("error").as_deref(), Some("access_denied"), "{}", back.url);

        let landing = by(&mut browser, &at, &login, GOOGLE, "ana").await;
        assert!(!landing.code().is_empty(), "an account that exists signs in: {} {}", landing.url, landing.body);
        let again = browser.open(&server.authorize_url(&client, &[("prompt", "login")])).await;
        assert!(offered(&again).contains(&"google".to_owned()), "its only way in is offered: {}", again.body);

        server.decide(&json!({"providers": [], "password_sign_up": true})).await;
        let mut other = server.browser();
        assert!(offered(&other.open(&server.authorize_url(&client, &[])).await).is_empty());
    }

    async fn a_provider_makes_accounts_of_the_domains_of_the_project(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        server.decide(&json!({"sign_up": "domains", "domains": ["corp.test"]})).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let refused = by(&mut browser, &at, &login, GOOGLE, "ana").await;
        assert_eq!(trouble(&refused), (403, "IDENTITY_REFUSED".into()), "{}", refused.body);
        assert!(refused.actions("leave").len() == 1, "{}", refused.body);

        // Facebook's address is not verified: it is asked for, and cannot be skipped.
        let asked = by(&mut browser, &at, &login, FACEBOOK, "ana").await;
        assert!(asked.actions("skip").is_empty() && !asked.body.contains("/skip"), "{}", asked.body);
        let other = browser.submit(&asked, &[("email", "ana@example.test")]).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.body);
        let skip = asked.url.replace("/upstream/ask?", "/upstream/ask/skip?");
        let skipped = browser.post(&skip, &[("csrf".to_owned(), asked.value("csrf"))]).await;
        assert_eq!((skipped.status, server.users().await), (StatusCode::FORBIDDEN, 0), "{}", skipped.body);
        let sent = browser.submit(&asked, &[("email", "ana@corp.test")]).await;
        let landing = browser.submit(&sent, &[("code", &code(&server).await)]).await;
        assert!(!landing.code().is_empty(), "{} {}", landing.url, landing.body);

        server.decide(&json!({"sign_up": "domains", "domains": ["example.test"]})).await;
        let mut ana = server.browser();
        let login = ana.open(&server.authorize_url(&client, &[])).await;
        let landing = by(&mut ana, &at, &login, GOOGLE, "ana").await;
        assert!(!landing.code().is_empty(), "{} {}", landing.url, landing.body);
        assert_eq!(server.users().await, 2);
    }

    async fn a_project_that_is_closed_meanwhile_makes_no_account(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let away = browser.open(&server.at(&login.link("/upstream/google/start"))).await;
        let asked = by(&mut browser, &at, &login, FACEBOOK, "ana").await;
        server.decide(&json!({"sign_up": "invited"})).await;
        let closed = browser.return_as(&at, &away, "ana").await;
        assert_eq!(trouble(&closed), (403, "IDENTITY_REFUSED".into()), "{}", closed.body);
        let skipped = browser.press(&asked, "skip", &[]).await;
        assert_eq!((skipped.status, server.users().await), (StatusCode::FORBIDDEN, 0), "{}", skipped.body);
        assert_eq!(server.live_sessions().await, 0);
        let outside: &TestServer = &server;
        assert_eq!(outside.browser().come_by(&at, GOOGLE, "ana").await.url, outside.at("/account/profile"));
    }
}

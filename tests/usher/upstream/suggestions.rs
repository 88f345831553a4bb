//! A provider asserts another address than the user's: it is suggested, and has no other effect.

use reqwest::StatusCode;
use serde_json::Value;

use super::accounts::code;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GOOGLE, Kind, OIDC, Providers, X, server_with};
use crate::harness::server::TestServer;

const OLD: &str = "ana@example.test";
const NEW: &str = "ana.new@example.test";

/// Ana, who signed in with Google with her old address and now does with the new one.
async fn ana<'h>(server: &'h TestServer, at: &Providers) -> Browser<'h> {
    server.browser().come_by(at, GOOGLE, &format!("ana:{OLD}")).await;
    comes(server, at, GOOGLE, &format!("ana:{NEW}")).await
}

async fn comes<'h>(server: &'h TestServer, at: &Providers, kind: Kind, persona: &str) -> Browser<'h> {
    let mut browser = server.browser();
    let landing = browser.come_by(at, kind, persona).await;
    assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    browser
}

/// The suggestions on the profile page and, after a recent authentication, on the page that changes the address.
async fn suggested(server: &TestServer, browser: &mut Browser<'_>) -> Vec<String> {
    let page = browser.open(&server.at("/account/profile")).await;
    let there = browser.open(&server.at("/account/email")).await;
    if there.url.ends_with("/account/email") {
        assert_eq!(page.values("take"), there.values("take"));
    }
    assert_eq!(page.values("take"), page.values("dismiss"));
    page.values("take")
}

async fn address(server: &TestServer) -> Vec<String> {
    let all = server.usher.users.list_users(usher_domain::page::Cursor::START, 100).await.unwrap().items;
    all.iter().map(|user| user.email_text().to_owned()).collect()
}

async fn dismiss(server: &TestServer, browser: &mut Browser<'_>, email: &str) -> Landing {
    let page = browser.open(&server.at("/account/profile")).await;
    browser.submit(&page, &[("dismiss", email)]).await
}

on_both_databases! {
    async fn another_address_is_suggested_and_changes_nothing_until_it_is_proven(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = ana(&server, &at).await;
        assert_eq!(address(&server).await, [OLD]);
        assert_eq!(suggested(&server, &mut browser).await, [NEW]);
        let page = browser.open(&server.at("/account/profile")).await;
        assert!(page.body.contains("Google says that this is your address."), "{}", page.body);
        let sent = browser.submit(&page, &[("take", NEW)]).await;
        assert!(sent.body.contains("name=\"code\"") && sent.body.contains(NEW), "{}", sent.body);
        assert_eq!((address(&server).await, server.emails().await[0].to()), (vec![OLD.to_owned()], NEW));
        let done = browser.submit(&sent, &[("code", &code(&server).await)]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"), "{}", done.body);
        assert_eq!(address(&server).await, [NEW]);
        assert!(suggested(&server, &mut browser).await.is_empty(), "it is theirs now");
        // The old address comes back there: it is the other one now.
        let mut again = comes(&server, &at, GOOGLE, &format!("ana:{OLD}")).await;
        assert_eq!(suggested(&server, &mut again).await, [OLD]);
    }

    async fn whoever_did_not_show_themselves_lately_does_so_first_and_finds_it_again(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = ana(&server, &at).await;
        let page = browser.open(&server.at("/account/profile")).await;
        server.wait(301);
        let stale = browser.submit(&page, &[("take", NEW)]).await;
        assert!(stale.url.contains("/login?next=%2Faccount%2Femail") && stale.url.ends_with("&again=1"), "{}", stale.url);
        assert!(server.emails().await.iter().all(|email| email.kind() != "verify_email"));
        let away = browser.open(&server.at(&stale.links("/upstream/google/start")[0])).await;
        let back = browser.return_as(&at, &away, &format!("ana:{NEW}")).await;
        assert_eq!(back.url, server.at("/account/email?done=repeat"), "{}", back.body);
        let sent = browser.submit(&back, &[("take", NEW)]).await;
        assert!(sent.body.contains("name=\"code\""), "{}", sent.body);
    }

    async fn what_was_dismissed_is_not_suggested_again_and_another_one_is(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, OIDC]).await;
        let mut browser = ana(&server, &at).await;
        server.wait(3_600);
        let left = dismiss(&server, &mut browser, NEW).await;
        assert_eq!((left.url.as_str(), left.values("take").len()), (server.at("/account/profile").as_str(), 0), "{}", left.body);
        let mut again = comes(&server, &at, GOOGLE, &format!("ana:{NEW}")).await;
        assert!(suggested(&server, &mut again).await.is_empty());
        // Nor when another provider asserts the same, or the identity is linked again.
        assert_eq!(again.link(&at, OIDC, &format!("ana:{NEW}")).await.url, server.at("/account/identities?done=linked"));
        let mut by_works = comes(&server, &at, OIDC, &format!("ana:{NEW}")).await;
        assert!(suggested(&server, &mut by_works).await.is_empty());
        let mut third = comes(&server, &at, GOOGLE, "ana:third@example.test").await;
        assert_eq!(suggested(&server, &mut third).await, ["third@example.test"]);
        assert_eq!(address(&server).await, [OLD]);
    }

    async fn only_the_providers_current_address_is_suggested(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        let mut browser = ana(&server, &at).await;
        let mut back = comes(&server, &at, GOOGLE, &format!("ana:{OLD}")).await;
        assert!(suggested(&server, &mut back).await.is_empty(), "it has the same one again");
        let mut third = comes(&server, &at, GOOGLE, "ana:third@example.test").await;
        assert_eq!(suggested(&server, &mut third).await, ["third@example.test"]);
        // Two providers, two addresses; and an unlinked identity suggests nothing. The older link comes first on the
        // page.
        server.wait(1);
        assert_eq!(browser.link(&at, X, "ana:x@example.test").await.url, server.at("/account/identities?done=linked"));
        server.wait(60);
        let mut by_x = comes(&server, &at, X, "ana:x@example.test").await;
        assert_eq!(suggested(&server, &mut by_x).await, ["x@example.test", "third@example.test"]);
        let page = by_x.open(&server.at("/account/identities")).await;
        by_x.submit(&page, &[("unlink", &page.values("unlink")[0])]).await;
        assert_eq!(suggested(&server, &mut by_x).await, ["x@example.test"]);
    }

    /// Unverified addresses, and those made for one application only, are not suggested.
    async fn an_address_that_nobody_checked_or_a_relay_is_not_suggested(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, APPLE, OIDC]).await;
        server.user("bob@example.test").await;
        let mut bob = server.signed_in("bob@example.test").await;
        for (kind, persona) in [(GOOGLE, "unverified"), (FACEBOOK, "ana"), (APPLE, "relay"), (OIDC, "no_email")] {
            assert_eq!(bob.link(&at, kind, persona).await.url, server.at("/account/identities?done=linked"), "{kind:?}");
            let mut browser = comes(&server, &at, kind, persona).await;
            assert!(suggested(&server, &mut browser).await.is_empty(), "{kind:?} {persona}");
        }
    }

    async fn whoever_has_no_address_is_suggested_the_one_that_was_checked(db: TestDatabase) {
        let (server, at) = server_with(db, &[OIDC]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, OIDC, "unverified").await;
        browser.press(&page, "skip", &[]).await;
        assert_eq!(address(&server).await, [""]);
        at.fault(serde_json::json!({"fault": "claims", "claims": {"email": NEW, "email_verified": true}})).await;
        let mut browser = comes(&server, &at, OIDC, "unverified").await;
        assert_eq!(suggested(&server, &mut browser).await, [NEW]);
        assert_eq!(address(&server).await, [""], "and is not given it");
    }

    /// PW-01: another user's address is suggested, requested and rejected like any other; that user is notified.
    async fn a_suggestion_does_not_reveal_that_an_address_is_taken(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user("owner@example.test").await;
        let mut free = ana(&server, &at).await;
        server.browser().come_by(&at, GOOGLE, "eve:eve@example.test").await;
        let mut taken = comes(&server, &at, GOOGLE, "eve:owner@example.test").await;
        assert_eq!(suggested(&server, &mut taken).await, ["owner@example.test"]);
        let mut seen = Vec::new();
        for (browser, email) in [(&mut free, NEW), (&mut taken, "owner@example.test")] {
            let page = browser.open(&server.at("/account/profile")).await;
            let section = page.text("[aria-labelledby=suggested-heading]");
            let sent = browser.submit(&page, &[("take", email)]).await;
            let wrong = browser.submit(&sent, &[("code", "00000000")]).await;
            seen.push((section.replace(email, "…"), sent.status, sent.text("main").replace(email, "…"), wrong.status));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[1].3, StatusCode::UNPROCESSABLE_ENTITY);
        let emails = server.emails().await;
        assert!(emails.iter().any(|email| email.kind() == "already_registered" && email.to() == "owner@example.test"));
        assert_eq!(server.database.count("select count(*) from users where email = 'owner@example.test'").await, 1);
    }

    async fn putting_an_address_away_wants_a_form_of_ours_and_concerns_ones_own(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = ana(&server, &at).await;
        let mut eve = comes(&server, &at, GOOGLE, "eve").await;
        let csrf = eve.open(&server.at("/account/email")).await.value("csrf");
        let dismiss = "/account/email/dismiss";
        for (path, form) in [(dismiss, vec![("dismiss", NEW)]), (dismiss, vec![("csrf", "x"), ("dismiss", NEW)]), ("/account/email", vec![("take", NEW)])] {
            assert_eq!(server.post_as(&browser, path, &form).await.status, StatusCode::FORBIDDEN, "{form:?}");
        }
        // Another user's dismissal does not count for Ana; and a malformed address is rejected.
        assert_eq!(server.post_as(&eve, dismiss, &[("csrf", &csrf), ("dismiss", NEW)]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(server.post_as(&eve, dismiss, &[("csrf", &csrf), ("dismiss", "no address")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(suggested(&server, &mut browser).await, [NEW]);
        let page = browser.open(&server.at("/account/data")).await;
        let data = browser.press(&page, "download", &[]).await;
        let data: Value = serde_json::from_str(&data.body).unwrap();
        assert_eq!(data["suggested_emails"], serde_json::json!([{"email": NEW, "provider": "google"}]));
    }

    async fn what_a_provider_has_deleted_is_suggested_no_more(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        ana(&server, &at).await;
        let order = serde_json::json!({"kind": "google_risc", "persona": "ana", "event": "account-purged",
                                       "to": format!("{}/upstream/google/notices", server.url)});
        assert_eq!(at.send_event(order).await["status"], 202);
        assert_eq!(server.database.count("select count(*) from suggested_email").await, 0);
    }

    async fn it_is_said_in_three_languages(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut browser = ana(&server, &at).await;
        for (lang, words) in [("en", "Use this address"), ("pt-BR", "Usar este endereço"), ("uk", "Використати цю адресу")] {
            browser.cookies.insert("usher_lang".into(), lang.into());
            let page = browser.open(&server.at("/account/profile")).await;
            assert!(page.body.contains(words), "{lang}: {}", page.body);
        }
    }
}

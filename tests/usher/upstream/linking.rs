//! Linking and unlinking from the account page (UP-09).

use reqwest::StatusCode;
use usher_domain::email::Email;

use super::accounts::{sub, trouble, was_emailed};
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GITHUB, GOOGLE, X, server_with};

const BOB: &str = "bob@example.test";
const PAGE: &str = "/account/identities";

on_both_databases! {
    async fn any_number_of_identities_lead_to_one_person(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, FACEBOOK, X, GITHUB]).await;
        let bob = server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        for (kind, persona) in [(GOOGLE, "ana"), (GOOGLE, "maria"), (FACEBOOK, "bob"), (X, "bob"), (GITHUB, "no_email")] {
            let landing = browser.link(&at, kind, persona).await;
            assert_eq!(landing.url, server.at("/account/identities?done=linked"), "{kind:?} {}", landing.body);
            let mut other = server.browser();
            assert_eq!(other.come_by(&at, kind, persona).await.url, server.at("/account/profile"), "{kind:?}");
            assert_eq!(sub(&server, &mut other).await, bob.sub.0, "{kind:?}");
        }
        assert_eq!((server.users().await, server.identities().await), (1, 5));
        assert!(was_emailed(&server, BOB, "A new way to sign in").await);
        let page = browser.open(&server.at(PAGE)).await;
        assert_eq!(page.values("unlink").len(), 5);
        let asked = at.asked("google", "authorize").await;
        assert_eq!(asked[0]["query"]["prompt"], "select_account", "whoever links chooses which account");
        assert_eq!(browser.link(&at, GOOGLE, "ana").await.status, StatusCode::OK, "again changes nothing");
        assert_eq!(server.identities().await, 5);
        let bob = server.database.store.find_user(bob.id).await.unwrap().unwrap();
        assert_eq!(bob.email_text(), BOB, "no provider changes the address");
    }

    async fn linking_wants_a_form_of_ours_and_a_person_who_has_just_shown_themselves(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        let csrf = browser.open(&server.at(PAGE)).await.value("csrf");
        for form in [vec![("link", "google")], vec![("csrf", "x"), ("link", "google")]] {
            assert_eq!(server.post_as(&browser, "/account/identities/link", &form).await.status, StatusCode::FORBIDDEN, "{form:?}");
        }
        let by_get = browser.open(&server.at("/account/identities?link=google")).await;
        assert_eq!(by_get.status, StatusCode::OK);
        server.wait(301);
        let stale = browser.post(&server.at("/account/identities/link"), &[("csrf".into(), csrf), ("link".into(), "google".into())]).await;
        assert!(stale.url.contains("/login?") && stale.url.contains("again=1"), "{}", stale.url);
        assert!(at.asked("google", "authorize").await.is_empty());
        let back = browser.sign_in(&stale, BOB).await;
        assert_eq!(back.url, server.at("/account/identities?done=repeat"));
        assert_eq!(browser.link(&at, GOOGLE, "ana").await.url, server.at("/account/identities?done=linked"));
    }

    /// The former secret of the session gives no access to what was linked since (CVE-2026-7507).
    async fn the_secret_of_the_session_changes_with_every_link(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        for kind in [GOOGLE, X] {
            let mut old = server.browser();
            old.cookies.clone_from(&browser.cookies);
            assert_eq!(browser.link(&at, kind, "bob").await.url, server.at("/account/identities?done=linked"), "{kind:?}");
            assert!(browser.is_in().await && !old.is_in().await, "{kind:?}");
        }
        assert_eq!(server.live_sessions().await, 1);
    }

    /// UP-09: a cross-site page cannot start linking, even with a valid form; and a GET links nothing.
    async fn another_site_links_nothing(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        let csrf = browser.open(&server.at(PAGE)).await.value("csrf");
        for (name, value) in [("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
            for (action, field) in [("link", "link"), ("unlink", "unlink"), ("merge", "merge"), ("undo-merge", "undo")] {
                let form = [("csrf", csrf.as_str()), (field, "google")];
                let path = format!("{PAGE}/{action}");
                let request = server.ask(reqwest::Method::POST, &path, &browser.cookies).header(name, value).form(&form);
                assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{name}: {value} {action}");
            }
        }
        for path in ["/account/identities?link=google", "/upstream/google/start?link=1&user=1", "/upstream/google/link"] {
            browser.open(&server.at(path)).await;
        }
        assert!(at.asked("google", "authorize").await.is_empty());
        assert_eq!(server.identities().await, 0);
    }

    /// UP-09: a sign-in at a provider signs its user in; it links nothing to the user who is signed in here.
    async fn a_sign_in_is_no_link(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let bob = server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        let landing = browser.come_by(&at, GOOGLE, "ana").await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert!(server.database.store.list_identities(bob.id).await.unwrap().is_empty());
        assert_ne!(sub(&server, &mut browser).await, bob.sub.0);
        assert_eq!((server.users().await, server.identities().await), (2, 1));
    }

    /// If the authentication is no longer recent after the callback, the user must authenticate again; nothing is
    /// linked.
    async fn whoever_dawdles_at_the_provider_shows_themselves_again(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut browser = server.signed_in(BOB).await;
        let page = browser.open(&server.at(PAGE)).await;
        let away = browser.submit(&page, &[("link", "google")]).await;
        server.wait(301);
        let landing = browser.return_as(&at, &away, "ana").await;
        assert!(landing.url.contains("again=1"), "{}", landing.url);
        assert_eq!(server.identities().await, 0);
    }

    /// The callback of linking counts for the session that started it, and for no other user in this browser or
    /// elsewhere.
    async fn a_link_is_the_sessions_that_asked_for_it(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        server.user("eve@example.test").await;
        let mut browser = server.signed_in(BOB).await;
        let page = browser.open(&server.at(PAGE)).await;
        let away = browser.submit(&page, &[("link", "google")]).await;
        // Delivered to a victim: UP-09.
        let mut victim = server.signed_in("eve@example.test").await;
        assert_eq!(trouble(&victim.return_as(&at, &away, "bob").await).0, 400);
        let page = browser.open(&server.at(PAGE)).await;
        let away = browser.submit(&page, &[("link", "google")]).await;
        let out = browser.open(&server.at("/logout")).await;
        browser.submit(&out, &[("logout", "yes")]).await;
        let landing = browser.return_as(&at, &away, "bob").await;
        assert_eq!(trouble(&landing), (400, "SIGN_IN_EXPIRED".into()), "{}", landing.body);
        assert_eq!((server.identities().await, server.users().await), (0, 2));
    }

    async fn what_is_somebody_elses_is_refused_and_says_no_more(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut ana = server.browser();
        ana.come_by(&at, GOOGLE, "ana").await;
        server.user(BOB).await;
        let mut bob = server.signed_in(BOB).await;
        let landing = bob.link(&at, GOOGLE, "ana").await;
        assert_eq!(trouble(&landing), (409, "IDENTITY_TAKEN".into()));
        assert!(!landing.body.contains("ana@"), "{}", landing.body);
        assert_eq!(server.identities().await, 1);
        assert!(ana.is_in().await && bob.is_in().await);
    }

    async fn the_last_way_in_stays(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        let mut browser = server.browser();
        browser.come_by(&at, GOOGLE, "ana").await;
        let page = browser.open(&server.at(PAGE)).await;
        let refused = browser.submit(&page, &[("unlink", &page.value("unlink"))]).await;
        assert_eq!((refused.status, server.identities().await), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{}", refused.body);
        browser.link(&at, X, "ana").await;
        let page = browser.open(&server.at(PAGE)).await;
        let done = browser.submit(&page, &[("unlink", &page.values("unlink")[0])]).await;
        assert_eq!(done.url, server.at("/account/identities?done=unlinked"));
        assert_eq!(server.identities().await, 1);
        let page = browser.open(&server.at(PAGE)).await;
        let last = browser.submit(&page, &[("unlink", &page.value("unlink"))]).await;
        assert_eq!((last.status, server.identities().await), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    }

    async fn unlinking_ends_what_it_opened_elsewhere_and_leads_nowhere_for_a_day(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.user(BOB).await;
        let mut here = server.signed_in(BOB).await;
        here.link(&at, GOOGLE, "ana").await;
        let (mut by_google, mut by_password) = (server.browser(), server.signed_in(BOB).await);
        by_google.come_by(&at, GOOGLE, "ana").await;
        let page = here.open(&server.at(PAGE)).await;
        let gone = page.value("unlink");
        here.submit(&page, &[("unlink", &gone)]).await;
        assert!(here.is_in().await && by_password.is_in().await && !by_google.is_in().await);
        assert!(was_emailed(&server, BOB, "A way to sign in was removed").await);
        let landing = server.browser().come_by(&at, GOOGLE, "ana").await;
        assert_eq!(trouble(&landing), (409, "IDENTITY_TAKEN".into()), "{}", landing.body);
        assert_eq!(server.users().await, 1);
        assert_eq!(here.submit(&page, &[("unlink", &gone)]).await.status, StatusCode::NOT_FOUND, "it is gone");
        server.wait(86_400);
        assert_eq!(server.browser().come_by(&at, GOOGLE, "ana").await.url, server.at("/account/profile"));
        assert_eq!(server.users().await, 2);
    }

    async fn unlinking_wants_a_fresh_sign_in_and_ones_own_identity(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.browser().come_by(&at, GOOGLE, "ana").await;
        server.user(BOB).await;
        let mut bob = server.signed_in(BOB).await;
        bob.link(&at, GOOGLE, "maria").await;
        let page = bob.open(&server.at(PAGE)).await;
        let own = page.value("unlink");
        let hers = server.database.store.find_user_by_email(&Email::parse("ana@example.test").unwrap()).await.unwrap().unwrap();
        let hers = server.database.store.list_identities(hers.id).await.unwrap()[0].id.to_string();
        assert_eq!(bob.submit(&page, &[("unlink", &hers)]).await.status, StatusCode::NOT_FOUND);
        server.wait(301);
        let stale = bob.submit(&page, &[("unlink", &own)]).await;
        assert!(stale.url.contains("again=1"), "{}", stale.url);
        assert_eq!(server.identities().await, 2);
    }
}

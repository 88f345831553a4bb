//! Start and callback: once, in the same browser, with the same provider, in time; and with unchanged settings (UP-08,
//! UP-09, UP-11).

use reqwest::StatusCode;
use usher_domain::email::Email;

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::browser::Landing;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, X, id_of, server_with};

/// The error of `come_back` for a sign-in that another browser started.
fn is_over(landing: &Landing) -> bool {
    trouble(landing) == (400, "SIGN_IN_EXPIRED".into())
}

on_both_databases! {
    async fn an_answer_is_taken_up_once_in_the_browser_that_left(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut ana = server.browser();
        let away = ana.leave(GOOGLE, "ana").await;
        let state = away.answer("state").unwrap();
        let mut thief = server.browser();
        thief.open(&server.at("/login")).await;
        let theirs = thief.return_as(&at, &away, "ana").await;
        assert!(is_over(&theirs), "{} {}", theirs.status, theirs.body);
        assert_eq!(server.users().await, 0);
        // Every attempt uses up the state: the response cannot be used again.
        assert!(is_over(&ana.return_as(&at, &away, "ana").await));
        let away = ana.leave(GOOGLE, "ana").await;
        assert_ne!(away.answer("state").unwrap(), state);
        assert_eq!(ana.return_as(&at, &away, "ana").await.url, server.at("/account/profile"));
        assert!(is_over(&ana.return_as(&at, &away, "ana").await), "once");
        assert_eq!(server.users().await, 1);
    }

    async fn login_by_force_does_not_work(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        let mut eve = server.browser();
        let away = eve.leave(GOOGLE, "eve").await;
        // A new browser follows a link with the attacker's response.
        let mut victim = server.browser();
        assert!(is_over(&victim.return_as(&at, &away, "eve").await));
        assert!(!victim.is_in().await);
    }

    /// UP-08: a sign-in at one provider cannot be completed with another, and no code is sent out.
    async fn an_answer_of_another_provider_is_none(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        for (begun, ended) in [(GOOGLE, X), (X, GOOGLE), (GOOGLE, FACEBOOK), (FACEBOOK, GITHUB), (GITHUB, OIDC), (OIDC, GOOGLE), (MICROSOFT, OIDC)] {
            let mut browser = server.browser();
            let away = browser.leave(begun, "ana").await;
            let door = |kind: Kind| format!("%2Fupstream%2F{}%2Fcallback", kind.as_str());
            let crossed = away.url.replace(&door(begun), &door(ended));
            assert_ne!(crossed, away.url);
            let landing = browser.return_as(&at, &Landing { url: crossed, ..away }, "ana").await;
            assert!(is_over(&landing), "{begun:?} {ended:?}: {} {}", landing.status, landing.body);
            assert!(at.journal().await.iter().all(|one| one["endpoint"] != "token"), "{begun:?} {ended:?}");
        }
        assert_eq!((server.users().await, server.live_sessions().await), (0, 0));
    }

    async fn whoever_stays_away_too_long_begins_anew(db: TestDatabase) {
        let (server, at) = server_with(db, &[X]).await;
        let mut browser = server.browser();
        let away = browser.leave(X, "ana").await;
        server.wait(601);
        let landing = browser.return_as(&at, &away, "ana").await;
        assert!(is_over(&landing));
        assert_eq!(landing.links("/upstream/x/start").len(), 1, "another try is offered");
        assert!(at.asked("x", "token").await.is_empty());
    }

    async fn garbage_at_the_callback_is_answered_and_makes_nobody(db: TestDatabase) {
        let (server, _at) = server_with(db, &[GOOGLE, APPLE]).await;
        let mut browser = server.browser();
        browser.leave(GOOGLE, "ana").await;
        let long = "x".repeat(5_000);
        for query in ["", "?", "?code=a&code=b", "?iss=a&iss=b&state=c&code=d", "?state=", "?code=x", "?state=a&state=b&code=c", "?state=%00&code=%ff", "?error=access_denied", &format!("?state={long}&code=y")] {
            let landing = browser.open(&server.at(&format!("/upstream/google/callback{query}"))).await;
            assert!(landing.status.is_client_error(), "{query} {}", landing.status);
            let nowhere = browser.open(&server.at(&format!("/upstream/nobody/callback{query}"))).await;
            assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{query}");
        }
        let posted = server.http.post(server.at("/upstream/nobody/callback")).form(&[("state", "a"), ("state", "b")]);
        assert_eq!(posted.send().await.unwrap().status(), StatusCode::NOT_FOUND);
        for provider in ["nobody", "GOOGLE", "..", "%00"] {
            let landing = browser.open(&server.at(&format!("/upstream/{provider}/start"))).await;
            assert_eq!(landing.status, StatusCode::NOT_FOUND, "{provider}");
        }
        let posted = server.http.post(server.at("/upstream/apple/callback")).body("state=a").send().await.unwrap();
        assert_eq!(posted.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!((server.users().await, server.live_sessions().await), (0, 0));
    }

    /// UP-11
    async fn a_provider_that_is_switched_off_or_removed_meanwhile_lets_nobody_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE, X]).await;
        let mut browser = server.browser();
        let away = browser.leave(GOOGLE, "ana").await;
        server.provider(&at, GOOGLE, |settings| settings.enabled = false).await;
        let disabled = browser.return_as(&at, &away, "ana").await;
        let away = browser.leave(X, "ana").await;
        server.usher.providers.delete_provider(&id_of(X), false).await.unwrap();
        let removed = browser.return_as(&at, &away, "ana").await;
        for (landing, provider) in [(disabled, "google"), (removed, "x")] {
            assert_eq!(landing.status, StatusCode::NOT_FOUND, "{}", landing.body);
            assert!(landing.text("h1").contains(&format!("{provider} cannot be used")), "{}", landing.body);
            assert_eq!(landing.links("/login").len(), 1, "the other ways to sign in: {}", landing.body);
            assert!(landing.links(&format!("/upstream/{provider}/start")).is_empty(), "another try is pointless");
        }
        assert_eq!((server.users().await, server.live_sessions().await), (0, 0));
        assert!(!browser.open(&server.at("/login")).await.body.contains("/upstream/"), "nor is it offered");
    }

    /// UP-11
    async fn a_user_who_is_disabled_meanwhile_is_not_let_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[GOOGLE]).await;
        server.browser().come_by(&at, GOOGLE, "ana").await;
        let user = server.database.store.find_user_by_email(&Email::parse("ana@example.test").unwrap()).await.unwrap().unwrap();
        let mut browser = server.browser();
        let away = browser.leave(GOOGLE, "ana").await;
        server.usher.users.set_user_enabled(&user, false).await.unwrap();
        let landing = browser.return_as(&at, &away, "ana").await;
        assert_eq!(trouble(&landing), (403, "IDENTITY_REFUSED".into()), "{}", landing.body);
        assert_eq!((server.users().await, server.live_sessions().await), (1, 0));
    }
}

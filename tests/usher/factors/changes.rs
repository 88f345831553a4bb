//! Changing factors: it requires a recent authentication, and is always notified.

use crate::storage::samples::in_tx;
use reqwest::StatusCode;
use usher_mail::EmailMessage;

use super::{ANA, App, at_second_step, confirm, events, server_with_app, set_up};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

on_both_databases! {
    async fn five_minutes_later_a_person_shows_themselves_again_and_comes_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        server.wait(301);
        let again = browser.open(&server.at("/account/security/totp")).await;
        assert_eq!(again.url, server.at("/login?next=%2Faccount%2Fsecurity%2Ftotp&again=1"));
        assert_eq!(again.value("email"), ANA);
        let page = browser.submit(&again, &[("password", PASSWORD)]).await;
        assert_eq!(page.url, server.at("/account/security/totp"));
        let (app, _) = confirm(&server, &mut browser, &page).await;
        assert_eq!(app.codes.len(), 10);
    }

    async fn a_change_asked_for_too_late_changes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let app = set_up(&server, &mut browser).await;
        let page = browser.open(&server.at("/account/security/remove-totp")).await;
        server.wait(301);
        let done = browser.submit(&page, &[]).await;
        assert!(done.url.contains("/login?next="), "{}", done.url);
        let user = server.usher.users.load_user(ANA).await.unwrap();
        assert!(server.database.store.find_factors(user.id).await.unwrap().totp);
        let mut elsewhere = server.browser();
        let step = at_second_step(&server, &mut elsewhere).await;
        assert_eq!(elsewhere.submit(&step, &[("code", &app.code(server.now()))]).await.url, server.at("/account/profile"));
    }

    async fn every_change_is_logged_and_emailed_to_its_owner(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let _app: App = set_up(&server, &mut browser).await;
        let question = browser.open(&server.at("/account/security/remove-totp")).await;
        assert!(question.body.contains("Remove the authenticator app?"), "{}", question.body);
        browser.submit(&question, &[]).await;
        let kinds = events(&server).await;
        for kind in ["factor.added", "factor.removed", "session.stepped_up"] {
            assert!(kinds.iter().any(|held| held == kind), "{kind}: {kinds:?}");
        }
        let emails = server.emails().await;
        let found: Vec<_> = emails.iter().map(EmailMessage::kind).collect();
        assert_eq!(found, ["factor_removed", "factor_added"]);
        server.signed_in(ANA).await;
    }

    async fn an_app_counts_only_once_a_code_proves_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/security/totp")).await;
        let seed = page.text("#secret");
        let wrong = browser.submit(&page, &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.text("#secret"), seed, "the same seed is shown again");
        server.signed_in(ANA).await;
        let garbage = browser.submit(&page, &[("offer", "garbage"), ("code", "000000")]).await;
        assert_eq!(garbage.status, StatusCode::GONE);
        let mut other = server.browser();
        let login = other.open(&server.at("/login")).await;
        server.user("bob@example.test").await;
        other.sign_in(&login, "bob@example.test").await;
        let theirs = other.open(&server.at("/account/security/totp")).await;
        let planted = other.submit(&theirs, &[("offer", &page.value("offer")), ("code", "000000")]).await;
        assert_eq!(planted.status, StatusCode::GONE, "an offer belongs to whom it was made");
    }

    async fn a_disowned_account_changes_no_factor_for_a_day(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server_with_app(&server).await;
        let mut browser = server.browser();
        server.user("bob@example.test").await;
        let login = browser.open(&server.at("/login")).await;
        browser.sign_in(&login, "bob@example.test").await;
        let bob = server.usher.users.load_user("bob@example.test").await.unwrap();
        let until = server.now() + std::time::Duration::from_secs(3600);
        in_tx!(server
            .database
            .store, |tx| tx.freeze_factors(bob.id, until).await)
            .unwrap();
        let refused = browser.open(&server.at("/account/security/totp")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

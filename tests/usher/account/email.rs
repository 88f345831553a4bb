//! A new address: it is verified first, and the old one is notified (PW-15).

use reqwest::StatusCode;
use usher_mail::EmailMessage;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const NEW: &str = "ana.new@example.test";

async fn email(server: &TestServer, kind: &str) -> EmailMessage {
    server.emails().await.into_iter().find(|email| email.kind() == kind).expect("there is such an email")
}

async fn ask(server: &TestServer, browser: &mut Browser<'_>, email: &str) -> Landing {
    let page = browser.open(&server.at("/account/email")).await;
    browser.submit(&page, &[("email", email)]).await
}

async fn address(server: &TestServer, email: &str) -> Option<String> {
    server.usher.users.load_user(email).await.ok().and_then(|user| user.email).map(|email| email.to_string())
}

on_both_databases! {
    async fn an_address_is_changed_by_the_code_sent_to_it_and_the_old_one_is_notified(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = ask(&server, &mut browser, NEW).await;
        let sent = email(&server, "verify_email").await;
        assert_eq!(sent.to(), NEW);
        let wrong = browser.submit(&page, &[("code", "00000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(address(&server, ANA).await.as_deref(), Some(ANA), "nothing has changed yet");
        let done = browser.submit(&page, &[("code", sent.code().expect("a code"))]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"));
        assert_eq!(address(&server, NEW).await.as_deref(), Some(NEW));
        let notice = email(&server, "email_changed").await;
        assert_eq!(notice.to(), ANA);
        assert!(!notice.text().contains(NEW), "the reader of the old address may not be its owner any more");
        assert_eq!(browser.submit(&page, &[("code", sent.code().expect("a code"))]).await.status, StatusCode::GONE);
    }

    async fn a_change_for_which_no_email_may_be_sent_spoils_no_code_that_was_mailed(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "1/h"), ("limits.register", "off")]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = ask(&server, &mut browser, NEW).await;
        let sent = email(&server, "verify_email").await;
        let again = ask(&server, &mut browser, NEW).await;
        assert_eq!(server.emails().await.len(), 1, "no other email may be sent");
        assert_eq!(again.url, format!("{}&sent=0", page.url), "the page asks for the code that was");
        assert!(again.text("main .notice").starts_with("No email was sent"), "{}", again.body);
        let done = browser.submit(&again, &[("code", sent.code().expect("a code"))]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"), "{}", done.body);
    }

    async fn a_new_code_is_sent_from_the_page_that_waits_for_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = ask(&server, &mut browser, NEW).await;
        let old = email(&server, "verify_email").await;
        let again = browser.submit(&page, &[("email", NEW), ("resend", "1")]).await;
        assert!(again.text("main .notice").contains("new code"), "{}", again.body);
        let new = email(&server, "verify_email").await;
        assert_ne!(old.code(), new.code());
        let done = browser.submit(&again, &[("code", new.code().expect("a code"))]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"));
    }

    async fn an_address_is_changed_by_the_link_and_only_by_whoever_asked(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let mut browser = server.signed_in(ANA).await;
        ask(&server, &mut browser, NEW).await;
        let link = email(&server, "verify_email").await.link().expect("a link").to_owned();
        let mut bob = server.signed_in("bob@example.test").await;
        assert_eq!(bob.open(&link).await.status, StatusCode::GONE);
        let mut nobody = server.browser();
        assert!(nobody.open(&link).await.url.starts_with(&server.at("/login?")));
        let page = browser.open(&link).await;
        assert_eq!(address(&server, ANA).await.as_deref(), Some(ANA), "a scanner may have opened it");
        let token = page.value("token");
        let done = browser.submit(&page, &[("token", &token)]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"), "{}", done.body);
        assert_eq!(address(&server, NEW).await.as_deref(), Some(NEW));
    }

    /// PW-15: changing the address requires a recent authentication, and old links are invalid.
    async fn a_session_left_open_changes_no_address_and_old_links_die(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let question = browser.open(&server.at("/account/email")).await;
        ask(&server, &mut browser, NEW).await;
        let first = email(&server, "verify_email").await.link().expect("a link").to_owned();
        ask(&server, &mut browser, "third@example.test").await;
        assert_eq!(browser.open(&first).await.status, StatusCode::GONE, "the newest alone is good");
        let recover = server.browser().open(&server.at("/recover")).await;
        server.browser().submit(&recover, &[("email", ANA)]).await;
        let second = email(&server, "verify_email").await.link().expect("a link").to_owned();
        server.wait(301);
        let late = browser.submit(&question, &[("email", "eve@example.test")]).await;
        assert!(late.url.starts_with(&server.at("/login?")), "{}", late.url);
        server.wait(15 * 60);
        assert_eq!(browser.open(&second).await.status, StatusCode::GONE);
        assert_eq!(address(&server, ANA).await.as_deref(), Some(ANA));
    }

    async fn a_link_to_recover_that_went_to_the_old_address_is_dead(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let recover = browser.open(&server.at("/recover")).await;
        browser.submit(&recover, &[("email", ANA)]).await;
        let link = email(&server, "recovery").await.link().expect("a link").to_owned();
        let page = ask(&server, &mut browser, NEW).await;
        let code = email(&server, "verify_email").await.code().expect("a code").to_owned();
        browser.submit(&page, &[("code", &code)]).await;
        assert_eq!(browser.open(&link).await.status, StatusCode::GONE);
    }

    /// PW-01: the response for an address of another user is the same; that user is notified.
    async fn an_address_that_is_taken_is_not_given_away(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let mut browser = server.signed_in(ANA).await;
        let free = ask(&server, &mut browser, NEW).await;
        let taken = ask(&server, &mut browser, "bob@example.test").await;
        assert_eq!(free.status, taken.status);
        assert_eq!(free.text("h1"), taken.text("h1"));
        assert_eq!(email(&server, "already_registered").await.to(), "bob@example.test");
        for code in ["00000000", "12345678"] {
            assert_eq!(browser.submit(&taken, &[("code", code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let own = ask(&server, &mut browser, "not an address").await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// An attacker who changed the address does not get the link: the old address is restored.
    async fn whoever_disowns_the_change_has_the_old_address_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut thief = server.signed_in(ANA).await;
        let page = ask(&server, &mut thief, "thief@example.test").await;
        let code = email(&server, "verify_email").await.code().expect("a code").to_owned();
        thief.submit(&page, &[("code", &code)]).await;
        assert_eq!(address(&server, ANA).await, None);
        let link = email(&server, "email_changed").await.link().expect("a link").to_owned();
        let mut owner = server.browser();
        let page = owner.open(&link).await;
        let token = page.value("token");
        assert_eq!(owner.submit(&page, &[("token", &token)]).await.status, StatusCode::OK);
        assert_eq!(address(&server, ANA).await.as_deref(), Some(ANA));
        assert_eq!(email(&server, "way_back").await.to(), ANA);
        assert_eq!(thief.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
    }

    async fn for_a_day_after_this_was_not_me_no_address_is_changed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut owner = server.signed_in(ANA).await;
        let page = owner.open(&server.at("/account/not-me")).await;
        owner.submit(&page, &[("token", "")]).await;
        let back = email(&server, "way_back").await.link().expect("a way back").to_owned();
        let page = owner.open(&back).await;
        owner.submit(&page, &[("password", PASSWORD)]).await;
        let mut thief = server.signed_in(ANA).await;
        assert_eq!(ask(&server, &mut thief, NEW).await.status, StatusCode::FORBIDDEN);
        assert_eq!(address(&server, ANA).await.as_deref(), Some(ANA));
    }
}

//! Unverified addresses: the user is asked for one and verifies it by email, or skips it.

use reqwest::StatusCode;
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::client::ClientType;

use super::accounts::{code, sub};
use crate::harness::authenticator::Authenticator;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{FACEBOOK, GOOGLE, Providers, server_with};
use crate::harness::server::{PASSWORD, TestServer};

on_both_databases! {
    async fn an_address_that_nobody_checked_is_proven_by_a_code_before_it_counts(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        assert_eq!(page.value("email"), "ana@example.test", "the asserted address is suggested");
        let sent = browser.submit(&page, &[("email", "ana@example.test")]).await;
        assert!(sent.status == StatusCode::OK && sent.body.contains("name=\"code\""), "{}", sent.body);
        assert_eq!(server.users().await, 0);
        let wrong = browser.submit(&sent, &[("code", "00000000")]).await;
        assert_eq!((wrong.status, server.users().await), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{}", wrong.body);
        let landing = browser.submit(&sent, &[("code", &code(&server).await)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!(server.database.count("select count(*) from users where email = 'ana@example.test'").await, 1);
        let first = sub(&server, &mut browser).await;
        let mut other = server.browser();
        assert_eq!(other.come_by(&at, FACEBOOK, "ana").await.url, server.at("/account/profile"));
        assert_eq!(sub(&server, &mut other).await, first);
    }

    async fn an_address_that_looks_mistyped_is_asked_about(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@gmial.com")]).await;
        assert!(sent.text("form.warning").contains("ana@gmail.com"), "{}", sent.body);
        let corrected = browser.press(&sent, "mail", &[]).await;
        assert!(corrected.text(".entry-head p").contains("ana@gmail.com"), "{}", corrected.body);
        assert!(!corrected.body.contains("class=\"notice warning\""), "{}", corrected.body);
    }

    async fn a_code_stays_valid_where_no_other_email_may_be_sent(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "1/h"), ("limits.register", "off")]).await;
        let at = Providers::beside(&server).await;
        server.provider(&at, FACEBOOK, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test")]).await;
        let good = code(&server).await;
        let again = browser.submit(&sent, &[("email", "ana@example.test")]).await;
        assert_eq!((again.status, server.emails().await.len()), (StatusCode::TOO_MANY_REQUESTS, 1), "{}", again.body);
        let landing = browser.submit(&again, &[("code", &good)]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    }

    async fn a_code_is_good_once_and_dies_after_a_few_tries(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test")]).await;
        let good = code(&server).await;
        let mut last = sent.clone();
        for _ in 0..12 {
            last = browser.submit(&sent, &[("code", "00000000")]).await;
        }
        assert!(last.status.is_client_error(), "{}", last.status);
        let late = browser.submit(&sent, &[("code", &good)]).await;
        assert!(late.status.is_client_error(), "{} {}", late.status, late.body);
        assert_eq!((server.users().await, server.live_sessions().await), (0, 0));
    }

    async fn after_too_many_codes_the_way_on_keeps_the_request(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let start = page.link("/upstream/facebook/start");
        let away = browser.open(&server.at(&start)).await;
        let asked = browser.return_as(&at, &away, "ana").await;
        let sent = browser.submit(&asked, &[("email", "ana@example.test")]).await;
        let mut over = sent.clone();
        for _ in 0..12 {
            over = browser.submit(&sent, &[("code", "00000000")]).await;
        }
        for over in [over, browser.open(&sent.url).await] {
            assert!(over.status.is_client_error(), "{}", over.status);
            assert!(over.link("/login").contains("interaction="), "{}", over.body);
            assert!(over.link("/upstream/facebook/start").contains("interaction="), "{}", over.body);
        }
        let elsewhere = server.browser().open(&sent.url).await;
        assert!(!elsewhere.body.contains("interaction="), "not so in another browser");
    }

    async fn an_account_without_an_address_keeps_its_only_way_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        browser.press(&page, "skip", &[]).await;
        let security = browser.open(&server.at("/account/security")).await;
        assert!(!security.body.contains("name=\"password\""), "no password without an address");
        assert!(!security.link("/account/email").is_empty(), "but the way to one");
        let csrf = browser.open(&server.at("/account/identities")).await.value("csrf");
        let form = [("csrf".to_owned(), csrf), ("password".to_owned(), PASSWORD.to_owned())];
        let refused = browser.post(&server.at("/account/security"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("you need an email address"), "{}", refused.body);
        assert_eq!(server.database.count("select count(*) from password").await, 0);
        // A password that was set before this was rejected does not work either.
        server.database.execute("insert into password (user_id, phc, changed_at) select id, 'x', 0 from users").await;
        let page = browser.open(&server.at("/account/identities")).await;
        let id = page.attribute("[name=unlink]", "value");
        let kept = browser.submit(&page, &[("unlink", &id)]).await;
        assert_eq!((kept.status, server.identities().await), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{}", kept.body);
    }

    async fn an_administrator_does_not_take_the_only_way_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        browser.press(&page, "skip", &[]).await;
        let page = browser.open(&server.at("/account/security/passkeys/new")).await;
        let mut authenticator = Authenticator::at(&server.url);
        browser.submit(&page, &authenticator.create(&page).fields()).await;
        let secret = browser.cookies.get("usher").map(String::as_str);
        let account = server.usher.accounts.current(&usher_accounts::Browser::from_cookies(secret, None)).await.unwrap().unwrap();
        server.usher.factor_rules.reset_factors(&account.user).await.expect("there is the provider still");
        let page = browser.open(&server.at("/account/security/passkeys/new")).await;
        browser.submit(&page, &authenticator.create(&page).fields()).await;
        let page = browser.open(&server.at("/account/identities")).await;
        let id = page.attribute("[name=unlink]", "value");
        browser.submit(&page, &[("unlink", &id)]).await;
        assert_eq!(server.identities().await, 0);
        let refused = server.usher.factor_rules.reset_factors(&account.user).await;
        assert!(matches!(refused, Err(FlowError::Rejected(Rejected::LastWayIn))), "{refused:?}");
        assert_eq!(server.database.count("select count(*) from passkey").await, 1);
    }

    async fn a_newer_code_takes_the_place_of_the_older_one(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let first = browser.submit(&page, &[("email", "one@example.test")]).await;
        let old = code(&server).await;
        let second = browser.submit(&first, &[("email", "two@example.test")]).await;
        for page in [&first, &second] {
            assert!(browser.submit(page, &[("code", &old)]).await.status.is_client_error());
        }
        let new = code(&server).await;
        assert_eq!(browser.submit(&second, &[("code", &new)]).await.url, server.at("/account/profile"));
        assert_eq!(server.database.count("select count(*) from users where email = 'two@example.test'").await, 1);
    }

    async fn whoever_has_no_address_goes_on_without_one(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let landing = browser.press(&page, "skip", &[]).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!(server.database.count("select count(*) from users where email is null").await, 1);
        assert!(server.emails().await.is_empty());
        let again = browser.press(&page, "skip", &[]).await;
        assert!(again.status.is_client_error(), "once");
        assert_eq!(server.users().await, 1);
    }

    async fn an_invalid_address_gets_no_email(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "no_email").await;
        for typed in ["", "ana", "a@b@c", "\u{FF20}x"] {
            let landing = browser.submit(&page, &[("email", typed)]).await;
            assert_eq!(landing.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?} {}", landing.body);
        }
        assert!(server.emails().await.is_empty());
    }

    /// A question is bound to the browser, and valid for ten minutes.
    async fn a_question_is_answered_where_it_was_asked_and_in_time(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let mut thief = server.browser();
        thief.open(&server.at("/login")).await;
        let theirs = thief.open(&page.url).await;
        assert_eq!(theirs.status, StatusCode::BAD_REQUEST, "{}", theirs.body);
        let csrf = thief.open(&server.at("/login")).await.value("csrf");
        let path = page.url.replace(&server.at(""), "").replace("/ask", "/ask/skip");
        let reply = server.post_as(&thief, &path, &[("csrf", &csrf)]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let unsigned = server.post_as(&browser, &path, &[]).await;
        assert_eq!(unsigned.status, StatusCode::FORBIDDEN, "the form is ours");
        server.wait(601);
        assert_eq!(browser.open(&page.url).await.status, StatusCode::BAD_REQUEST);
        assert!(browser.press(&page, "skip", &[]).await.status.is_client_error());
        assert_eq!(server.users().await, 0);
    }

    /// UP-11: registration is closed while the question is open.
    async fn registration_that_closes_meanwhile_makes_nobody(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK, GOOGLE]).await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test")]).await;
        server.provider(&at, FACEBOOK, |settings| settings.sign_up = false).await;
        let good = code(&server).await;
        let landing = browser.submit(&sent, &[("code", &good)]).await;
        assert_eq!((landing.status, server.users().await), (StatusCode::FORBIDDEN, 0), "{}", landing.body);
        let away = browser.leave(GOOGLE, "ana").await;
        server.provider(&at, GOOGLE, |settings| settings.sign_up = false).await;
        let landing = browser.return_as(&at, &away, "ana").await;
        assert_eq!((landing.status, server.users().await), (StatusCode::FORBIDDEN, 0), "{}", landing.body);
    }

    async fn an_address_that_turns_out_to_be_somebodys_leads_to_the_question_whose_it_is(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK]).await;
        server.user("ana@example.test").await;
        let mut browser = server.browser();
        let page = browser.come_by(&at, FACEBOOK, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test")]).await;
        let landing = browser.submit(&sent, &[("code", &code(&server).await)]).await;
        assert!(landing.url.contains("/upstream/ask?q=") && landing.links("/login?login_hint=").len() == 1, "{}", landing.body);
        assert!(!browser.is_in().await, "a code of an email alone opens no account that is there");
        assert_eq!((server.users().await, server.identities().await), (1, 0));
    }
}

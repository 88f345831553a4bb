//! Nobody vouches for an address: it is asked for and proven by mail, or left out.

use reqwest::StatusCode;
use usher::domain::provider::ProviderKind::{Facebook, Google};

use super::accounts::{code, sub};
use crate::harness::database::on_both_databases;
use crate::harness::providers::house_with;

on_both_databases! {
    async fn an_address_that_nobody_checked_is_proven_by_a_code_before_it_counts(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        assert_eq!(page.value("email"), "ana@example.test", "what was told is suggested");
        let sent = browser.submit(&page, &[("email", "ana@example.test"), ("mail", "1")]).await;
        assert!(sent.status == StatusCode::OK && sent.body.contains("name=\"code\""), "{}", sent.body);
        assert_eq!(house.users().await, 0);
        let wrong = browser.submit(&sent, &[("code", "00000000")]).await;
        assert_eq!((wrong.status, house.users().await), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{}", wrong.body);
        let landing = browser.submit(&sent, &[("code", &code(&house).await)]).await;
        assert_eq!(landing.url, house.at("/account/profile"), "{}", landing.body);
        assert_eq!(house.database.count("select count(*) from users where email = 'ana@example.test'").await, 1);
        let first = sub(&house, &mut browser).await;
        let mut other = house.browser();
        assert_eq!(other.come_by(&at, Facebook, "ana").await.url, house.at("/account/profile"));
        assert_eq!(sub(&house, &mut other).await, first);
    }

    async fn a_code_is_good_once_and_dies_after_a_few_tries(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test"), ("mail", "1")]).await;
        let good = code(&house).await;
        let mut last = sent.clone();
        for _ in 0..12 {
            last = browser.submit(&sent, &[("code", "00000000")]).await;
        }
        assert!(last.status.is_client_error(), "{}", last.status);
        let late = browser.submit(&sent, &[("code", &good)]).await;
        assert!(late.status.is_client_error(), "{} {}", late.status, late.body);
        assert_eq!((house.users().await, house.live_sessions().await), (0, 0));
    }

    async fn a_newer_code_takes_the_place_of_the_older_one(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let first = browser.submit(&page, &[("email", "one@example.test"), ("mail", "1")]).await;
        let old = code(&house).await;
        let second = browser.submit(&first, &[("email", "two@example.test"), ("mail", "1")]).await;
        for page in [&first, &second] {
            assert!(browser.submit(page, &[("code", &old)]).await.status.is_client_error());
        }
        let new = code(&house).await;
        assert_eq!(browser.submit(&second, &[("code", &new)]).await.url, house.at("/account/profile"));
        assert_eq!(house.database.count("select count(*) from users where email = 'two@example.test'").await, 1);
    }

    async fn whoever_has_no_address_goes_on_without_one(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let landing = browser.submit(&page, &[("skip", "1")]).await;
        assert_eq!(landing.url, house.at("/account/profile"), "{}", landing.body);
        assert_eq!(house.database.count("select count(*) from users where email is null").await, 1);
        assert!(house.letters().await.is_empty());
        let again = browser.submit(&page, &[("skip", "1")]).await;
        assert!(again.status.is_client_error(), "once");
        assert_eq!(house.users().await, 1);
    }

    async fn what_is_no_address_gets_no_letter(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "no_email").await;
        for typed in ["", "ana", "a@b@c", "\u{FF20}x"] {
            let landing = browser.submit(&page, &[("email", typed), ("mail", "1")]).await;
            assert_eq!(landing.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?} {}", landing.body);
        }
        assert!(house.letters().await.is_empty());
    }

    /// A question is this browser's, and good for ten minutes.
    async fn a_question_is_answered_where_it_was_asked_and_in_time(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let mut thief = house.browser();
        thief.open(&house.at("/login")).await;
        let theirs = thief.open(&page.url).await;
        assert_eq!(theirs.status, StatusCode::BAD_REQUEST, "{}", theirs.body);
        let csrf = thief.open(&house.at("/login")).await.value("csrf");
        let path = page.url.replace(&house.at(""), "");
        let reply = house.post_as(&thief, &path, &[("csrf", &csrf), ("skip", "1")]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let unsigned = house.post_as(&browser, &path, &[("skip", "1")]).await;
        assert_eq!(unsigned.status, StatusCode::FORBIDDEN, "the form is ours");
        house.wait(601);
        assert_eq!(browser.open(&page.url).await.status, StatusCode::BAD_REQUEST);
        assert!(browser.submit(&page, &[("skip", "1")]).await.status.is_client_error());
        assert_eq!(house.users().await, 0);
    }

    /// UP-11: the door is closed while somebody thinks.
    async fn registration_that_closes_meanwhile_makes_nobody(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook, Google]).await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test"), ("mail", "1")]).await;
        house.provider(&at, Facebook, |settings| settings.sign_up = false).await;
        let good = code(&house).await;
        let landing = browser.submit(&sent, &[("code", &good)]).await;
        assert_eq!((landing.status, house.users().await), (StatusCode::FORBIDDEN, 0), "{}", landing.body);
        let away = browser.leave(Google, "ana").await;
        house.provider(&at, Google, |settings| settings.sign_up = false).await;
        let landing = browser.return_as(&at, &away, "ana").await;
        assert_eq!((landing.status, house.users().await), (StatusCode::FORBIDDEN, 0), "{}", landing.body);
    }

    async fn an_address_that_turns_out_to_be_somebodys_leads_to_the_question_whose_it_is(db: TestDatabase) {
        let (house, at) = house_with(db, &[Facebook]).await;
        house.user("ana@example.test").await;
        let mut browser = house.browser();
        let page = browser.come_by(&at, Facebook, "ana").await;
        let sent = browser.submit(&page, &[("email", "ana@example.test"), ("mail", "1")]).await;
        let landing = browser.submit(&sent, &[("code", &code(&house).await)]).await;
        assert!(landing.url.contains("/upstream/ask?q=") && landing.links("/login?login_hint=").len() == 1, "{}", landing.body);
        assert!(!browser.is_in().await, "a code of a letter alone opens no account that is there");
        assert_eq!((house.users().await, house.identities().await), (1, 0));
    }
}

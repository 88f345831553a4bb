//! Password recovery: the mailbox is the proof, once, and all sessions end.

use reqwest::header::HOST;
use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;
use usher_mail::EmailMessage;

use crate::doors::wire::{Reply, send};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::house::{PASSWORD, TestUsher};

const ANA: &str = "ana@example.test";
const NEW: &str = "another quiet blue door";

async fn ask(house: &TestUsher, browser: &mut Browser<'_>, email: &str) -> Landing {
    let page = browser.open(&house.at("/recover")).await;
    browser.submit(&page, &[("email", email)]).await
}

/// Requests an email and returns its link.
async fn link(house: &TestUsher) -> String {
    ask(house, &mut house.browser(), ANA).await;
    house.letters().await[0].link().expect("a link").to_owned()
}

/// Posts a new password without loading the page.
async fn set(house: &TestUsher, browser: &Browser<'_>, csrf: &str, link: &str, password: &str) -> Reply {
    let token = link.split("token=").nth(1).expect("a token");
    house.post_as(browser, "/recover/reset", &[("csrf", csrf), ("token", token), ("password", password)]).await
}

async fn at_the_door(house: &TestUsher) -> (Browser<'_>, String) {
    let mut browser = house.browser();
    let csrf = browser.open(&house.at("/recover")).await.value("csrf");
    (browser, csrf)
}

on_both_databases! {
    async fn the_link_sets_a_new_password_and_ends_everything_from_before(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut thief = house.browser();
        let code = thief.go_through(&house.authorize_url(&client, &[]), ANA).await.code();
        let tokens = house.exchange(&client, &code).await;
        let late = thief.go_through(&house.authorize_url(&client, &[]), ANA).await.code();
        let link = link(&house).await;
        let mut browser = house.browser();
        let page = browser.open(&link).await;
        assert!(page.body.contains(ANA));
        let done = browser.submit(&page, &[("password", NEW)]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert_eq!(thief.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(house.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(house.exchange(&client, &late).await.error(), "invalid_grant");
        assert!(!house.is_active(&client, &tokens.text("access_token")).await);
        let letters = house.letters().await;
        assert_eq!((letters.len(), letters[0].to()), (2, ANA), "the owner is told of the change");
        assert!(letters[0].code().is_none());
        let page = browser.open(&house.at("/login")).await;
        assert_eq!(browser.sign_in(&page, ANA).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the old one is dead");
        let landing = browser.submit(&page, &[("email", ANA), ("password", NEW)]).await;
        assert_eq!(landing.url, house.at("/account/profile"));
    }

    /// PW-01: the same page for known, unknown and disabled users.
    async fn asking_for_a_letter_tells_nobody_which_address_is_known(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user("know@e.test").await;
        let disabled = house.user("disa@e.test").await;
        house.usher.set_user_enabled(&disabled, false).await.expect("it can be");
        let (browser, csrf) = at_the_door(&house).await;
        let mut answers = Vec::new();
        for email in ["know@e.test", "unkn@e.test", "disa@e.test"] {
            let reply = house.post_as(&browser, "/recover", &[("csrf", &csrf), ("email", email)]).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER);
            let proof = reply.location().split("proof=").nth(1).expect("a proof").to_owned();
            let sent = house.get_as(&browser, reply.location()).await;
            let same = |text: String| text.replace(&proof, "…").replace(&email.replace('@', "%40"), "…");
            let (status, headers, body) = sent.fingerprint(email);
            let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, same(value))).collect();
            answers.push((status, headers, same(body)));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
        let letters = house.letters().await;
        assert_eq!(letters.iter().map(EmailMessage::to).collect::<Vec<_>>(), ["know@e.test"]);
        assert_eq!(house.database.count("select count(*) from proof").await, 3, "the same is written for each");
    }

    /// PW-13: a link works once, however it is used.
    async fn a_link_is_good_once(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let link = link(&house).await;
        let (browser, csrf) = at_the_door(&house).await;
        let tries = (0..6).map(|_| set(&house, &browser, &csrf, &link, NEW));
        let replies = futures_util::future::join_all(tries).await;
        let count = |status| replies.iter().filter(|reply| reply.status == status).count();
        assert_eq!((count(StatusCode::SEE_OTHER), count(StatusCode::GONE)), (1, 5));
        assert_eq!(set(&house, &browser, &csrf, &link, NEW).await.status, StatusCode::GONE);
        assert_eq!(house.get_as(&browser, &link).await.status, StatusCode::GONE);
    }

    /// PW-13: a newer email, a change of the password, or half an hour invalidates it.
    async fn a_newer_letter_kills_the_older_one(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let (old, new) = (link(&house).await, link(&house).await);
        assert_ne!(old, new);
        let (browser, csrf) = at_the_door(&house).await;
        assert_eq!(set(&house, &browser, &csrf, &old, NEW).await.status, StatusCode::GONE);
        assert_eq!(set(&house, &browser, &csrf, &new, NEW).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_change_of_the_password_kills_the_link(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let link = link(&house).await;
        let mut owner = house.signed_in(ANA).await;
        let page = owner.open(&house.at("/account/security")).await;
        owner.submit(&page, &[("current_password", PASSWORD), ("password", NEW)]).await;
        let (browser, csrf) = at_the_door(&house).await;
        assert_eq!(set(&house, &browser, &csrf, &link, "the door of an attacker").await.status, StatusCode::GONE);
    }

    async fn a_link_is_good_for_half_an_hour(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let (early, (browser, csrf)) = (link(&house).await, at_the_door(&house).await);
        house.wait(30 * 60);
        assert_eq!(house.get_as(&browser, &early).await.status, StatusCode::GONE);
        assert_eq!(set(&house, &browser, &csrf, &early, NEW).await.status, StatusCode::GONE);
        let late = link(&house).await;
        house.wait(30 * 60 - 1);
        assert_eq!(set(&house, &browser, &csrf, &late, NEW).await.status, StatusCode::SEE_OTHER);
    }

    async fn the_link_of_a_user_disabled_meanwhile_is_dead(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let ana = house.user(ANA).await;
        let link = link(&house).await;
        house.usher.set_user_enabled(&ana, false).await.expect("it can be");
        let (browser, csrf) = at_the_door(&house).await;
        assert_eq!(set(&house, &browser, &csrf, &link, NEW).await.status, StatusCode::GONE);
    }

    /// PW-14: no other sealed value of the server is accepted.
    async fn nothing_but_the_mailed_link_opens_the_form(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let mut other = house.browser();
        let page = other.open(&house.at("/register")).await;
        let form = [("given_name", "U"), ("family_name", "N"), ("email", "una@e.test"), ("password", PASSWORD)];
        let verify = other.submit(&page, &form).await;
        let sign_up = house.letters().await[0].link().expect("a link").to_owned();
        let setup = house.usher.create_setup_link().await.expect("a link");
        let setup = format!("token={}", setup.rsplit('/').next().expect("a code"));
        let session = house.signed_in(ANA).await.cookies["usher"].clone();
        let (browser, csrf) = at_the_door(&house).await;
        let proof = verify.answer("proof").expect("a proof");
        for value in
            [sign_up, setup, format!("token={session}"), format!("token={proof}"), "token=".into(), "token=x".into()]
        {
            assert_eq!(set(&house, &browser, &csrf, &value, NEW).await.status, StatusCode::GONE, "{value}");
        }
        let recovery = link(&house).await.replace("/recover/reset", "/verify");
        assert_eq!(
            house.get_as(&browser, &recovery).await.status,
            StatusCode::GONE,
            "nor does its link prove an address"
        );
    }

    async fn a_new_password_that_will_not_do_does_not_use_up_the_link(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let link = link(&house).await;
        let mut browser = house.browser();
        let page = browser.open(&link).await;
        for bad in ["short", "password", ANA, ""] {
            let again = browser.submit(&page, &[("password", bad)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(!again.text("#password-error").is_empty(), "{bad}");
        }
        assert_eq!(browser.submit(&page, &[("password", NEW)]).await.status, StatusCode::OK);
    }

    /// PW-13: as many emails to one address as the setting allows. Beyond them the page says that none was sent,
    /// whether or not the address has an account.
    async fn letters_to_one_address_are_limited_and_the_last_one_stays_good(db: TestDatabase) {
        let house = TestUsher::on(db, &[("limits.recover", "5/hour")]).await;
        house.user(ANA).await;
        for _ in 0..20 {
            assert_eq!(ask(&house, &mut house.browser(), ANA).await.status, StatusCode::OK);
        }
        let nobody = "nobody@example.test";
        for (email, asked) in [(ANA, 20), (nobody, 0)] {
            for _ in asked..5 {
                assert!(!ask(&house, &mut house.browser(), email).await.body.contains("No email was sent"));
            }
            let held_back = ask(&house, &mut house.browser(), email).await;
            assert!(held_back.text("main .notice").starts_with("No email was sent"), "{email}: {}", held_back.body);
        }
        let letters = house.letters().await;
        assert_eq!(letters.len(), 5);
        let (browser, csrf) = at_the_door(&house).await;
        let last = letters[0].link().expect("a link");
        assert_eq!(
            set(&house, &browser, &csrf, last, NEW).await.status,
            StatusCode::SEE_OTHER,
            "nobody can spoil it by asking on"
        );
    }

    async fn one_source_asks_for_so_many_letters_and_no_more(db: TestDatabase) {
        let house = TestUsher::on(db, &[("limits.recover", "1/hour")]).await;
        let (browser, csrf) = at_the_door(&house).await;
        for n in 0..21 {
            let email = format!("person{n}@e.test");
            let reply = house.post_as(&browser, "/recover", &[("csrf", &csrf), ("email", &email)]).await;
            assert_eq!(reply.status.as_u16(), if n < 20 { 303 } else { 429 }, "{n}");
            assert_eq!(reply.retry_after().is_some(), n == 20, "{n}");
        }
    }
}

/// PW-12: whatever host a request names, emails contain the configured one.
#[tokio::test]
async fn no_header_puts_another_host_into_a_letter() {
    let house = TestUsher::start().await;
    house.user(ANA).await;
    let (browser, csrf) = at_the_door(&house).await;
    for headers in [
        &[("x-forwarded-host", "evil.test")][..],
        &[("forwarded", "host=evil.test"), ("x-original-url", "https://evil.test/"), ("x-forwarded-prefix", "/evil")],
        &[("host", "evil.test")],
    ] {
        let request =
            house.ask(Method::POST, "/recover", &browser.cookies).form(&[("csrf", csrf.as_str()), ("email", ANA)]);
        let request = headers.iter().fold(request, |request, (name, value)| match *name {
            "host" => request.header(HOST, *value),
            name => request.header(name, *value),
        });
        let reply = send(request).await;
        assert_eq!(reply.status.is_redirection(), headers[0].0 != "host", "{headers:?}: {}", reply.status);
    }
    let letters = house.letters().await;
    assert_eq!(letters.len(), 2);
    for letter in letters {
        assert!(letter.link().expect("a link").starts_with(&house.at("/recover/reset?token=")));
        assert!(!letter.text().contains("evil") && !letter.html().contains("evil"));
    }
}

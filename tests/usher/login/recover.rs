//! Password recovery: the mailbox is the proof, once, and all sessions end.

use reqwest::header::HOST;
use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;
use usher_mail::EmailMessage;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};
use crate::web::wire::{Reply, send};

const ANA: &str = "ana@example.test";
const NEW: &str = "another quiet blue door";

async fn ask(server: &TestServer, browser: &mut Browser<'_>, email: &str) -> Landing {
    let page = browser.open(&server.at("/recover")).await;
    browser.submit(&page, &[("email", email)]).await
}

/// Requests an email and returns its link.
async fn link(server: &TestServer) -> String {
    ask(server, &mut server.browser(), ANA).await;
    server.emails().await[0].link().expect("a link").to_owned()
}

/// Posts a new password without loading the page.
async fn set(server: &TestServer, browser: &Browser<'_>, csrf: &str, link: &str, password: &str) -> Reply {
    let token = link.split("token=").nth(1).expect("a token");
    server.post_as(browser, "/recover/reset", &[("csrf", csrf), ("token", token), ("password", password)]).await
}

async fn with_csrf(server: &TestServer) -> (Browser<'_>, String) {
    let mut browser = server.browser();
    let csrf = browser.open(&server.at("/recover")).await.value("csrf");
    (browser, csrf)
}

on_both_databases! {
    async fn the_link_sets_a_new_password_and_ends_everything_from_before(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut thief = server.browser();
        let code = thief.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let tokens = server.exchange(&client, &code).await;
        let late = thief.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let link = link(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&link).await;
        assert!(page.body.contains(ANA));
        let done = browser.submit(&page, &[("password", NEW)]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert_eq!(thief.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.exchange(&client, &late).await.error(), "invalid_grant");
        assert!(!server.is_active(&client, &tokens.text("access_token")).await);
        let emails = server.emails().await;
        assert_eq!((emails.len(), emails[0].to()), (2, ANA), "the owner is notified of the change");
        assert!(emails[0].code().is_none());
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(browser.sign_in(&page, ANA).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the old one is dead");
        let landing = browser.submit(&page, &[("email", ANA), ("password", NEW)]).await;
        assert_eq!(landing.url, server.at("/account/profile"));
    }

    /// PW-01: the same page for known, unknown and disabled users.
    async fn recovery_looks_the_same_for_known_and_unknown_addresses(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("know@e.test").await;
        let disabled = server.user("disa@e.test").await;
        server.usher.users.set_user_enabled(&disabled, false).await.expect("it can be");
        let (browser, csrf) = with_csrf(&server).await;
        let mut answers = Vec::new();
        for email in ["know@e.test", "unkn@e.test", "disa@e.test"] {
            let reply = server.post_as(&browser, "/recover", &[("csrf", &csrf), ("email", email)]).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER);
            let proof = reply.location().split("proof=").nth(1).expect("a proof").to_owned();
            let sent = server.get_as(&browser, reply.location()).await;
            let same = |text: String| text.replace(&proof, "…").replace(&email.replace('@', "%40"), "…");
            let (status, headers, body) = sent.fingerprint(email);
            let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, same(value))).collect();
            answers.push((status, headers, same(body)));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
        let emails = server.emails().await;
        assert_eq!(emails.iter().map(EmailMessage::to).collect::<Vec<_>>(), ["know@e.test"]);
        assert_eq!(server.database.count("select count(*) from proof").await, 3, "the same is written for each");
    }

    /// PW-13: a link works once, however it is used.
    async fn a_link_is_good_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let link = link(&server).await;
        let (browser, csrf) = with_csrf(&server).await;
        let tries = (0..6).map(|_| set(&server, &browser, &csrf, &link, NEW));
        let replies = futures_util::future::join_all(tries).await;
        let count = |status| replies.iter().filter(|reply| reply.status == status).count();
        assert_eq!((count(StatusCode::SEE_OTHER), count(StatusCode::GONE)), (1, 5));
        assert_eq!(set(&server, &browser, &csrf, &link, NEW).await.status, StatusCode::GONE);
        assert_eq!(server.get_as(&browser, &link).await.status, StatusCode::GONE);
    }

    /// PW-13: a newer email, a change of the password, or half an hour invalidates it.
    async fn a_newer_email_invalidates_the_older_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (old, new) = (link(&server).await, link(&server).await);
        assert_ne!(old, new);
        let (browser, csrf) = with_csrf(&server).await;
        assert_eq!(set(&server, &browser, &csrf, &old, NEW).await.status, StatusCode::GONE);
        assert_eq!(set(&server, &browser, &csrf, &new, NEW).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_change_of_the_password_kills_the_link(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let link = link(&server).await;
        let mut owner = server.signed_in(ANA).await;
        let page = owner.open(&server.at("/account/security")).await;
        owner.submit(&page, &[("current_password", PASSWORD), ("password", NEW)]).await;
        let (browser, csrf) = with_csrf(&server).await;
        assert_eq!(set(&server, &browser, &csrf, &link, "the door of an attacker").await.status, StatusCode::GONE);
    }

    async fn a_link_is_good_for_half_an_hour(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (early, (browser, csrf)) = (link(&server).await, with_csrf(&server).await);
        server.wait(30 * 60);
        assert_eq!(server.get_as(&browser, &early).await.status, StatusCode::GONE);
        assert_eq!(set(&server, &browser, &csrf, &early, NEW).await.status, StatusCode::GONE);
        let late = link(&server).await;
        server.wait(30 * 60 - 1);
        assert_eq!(set(&server, &browser, &csrf, &late, NEW).await.status, StatusCode::SEE_OTHER);
    }

    async fn the_link_of_a_user_disabled_meanwhile_is_dead(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let link = link(&server).await;
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be");
        let (browser, csrf) = with_csrf(&server).await;
        assert_eq!(set(&server, &browser, &csrf, &link, NEW).await.status, StatusCode::GONE);
    }

    /// PW-14: no other sealed value of the server is accepted.
    async fn nothing_but_the_mailed_link_opens_the_form(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut other = server.browser();
        let page = other.open(&server.at("/register")).await;
        let form = [("given_name", "U"), ("family_name", "N"), ("email", "una@e.test"), ("password", PASSWORD)];
        let verify = other.submit(&page, &form).await;
        let sign_up = server.emails().await[0].link().expect("a link").to_owned();
        let setup = server.usher.setup_links.create_setup_link().await.expect("a link");
        let setup = format!("token={}", setup.rsplit('/').next().expect("a code"));
        let session = server.signed_in(ANA).await.cookies["usher"].clone();
        let (browser, csrf) = with_csrf(&server).await;
        let proof = verify.answer("proof").expect("a proof");
        for value in
            [sign_up, setup, format!("token={session}"), format!("token={proof}"), "token=".into(), "token=x".into()]
        {
            assert_eq!(set(&server, &browser, &csrf, &value, NEW).await.status, StatusCode::GONE, "{value}");
        }
        let recovery = link(&server).await.replace("/recover/reset", "/verify");
        assert_eq!(
            server.get_as(&browser, &recovery).await.status,
            StatusCode::GONE,
            "nor does its link prove an address"
        );
    }

    async fn a_new_password_that_will_not_do_does_not_use_up_the_link(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let link = link(&server).await;
        let mut browser = server.browser();
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
    async fn emails_to_one_address_are_limited_and_the_last_one_stays_good(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "5/hour")]).await;
        server.user(ANA).await;
        for _ in 0..20 {
            assert_eq!(ask(&server, &mut server.browser(), ANA).await.status, StatusCode::OK);
        }
        let nobody = "nobody@example.test";
        for (email, asked) in [(ANA, 20), (nobody, 0)] {
            for _ in asked..5 {
                assert!(!ask(&server, &mut server.browser(), email).await.body.contains("No email was sent"));
            }
            let held_back = ask(&server, &mut server.browser(), email).await;
            assert!(held_back.text("main .notice").starts_with("No email was sent"), "{email}: {}", held_back.body);
        }
        let emails = server.emails().await;
        assert_eq!(emails.len(), 5);
        let (browser, csrf) = with_csrf(&server).await;
        let last = emails[0].link().expect("a link");
        assert_eq!(
            set(&server, &browser, &csrf, last, NEW).await.status,
            StatusCode::SEE_OTHER,
            "nobody can spoil it by asking on"
        );
    }

    async fn emails_are_limited_by_source(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.recover", "1/hour")]).await;
        let (browser, csrf) = with_csrf(&server).await;
        for n in 0..21 {
            let email = format!("person{n}@e.test");
            let reply = server.post_as(&browser, "/recover", &[("csrf", &csrf), ("email", &email)]).await;
            assert_eq!(reply.status.as_u16(), if n < 20 { 303 } else { 429 }, "{n}");
            assert_eq!(reply.retry_after().is_some(), n == 20, "{n}");
        }
    }
}

/// PW-12: whatever host a request names, emails contain the configured one.
#[tokio::test]
async fn no_header_puts_another_host_into_an_email() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (browser, csrf) = with_csrf(&server).await;
    for headers in [
        &[("x-forwarded-host", "evil.test")][..],
        &[("forwarded", "host=evil.test"), ("x-original-url", "https://evil.test/"), ("x-forwarded-prefix", "/evil")],
        &[("host", "evil.test")],
    ] {
        let request =
            server.ask(Method::POST, "/recover", &browser.cookies).form(&[("csrf", csrf.as_str()), ("email", ANA)]);
        let request = headers.iter().fold(request, |request, (name, value)| match *name {
            "host" => request.header(HOST, *value),
            name => request.header(name, *value),
        });
        let reply = send(request).await;
        assert_eq!(reply.status.is_redirection(), headers[0].0 != "host", "{headers:?}: {}", reply.status);
    }
    let emails = server.emails().await;
    assert_eq!(emails.len(), 2);
    for email in emails {
        assert!(email.link().expect("a link").starts_with(&server.at("/recover/reset?token=")));
        assert!(!email.text().contains("evil") && !email.html().contains("evil"));
    }
}

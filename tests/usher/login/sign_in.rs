//! Signing in with a password: one error for every cause.

use reqwest::StatusCode;
use usher_accounts::NewUser;

use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};
use crate::web::wire::Reply;

/// Five users who must be indistinguishable: known, unknown, disabled, without a password, not verified yet.
const FIVE: [&str; 5] = ["know@e.test", "unkn@e.test", "disa@e.test", "nopw@e.test", "unpr@e.test"];

/// Creates the five.
async fn bootstrap(server: &TestServer) {
    server.user(FIVE[0]).await;
    let disabled = server.user(FIVE[2]).await;
    server.usher.users.set_user_enabled(&disabled, false).await.expect("a user can be disabled");
    let without = NewUser {
        email: FIVE[3].into(),
        password: None,
        admin: false,
        profile: usher_domain::user::Profile::default(),
        locale: None,
    };
    server.usher.users.create_user(without).await.expect("a user needs no password");
    let mut browser = server.browser();
    let page = browser.open(&server.at("/register")).await;
    let form = [("given_name", "Una"), ("family_name", "Proven"), ("email", FIVE[4]), ("password", PASSWORD)];
    browser.submit(&page, &form).await;
}

async fn attempt(server: &TestServer, browser: &Browser<'_>, csrf: &str, email: &str, password: &str) -> Reply {
    server.post_as(browser, "/login", &[("csrf", csrf), ("email", email), ("password", password)]).await
}

on_both_databases! {
    async fn the_right_password_signs_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/account/security")).await;
        assert_eq!(page.url, server.at("/login?next=%2Faccount%2Fsecurity"));
        let landing = browser.sign_in(&page, "ana@example.test").await;
        assert_eq!((landing.status, landing.url.as_str()), (StatusCode::OK, server.at("/account/security").as_str()));
        assert!(landing.body.contains("ana@example.test"));
    }

    /// PW-01: status, body, headers and cookies do not reveal which address is known.
    async fn a_wrong_password_looks_the_same_whoever_it_is_for(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        bootstrap(&server).await;
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/login")).await.value("csrf");
        let mut answers = Vec::new();
        for email in FIVE {
            let reply = attempt(&server, &browser, &csrf, email, "a wrong password it is").await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(reply.set_cookies().is_empty(), "{reply:?}");
            answers.push(reply.fingerprint(email));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
    }

    /// PW-02: the same work is done for all of them, so that the duration reveals nothing either.
    async fn a_wrong_password_costs_the_same_whoever_it_is_for(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        bootstrap(&server).await;
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/login")).await.value("csrf");
        let mut costs = Vec::new();
        for email in FIVE {
            let before = server.usher.core.password_pool.taken_on();
            attempt(&server, &browser, &csrf, email, "a wrong password it is").await;
            costs.push(server.usher.core.password_pool.taken_on() - before);
        }
        assert!(costs.iter().all(|cost| *cost == costs[0] && *cost > 0), "{costs:?}");
    }

    /// PW-01: even the right password of a disabled user only looks wrong.
    async fn a_disabled_user_with_the_right_password_looks_like_a_wrong_password(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        bootstrap(&server).await;
        let mut browser = server.browser();
        let csrf = browser.open(&server.at("/login")).await.value("csrf");
        let mut answers = Vec::new();
        for (email, password) in [(FIVE[2], PASSWORD), (FIVE[1], PASSWORD), (FIVE[0], "a wrong password it is")] {
            let before = server.usher.core.password_pool.taken_on();
            let answer = attempt(&server, &browser, &csrf, email, password).await.fingerprint(email);
            answers.push((answer, server.usher.core.password_pool.taken_on() - before));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
    }

    async fn whoever_has_not_proven_the_address_yet_is_asked_for_the_code(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        bootstrap(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        let landing = browser.submit(&page, &[("email", FIVE[4]), ("password", PASSWORD)]).await;
        assert!(landing.url.starts_with(&server.at("/verify?proof=")), "{}", landing.url);
        assert!(!browser.cookies.contains_key("usher"), "nobody is signed in yet");
        let code = server.emails().await[0].code().expect("a code").to_owned();
        let landing = browser.submit(&landing, &[("code", &code)]).await;
        assert_eq!(landing.url, server.at("/account/profile"));
    }

    /// XS-04: no URL parameter decides where signing in continues.
    async fn no_parameter_says_where_signing_in_leads(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user("ana@example.test").await;
        for target in [
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "/%09/evil.test",
            "https:evil.test",
            "javascript:x",
            "data:x",
        ] {
            let mut browser = server.browser();
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(["continue", "next", "return_to", "redirect_uri", "url"].map(|name| (name, target)))
                .finish();
            let page = browser.open(&server.at(&format!("/login?{query}"))).await;
            assert!(!page.body.contains("evil"), "{target}: {}", page.body);
            let extra = [("next", target), ("continue", target), ("email", "ana@example.test"), ("password", PASSWORD)];
            assert_eq!(browser.submit(&page, &extra).await.url, server.at("/account/profile"), "{target}");
        }
    }
}

#[tokio::test]
async fn what_was_typed_stands_on_the_page_again_but_for_the_password() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.open(&server.at("/login")).await;
    let again = browser.submit(&page, &[("email", "\"><b>x@e.test"), ("password", "s3cret-of-mine")]).await;
    assert_eq!(again.value("email"), "\"><b>x@e.test", "as it was typed, and escaped");
    assert!(!again.body.contains("s3cret-of-mine"));
    assert!(!again.text("[role=alert]").is_empty(), "the page says what is wrong");
}

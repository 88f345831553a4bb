//! Passkeys: creating, using and removing them (WebAuthn Level 3).

use reqwest::StatusCode;

use super::{ANA, at_second_step, events, server_with_app};
use crate::harness::authenticator::{Authenticator, options};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

/// Creates a passkey in a browser that has just signed in.
async fn make(server: &TestServer, browser: &mut Browser<'_>, authenticator: &mut Authenticator) -> Landing {
    let page = browser.open(&server.at("/account/security/passkeys/new")).await;
    let answered = authenticator.create(&page);
    browser.submit(&page, &answered.fields()).await
}

/// The page that asks before the first passkey of a security page is removed.
fn removal(server: &TestServer, security: &Landing) -> String {
    server.at(&security.actions("/rename").remove(0).replace("/rename", "/remove"))
}

/// A user with a passkey.
async fn with_passkey(server: &TestServer) -> Authenticator {
    server.user(ANA).await;
    let mut authenticator = Authenticator::at(&server.url);
    let mut browser = server.signed_in(ANA).await;
    let done = make(server, &mut browser, &mut authenticator).await;
    assert_eq!(done.url, server.at("/account/security?done=passkey"), "{}", done.body);
    authenticator
}

on_both_databases! {
    async fn a_passkey_lets_its_owner_in_and_is_two_factors(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(options(&page, "get")["userVerification"], "required");
        assert_eq!(options(&page, "get")["allowCredentials"].as_array().map(Vec::len), Some(0));
        let answered = authenticator.get(&page);
        let landing = browser.submit(&page, &answered.fields()).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        let account = usher_accounts::Browser::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
        let session = server.usher.accounts.current(&account).await.unwrap().unwrap().session;
        assert_eq!((session.acr.as_str(), session.amr.join(" ").as_str()), ("aal2", "pop user mfa"));
        let security = browser.open(&server.at("/account/security")).await;
        assert_eq!(security.value("name"), "Google Password Manager", "named by its maker");
        server.signed_in(ANA).await;
    }

    async fn what_is_asked_for_suits_autofill_and_small_keys(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let mut authenticator = Authenticator::at(&server.url);
        make(&server, &mut browser, &mut authenticator).await;
        let page = browser.open(&server.at("/account/security/passkeys/new")).await;
        let asked = options(&page, "create");
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "preferred");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(asked["rp"]["id"], "localhost");
        assert_eq!(asked["excludeCredentials"][0]["id"], authenticator.ids()[0].as_str());
        let said = server.http.get(server.at("/.well-known/passkey-endpoints")).send().await.unwrap();
        let said: serde_json::Value = serde_json::from_slice(&said.bytes().await.unwrap()).unwrap();
        assert_eq!(said["enroll"], format!("{}/account/security/passkeys/new", server.url));
    }

    async fn an_answer_is_good_once_here_and_now(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        let answered = authenticator.get(&page);
        let mut other = server.browser();
        let theirs = other.open(&server.at("/login")).await;
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        assert_eq!(other.submit(&theirs, &answered.fields()).await.status, refused, "of another browser");
        assert_eq!(browser.submit(&page, &answered.fields()).await.url, server.at("/account/profile"));
        assert_eq!(browser.submit(&page, &answered.fields()).await.status, refused, "spent");
        let mut late = server.browser();
        let page = late.open(&server.at("/login")).await;
        let answered = authenticator.get(&page);
        server.wait(30 * 60);
        assert_eq!(late.submit(&page, &answered.fields()).await.status, refused, "too late");
        for (state, credential) in [("", ""), ("garbage", "{}"), (answered.state.as_str(), "{}"), ("x", "null")] {
            let page = late.open(&server.at("/login")).await;
            assert_eq!(late.submit(&page, &[("state", state), ("credential", credential)]).await.status, refused);
        }
    }

    async fn a_false_page_an_unverified_person_and_a_stranger_prove_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let mut browser = server.browser();
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        authenticator.origin = "https://evil.test".into();
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(browser.submit(&page, &authenticator.get(&page).fields()).await.status, refused, "another origin");
        authenticator.origin.clone_from(&server.url);
        authenticator.flags &= !0x04;
        let page = browser.open(&server.at("/login")).await;
        assert_eq!(browser.submit(&page, &authenticator.get(&page).fields()).await.status, refused, "not verified");
        authenticator.flags |= 0x04;
        let user = server.usher.users.load_user(ANA).await.unwrap();
        server.usher.factor_rules.reset_factors(&user).await.unwrap();
        let page = browser.open(&server.at("/login")).await;
        let unknown = browser.submit(&page, &authenticator.get(&page).fields()).await;
        assert_eq!(unknown.status, refused);
        assert!(unknown.body.contains("data-passkey-unknown"), "the browser learns that it is gone");
        assert!(!browser.cookies.contains_key("usher"));
    }

    async fn a_disabled_person_does_not_come_in_by_a_passkey(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let user = server.usher.users.load_user(ANA).await.unwrap();
        server.usher.users.set_user_enabled(&user, false).await.unwrap();
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        let landing = browser.submit(&page, &authenticator.get(&page).fields()).await;
        assert_eq!(landing.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_copy_is_noticed_by_its_counter(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        authenticator.counts = true;
        let id = authenticator.ids()[0].clone();
        for (counter, lets_in) in [(4, true), (7, true), (2, false), (6, false), (8, true)] {
            authenticator.set_counter(&id, counter);
            let mut browser = server.browser();
            let page = browser.open(&server.at("/login")).await;
            let landing = browser.submit(&page, &authenticator.get(&page).fields()).await;
            assert_eq!(landing.url == server.at("/account/profile"), lets_in, "{counter}: {}", landing.url);
        }
        let found = events(&server).await.iter().filter(|kind| *kind == "factor.clone_suspected").count();
        assert_eq!(found, 2);
    }

    async fn a_passkey_is_a_second_step_too(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut authenticator = Authenticator::at(&server.url);
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        assert!(!step.body.contains("data-passkey=\"get\""), "there is none yet");
        browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        make(&server, &mut browser, &mut authenticator).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        let asked = options(&step, "get");
        assert_eq!(asked["allowCredentials"].as_array().map(Vec::len), Some(1));
        let landing = browser.submit(&step, &authenticator.get(&step).fields()).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    }

    async fn a_passkey_is_asked_for_after_the_password_where_its_owner_wants_that(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/security")).await;
        browser.press(&page, "always", &[]).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        let landing = browser.submit(&step, &authenticator.get(&step).fields()).await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
    }

    async fn somebody_registers_with_a_passkey_and_no_password(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/register")).await;
        let form = [("given_name", "Ana"), ("family_name", "Souza"), ("email", ANA), ("password", ""), ("passkey", "1")];
        let page = browser.submit(&page, &form).await;
        let emails = server.emails().await;
        let code = emails[0].code().unwrap().to_owned();
        let page = browser.submit(&page, &[("code", &code)]).await;
        assert_eq!(page.url, server.at("/account/security/passkeys/new?first=1"), "{}", page.body);
        let mut authenticator = Authenticator::at(&server.url);
        let done = browser.submit(&page, &authenticator.create(&page).fields()).await;
        assert_eq!(done.url, server.at("/account/security?done=passkey"), "{}", done.body);
        let mut again = server.browser();
        let page = again.open(&server.at("/login")).await;
        let landing = again.submit(&page, &authenticator.get(&page).fields()).await;
        assert_eq!(landing.url, server.at("/account/profile"));
        let last = again.open(&server.at("/account/security")).await;
        let question = again.open(&removal(&server, &last)).await;
        let refused = again.submit(&question, &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the last way in stays");
        assert!(!last.body.contains("name=\"current_password\""));
        let set = again.submit(&last, &[("email", ANA), ("password", PASSWORD)]).await;
        assert_eq!(set.url, server.at("/account/security?done=password"));
        server.signed_in(ANA).await;
    }

    async fn a_passkey_is_renamed_and_removed_by_its_owner_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        server.user("bob@example.test").await;
        let mut ana = server.signed_in(ANA).await;
        let mut bob = server.signed_in("bob@example.test").await;
        let page = ana.open(&server.at("/account/security")).await;
        let rename = page.actions("/rename").remove(0);
        let csrf = bob.open(&server.at("/account/security")).await.value("csrf");
        for action in ["rename", "remove"] {
            let form = [("csrf".to_owned(), csrf.clone()), ("name".to_owned(), "Mine".to_owned())];
            let refused = bob.post(&server.at(&rename.replace("rename", action)), &form).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{action}");
        }
        assert_eq!(bob.open(&removal(&server, &page)).await.status, StatusCode::NOT_FOUND);
        let renamed = ana.press(&page, "rename", &[("name", " My \u{202E}phone ")]).await;
        assert_eq!(renamed.value("name"), "My phone");
        let question = ana.open(&removal(&server, &renamed)).await;
        assert!(question.title().contains("My phone"), "{}", question.title());
        let removed = ana.submit(&question, &[]).await;
        assert!(removed.actions("/rename").is_empty());
        let mut browser = server.browser();
        let page = browser.open(&server.at("/login")).await;
        let landing = browser.submit(&page, &authenticator.get(&page).fields()).await;
        assert_eq!(landing.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_passkey_shows_its_owner_again_before_a_change(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut authenticator = with_passkey(&server).await;
        let mut browser = server.signed_in(ANA).await;
        server.wait(301);
        let again = browser.open(&server.at("/account/security/totp")).await;
        let page = browser.submit(&again, &authenticator.get(&again).fields()).await;
        assert_eq!(page.url, server.at("/account/security/totp"), "{}", page.body);
    }
}

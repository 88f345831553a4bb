//! Changing the password (PW-15, SE-10).

use crate::storage::samples::in_tx;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::header::COOKIE;
use reqwest::{Method, StatusCode};
use serde_json::json;
use usher_accounts::{Browser as Cookies, Device, FlowError, Rejected};
use usher_domain::oauth::client::ClientType;
use usher_domain::secret::Secret;
use usher_mail::EmailMessage;

use crate::harness::database::on_both_databases;
use crate::harness::relying_party::answer;
use crate::harness::server::{PASSWORD, START, TestServer};

const DAY: Duration = Duration::from_hours(24);

const ANA: &str = "ana@example.test";
const NEW: &str = "another quiet blue door";

on_both_databases! {
    async fn a_new_password_ends_every_other_session_and_its_grants_and_emails_the_owner(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut phone = server.browser();
        let code = phone.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let lost = server.exchange(&client, &code).await;
        let mut laptop = server.browser();
        let code = laptop.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let kept = server.exchange(&client, &code).await;
        let page = laptop.open(&server.at("/account/security")).await;
        let done = laptop.submit(&page, &[("current_password", PASSWORD), ("password", NEW)]).await;
        assert_eq!(done.url, server.at("/account/security?done=password"));
        assert!(!done.text("[role=status]").is_empty(), "{}", done.body);
        assert_eq!(phone.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(server.refresh(&client, &lost.text("refresh_token")).await.error(), "invalid_grant");
        assert!(!server.is_active(&client, &lost.text("access_token")).await);
        assert_eq!(laptop.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
        assert_eq!(server.refresh(&client, &kept.text("refresh_token")).await.error(), "ok", "this session goes on");
        let emails = server.emails().await;
        let kinds: Vec<_> = emails.iter().map(EmailMessage::kind).collect();
        assert_eq!((kinds, emails[0].to()), (vec!["password_changed", "new_device"], ANA));
        let page = phone.open(&server.at("/login")).await;
        assert_eq!(phone.sign_in(&page, ANA).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(phone.submit(&page, &[("email", ANA), ("password", NEW)]).await.url, server.at("/account/profile"));
    }

    async fn without_the_current_password_nothing_changes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/security")).await;
        for (current, new, field) in [
            ("", NEW, "current_password"),
            ("a wrong password it is", NEW, "current_password"),
            (PASSWORD, "short", "password"),
            (PASSWORD, ANA, "password"),
            (PASSWORD, "", "password"),
        ] {
            let again = browser.submit(&page, &[("current_password", current), ("password", new)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{current:?} {new:?}");
            assert!(!again.text(&format!("#{field}-error")).is_empty(), "{current:?} {new:?}: {}", again.body);
            assert!(!again.body.contains(PASSWORD));
        }
        assert!(server.emails().await.is_empty());
        assert!(server.signed_in(ANA).await.cookies.contains_key("usher"), "the password is the old one");
    }

    async fn nobody_changes_the_password_of_somebody_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let mut bob = server.signed_in("bob@example.test").await;
        let page = bob.open(&server.at("/account/security")).await;
        let form = [("email", ANA), ("current_password", PASSWORD), ("password", NEW)];
        assert_eq!(
            bob.submit(&page, &form).await.status,
            StatusCode::OK,
            "his own is changed, whatever address he sends"
        );
        server.signed_in(ANA).await;
    }

    async fn of_eight_changes_that_name_the_same_current_password_one_is_made(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        server.user(ANA).await;
        let cookie = server.cookie_of(ANA).await;
        let bodies: Vec<_> = (0..8)
            .map(|one| json!({"current_password": PASSWORD, "new_password": format!("{NEW} {one}")}))
            .collect();
        let changes = bodies.iter().map(|body| {
            answer(server.api(Method::POST, "auth/change-password").header(COOKIE, &cookie).json(body))
        });
        let answers = join_all(changes).await;
        let made: Vec<_> = (0..8).filter(|one| answers[*one].status == 200).collect();
        assert_eq!(made.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status.as_u16())), "{answers:?}");
        for (one, body) in bodies.iter().enumerate() {
            let sign_in = json!({"email": ANA, "password": body["new_password"]});
            let status = server.post_json("auth/login", &sign_in).await.status.as_u16();
            assert_eq!(status, if made == [one] { 200 } else { 401 }, "{one}");
        }
    }

    /// A change that an attacker began is not applied after the owner's report.
    async fn a_change_of_the_password_that_was_begun_before_everything_ended_does_not_hold(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off")]).await;
        let ana = server.user(ANA).await;
        let thief = server.signed_in(ANA).await;
        let mut cookies = Cookies::from_cookies(thief.cookies.get("usher").map(String::as_str), None);
        let account = server.usher.accounts.current(&cookies).await.unwrap().expect("somebody is signed in");
        let (current, new, device) = (Secret::from(PASSWORD), Secret::from(NEW), Device::default());
        in_tx!(server.usher.core.store, |tx| tx.freeze_factors(ana.id, START + DAY).await).unwrap();
        let frozen = server.usher.passwords.change_password(&account, &current, &new, &mut cookies, &device).await;
        assert!(matches!(frozen, Err(FlowError::Rejected(Rejected::Frozen))), "{frozen:?}");
        server.wait(86_400);
        server.usher.users.revoke_user(&ana).await.unwrap();
        let ended = server.usher.passwords.change_password(&account, &current, &new, &mut cookies, &device).await;
        assert!(matches!(ended, Err(FlowError::Rejected(Rejected::NotSignedIn))), "{ended:?}");
        server.signed_in(ANA).await;
        assert!(server.emails().await.iter().all(|email| email.kind() != "password_changed"));
    }
}

#[tokio::test]
async fn password_managers_find_the_way() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let landing = browser.open(&server.at("/.well-known/change-password")).await;
    assert_eq!(landing.url, server.at("/account/security"));
}

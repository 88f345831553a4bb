//! A person's own sessions: seen, and ended one by one or all at once.

use reqwest::StatusCode;
use usher::domain::client::ClientType;
use usher::domain::user::UserStatus;

use crate::harness::database::on_both_databases;
use crate::harness::house::TestUsher;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn one_session_is_ended_and_the_others_stay(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut phone = house.browser();
        let code = phone.go_through(&house.authorize_url(&client, &[]), ANA).await.code();
        let tokens = house.exchange(&client, &code).await;
        let mut desk = house.signed_in(ANA).await;
        let page = desk.open(&house.at("/account/security")).await;
        let sessions = page.values("session");
        assert_eq!(sessions.len(), 2);
        let own = phone.open(&house.at("/account/security")).await;
        let doomed = sessions
            .iter()
            .find(|id| {
                let row = own.body.split("<tr>").find(|row| row.contains(id.as_str())).expect("both pages list it");
                row.contains("badge good")
            })
            .expect("the phone's page marks its own");
        let done = desk.submit(&page, &[("session", doomed)]).await;
        assert_eq!(done.url, house.at("/account/security?done=session"));
        assert_eq!(done.values("session").len(), 1);
        assert_eq!(phone.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(house.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(desk.open(&house.at("/account/profile")).await.url, house.at("/account/profile"));
    }

    /// SE-09: a session of somebody else looks like none at all.
    async fn nobody_ends_a_session_of_somebody_else(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        house.user("bob@example.test").await;
        let mut ana = house.signed_in(ANA).await;
        let hers = ana.open(&house.at("/account/security")).await.value("session");
        let mut bob = house.signed_in("bob@example.test").await;
        let csrf = bob.open(&house.at("/account/security")).await.value("csrf");
        let mut answers = Vec::new();
        for id in [hers.as_str(), "018f0000-0000-7000-8000-000000000000"] {
            let reply = house.post_as(&bob, "/account/security", &[("csrf", &csrf), ("session", id)]).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND);
            answers.push(reply.fingerprint(id));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(ana.open(&house.at("/account/profile")).await.url, house.at("/account/profile"));
    }

    async fn the_page_ends_all_sessions_at_once(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let (mut desk, mut phone) = (house.signed_in(ANA).await, house.signed_in(ANA).await);
        let page = desk.open(&house.at("/account/security")).await;
        assert_eq!(desk.submit(&page, &[("everywhere", "true")]).await.url, house.at("/logout"));
        for browser in [&mut desk, &mut phone] {
            assert_eq!(browser.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
        }
    }

    async fn ending_the_session_at_hand_signs_out(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let mut browser = house.signed_in(ANA).await;
        let page = browser.open(&house.at("/account/security")).await;
        let own = page.value("session");
        assert_eq!(browser.submit(&page, &[("session", &own)]).await.url, house.at("/logout"));
        assert_eq!(browser.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
    }

    /// SE-10: a disabled user is out at once, and in again only by signing in.
    async fn a_disabled_user_is_out_at_once(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let ana = house.user(ANA).await;
        let mut browser = house.signed_in(ANA).await;
        house.usher.set_user_status(&ana, UserStatus::Disabled).await.expect("it can be");
        assert_eq!(browser.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"));
        house.usher.set_user_status(&ana, UserStatus::Active).await.expect("it can be");
        assert_eq!(browser.open(&house.at("/account/profile")).await.url, house.at("/login?next=%2Faccount%2Fprofile"), "what ended stays over");
        house.signed_in(ANA).await;
    }

    /// The page holds no secret of any session.
    async fn the_list_shows_no_secret(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let phone = house.signed_in(ANA).await;
        let mut desk = house.signed_in(ANA).await;
        let page = desk.open(&house.at("/account/security")).await;
        for secret in [&phone.cookies["usher"], &desk.cookies["usher"], &phone.cookies["usher_browser"]] {
            assert!(!page.body.contains(secret.as_str()));
        }
    }
}

//! A user's own sessions: listed, and ended one by one or all at once.

use reqwest::header::USER_AGENT;
use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};
use crate::web::wire::send;

const ANA: &str = "ana@example.test";

on_both_databases! {
    async fn one_session_is_ended_and_the_others_stay(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut phone = server.browser();
        let code = phone.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let tokens = server.exchange(&client, &code).await;
        let mut laptop = server.signed_in(ANA).await;
        let page = laptop.open(&server.at("/account/sessions")).await;
        let sessions = page.values("session");
        assert_eq!(sessions.len(), 2);
        let own = phone.open(&server.at("/account/sessions")).await;
        let doomed = sessions
            .iter()
            .find(|id| {
                let row = own.body.split("<li>").find(|row| row.contains(id.as_str())).expect("both pages list it");
                row.contains("badge good")
            })
            .expect("the phone's page marks its own");
        let done = laptop.submit(&page, &[("session", doomed)]).await;
        assert_eq!(done.url, server.at("/account/sessions?done=session"));
        assert_eq!(done.values("session").len(), 1);
        assert_eq!(phone.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(laptop.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
    }

    /// SE-09: a session of another user is not found.
    async fn nobody_ends_a_session_of_somebody_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bob@example.test").await;
        let mut ana = server.signed_in(ANA).await;
        let hers = ana.open(&server.at("/account/sessions")).await.value("session");
        let mut bob = server.signed_in("bob@example.test").await;
        let csrf = bob.open(&server.at("/account/sessions")).await.value("csrf");
        let mut answers = Vec::new();
        for id in [hers.as_str(), "018f0000-0000-7000-8000-000000000000"] {
            let reply = server.post_as(&bob, "/account/sessions/end", &[("csrf", &csrf), ("session", id)]).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND);
            answers.push(reply.fingerprint(id));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(ana.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
    }

    async fn the_page_ends_all_sessions_at_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (mut laptop, mut phone) = (server.signed_in(ANA).await, server.signed_in(ANA).await);
        let page = laptop.open(&server.at("/account/sessions")).await;
        let done = laptop.press(&page, "end-all", &[]).await;
        assert_eq!((done.status, done.values("session").len()), (StatusCode::OK, 0), "{}", done.body);
        for browser in [&mut laptop, &mut phone] {
            assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        }
    }

    async fn ending_the_session_at_hand_signs_out(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/sessions")).await;
        let own = page.value("session");
        let done = browser.submit(&page, &[("session", &own)]).await;
        assert_eq!((done.status, done.values("session").len()), (StatusCode::OK, 0), "{}", done.body);
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
    }

    /// SE-10: disabling a user ends the sessions; the user must sign in again afterwards.
    async fn a_disabled_user_is_out_at_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be");
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        server.usher.users.set_user_enabled(&ana, true).await.expect("it can be");
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"), "what ended stays over");
        server.signed_in(ANA).await;
    }

    /// The page contains no session secret.
    async fn the_list_shows_no_secret(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let phone = server.signed_in(ANA).await;
        let mut laptop = server.signed_in(ANA).await;
        let page = laptop.open(&server.at("/account/sessions")).await;
        for secret in [&phone.cookies["usher"], &laptop.cookies["usher"], &phone.cookies["usher_browser"]] {
            assert!(!page.body.contains(secret.as_str()));
        }
    }

    async fn all_others_are_ended_and_this_one_stays(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (mut laptop, mut phone) = (server.signed_in(ANA).await, server.signed_in(ANA).await);
        let page = laptop.open(&server.at("/account/sessions")).await;
        let done = laptop.press(&page, "end-others", &[]).await;
        assert_eq!(done.url, server.at("/account/sessions?done=others"));
        assert_eq!(done.values("session").len(), 1);
        assert!(!done.text("[role=status]").is_empty());
        assert_eq!(phone.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
    }

    /// A `User-Agent` is untrusted: the page shows a recognized name or none.
    async fn a_session_is_named_in_words_and_never_as_it_calls_itself(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        for agent in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "Your bank <b>calls</b>: 555",
        ] {
            let mut browser = server.browser();
            let page = browser.open(&server.at("/login")).await;
            let form = [("csrf", page.value("csrf")), ("email", ANA.into()), ("password", PASSWORD.into())];
            let request = server.ask(Method::POST, "/login", &browser.cookies).header(USER_AGENT, agent).form(&form);
            assert_eq!(send(request).await.status, StatusCode::SEE_OTHER);
        }
        let mut laptop = server.signed_in(ANA).await;
        let page = laptop.open(&server.at("/account/sessions")).await;
        let shown = page.text(".rows");
        assert!(shown.contains("Firefox on Linux") && shown.contains("This computer"), "{shown}");
        assert!(shown.contains("password"), "{shown}");
        assert!(!page.body.contains("bank") && !page.body.contains("Gecko"), "{shown}");
    }

    /// A malformed request is rejected and ends nothing.
    async fn garbage_is_no_session(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let csrf = browser.open(&server.at("/account/sessions")).await.value("csrf");
        for garbage in ["", "x", "../..", "%00", "018f"] {
            let reply = server.post_as(&browser, "/account/sessions/end", &[("csrf", &csrf), ("session", garbage)]).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{garbage:?}");
        }
        assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
    }
}

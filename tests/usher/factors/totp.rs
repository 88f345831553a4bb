//! The authenticator app.

use std::time::Duration;

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use super::{ANA, at_second_step, events, server_with_app};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::{PASSWORD, TestServer};

on_both_databases! {
    async fn a_password_alone_lets_nobody_in_who_has_an_app(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        assert!(!browser.cookies.contains_key("usher"), "nobody is signed in yet");
        for path in ["/account/profile", "/account/security/totp"] {
            assert!(browser.open(&server.at(path)).await.url.contains("/login?next="), "{path}");
        }
        let wrong = browser.submit(&step, &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!wrong.text("[role=alert]").is_empty());
        let done = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        assert_eq!(done.url, server.at("/account/profile"));
        assert!(events(&server).await.iter().any(|kind| kind == "session.second_factor_failed"));
    }

    /// MF-01, MF-07
    async fn a_code_works_once_whatever_the_session_and_the_clock(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.second_factor", "off"), ("limits.sign_in", "off")]).await;
        let app = server_with_app(&server).await;
        let code = app.code(server.now());
        let mut steps = Vec::new();
        for _ in 0..4 {
            let mut browser = server.browser();
            let page = at_second_step(&server, &mut browser).await;
            steps.push((browser, page));
        }
        let given = [("code", code.as_str())];
        let tries = steps.iter_mut().map(|(browser, page)| browser.submit(page, &given));
        let landed = futures_util::future::join_all(tries).await;
        let inside = landed.iter().filter(|one| one.url == server.at("/account/profile")).count();
        assert_eq!(inside, 1, "{:?}", landed.iter().map(|one| &one.url).collect::<Vec<_>>());
        server.clock.turn_back(Duration::from_secs(600));
        let mut browser = server.browser();
        let page = at_second_step(&server, &mut browser).await;
        for at in [server.now(), server.now() + Duration::from_secs(600)] {
            let again = browser.submit(&page, &[("code", &app.code(at))]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "the highest step is kept");
        }
    }

    async fn a_wrong_code_and_one_that_was_used_are_called_so_in_every_language(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.second_factor", "off"), ("limits.sign_in", "off")]).await;
        let app = server_with_app(&server).await;
        let code = app.code(server.now());
        let mut first = server.browser();
        let step = at_second_step(&server, &mut first).await;
        assert_eq!(first.submit(&step, &[("code", &code)]).await.url, server.at("/account/profile"));
        for (lang, wrong, used, recovery) in [
            ("en", "authenticator app", "the next one", "recovery codes"),
            ("pt-BR", "aplicativo autenticador", "o próximo", "códigos de recuperação"),
            ("uk", "програма-автентифікатор", "наступний", "резервних кодів"),
        ] {
            let mut browser = server.browser();
            browser.open(&server.at(&format!("/login?ui_locales={lang}"))).await;
            let step = at_second_step(&server, &mut browser).await;
            let said = browser.submit(&step, &[("code", "000000")]).await.text("[role=alert]");
            assert!(said.contains(wrong), "{lang}: {said}");
            let said = browser.submit(&step, &[("code", &code)]).await.text("[role=alert]");
            assert!(said.contains(used), "{lang}: {said}");
            let page = browser.open(&format!("{}&with=recovery", step.url)).await;
            for typed in ["0000-0000-0000-0000", "ABCD-ABCD-ABCD-ABCD"] {
                let said = browser.submit(&page, &[("code", typed)]).await.text("[role=alert]");
                assert!(said.contains(recovery), "{lang}: {said}");
            }
        }
    }

    /// MF-02
    async fn guesses_are_limited_across_sign_ins_and_the_owner_is_emailed(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.sign_in", "off"), ("limits.second_factor", "10/hour")]).await;
        server_with_app(&server).await;
        let (mut evaluated, mut over) = (0, 0);
        for _ in 0..6 {
            let mut browser = server.browser();
            let page = at_second_step(&server, &mut browser).await;
            for _ in 0..7 {
                match browser.submit(&page, &[("code", "000000")]).await.status {
                    StatusCode::UNPROCESSABLE_ENTITY => evaluated += 1,
                    StatusCode::BAD_REQUEST => over += 1,
                    status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
                }
            }
        }
        assert!(evaluated <= 10, "{evaluated} guesses were looked at");
        assert_eq!(over, 12, "five to a sign-in: two of seven come too late, six times");
        let found = server.emails().await.iter().filter(|email| email.kind() == "codes_guessed").count();
        assert_eq!(found, 1);
    }

    /// MF-04
    async fn no_step_is_skipped_borrowed_or_kept_for_later(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let page = at_second_step(&server, &mut browser).await;
        let code = app.code(server.now());
        let mut other = server.browser();
        other.open(&server.at("/login")).await;
        assert_eq!(other.open(&page.url).await.status, StatusCode::BAD_REQUEST, "another browser");
        let forged = page.url.replace("pending=", "pending=A");
        assert_eq!(browser.open(&forged).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(browser.open(&server.at("/login/second")).await.status, StatusCode::BAD_REQUEST);
        let empty = browser.submit(&page, &[("code", "")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        server.wait(601);
        let late = browser.submit(&page, &[("code", &code)]).await;
        assert_eq!(late.status, StatusCode::BAD_REQUEST, "ten minutes are over");
        assert!(!browser.cookies.contains_key("usher"));
    }

    /// A password change between the steps invalidates the first step.
    async fn a_password_changed_meanwhile_takes_the_first_step_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut thief = server.browser();
        let page = at_second_step(&server, &mut thief).await;
        let mut owner = server.browser();
        let step = at_second_step(&server, &mut owner).await;
        owner.submit(&step, &[("code", &app.code(server.now()))]).await;
        let security = owner.open(&server.at("/account/security")).await;
        let new = [("current_password", PASSWORD), ("password", "another quiet blue door")];
        assert_eq!(owner.submit(&security, &new).await.url, server.at("/account/security?done=password"));
        server.wait(30);
        let late = thief.submit(&page, &[("code", &app.code(server.now()))]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", late.url);
        assert!(!thief.cookies.contains_key("usher"));
    }

    /// MF-08
    async fn tokens_say_how_the_person_signed_in_and_go_on_saying_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let step = browser.sign_in(&page, ANA).await;
        let consent = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        let code = browser.submit(&consent, &[("decision", "allow")]).await.code();
        let first = server.exchange(&client, &code).await;
        server.wait(100);
        let second = server.refresh(&client, &first.text("refresh_token")).await;
        for answer in [&first, &second] {
            let claims = payload(&answer.text("id_token"));
            assert_eq!((claims["acr"].as_str(), &claims["amr"]), (Some("aal2"), &serde_json::json!(["pwd", "otp", "mfa"])));
            assert_eq!(payload(&answer.text("access_token"))["acr"], "aal2");
        }
    }

    /// MF-09
    async fn an_administrator_resets_factors_and_the_seed_is_never_seen_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let user = server.usher.users.load_user(ANA).await.unwrap();
        let sealed = server.database.store.find_totp(user.id).await.unwrap().unwrap();
        assert!(!sealed.windows(app.seed.len()).any(|window| window == app.seed), "the seed is sealed");
        server.usher.factor_rules.reset_factors(&user).await.unwrap();
        assert!(events(&server).await.iter().any(|kind| kind == "factor.reset"));
        assert!(server.emails().await.iter().any(|email| email.kind() == "factors_reset"));
        server.signed_in(ANA).await;
    }

    /// PW-14
    async fn a_recovered_password_is_one_factor_still(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/recover")).await;
        browser.submit(&page, &[("email", ANA)]).await;
        let emails = server.emails().await;
        let link = emails.iter().find(|one| one.kind() == "recovery").and_then(|one| one.link()).unwrap();
        let page = browser.open(link).await;
        browser.submit(&page, &[("password", "another quiet blue door")]).await;
        assert!(!browser.cookies.contains_key("usher"));
        let page = browser.open(&server.at("/login")).await;
        let step = browser.submit(&page, &[("email", ANA), ("password", "another quiet blue door")]).await;
        assert!(step.url.contains("/login/second"), "{}", step.url);
        let done = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        assert_eq!(done.url, server.at("/account/profile"));
    }
}

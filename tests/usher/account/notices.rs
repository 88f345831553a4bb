//! Security emails, and "this wasn't me".

use reqwest::StatusCode;
use reqwest::header::USER_AGENT;
use usher_domain::oauth::client::ClientType;
use usher_mail::EmailMessage;

use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const NEW: &str = "another quiet blue door";

/// The newest email of this kind.
async fn email(server: &TestServer, kind: &str) -> Option<EmailMessage> {
    server.emails().await.into_iter().find(|email| email.kind() == kind)
}

async fn kinds(server: &TestServer) -> Vec<String> {
    server.emails().await.iter().map(|email| email.kind().to_owned()).collect()
}

on_both_databases! {
    async fn a_sign_in_with_a_strange_browser_sends_an_email_and_one_with_a_known_browser_does_not(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut laptop = server.signed_in(ANA).await;
        assert!(server.emails().await.is_empty(), "the first browser ever is no stranger");
        let out = laptop.open(&server.at("/logout")).await;
        laptop.submit(&out, &[("logout", "yes")]).await;
        let page = laptop.open(&server.at("/login")).await;
        laptop.sign_in(&page, ANA).await;
        assert!(server.emails().await.is_empty(), "it is known by its mark, signed in or not");
        server.signed_in(ANA).await;
        let notice = email(&server, "new_device").await.expect("the second browser is a stranger");
        assert_eq!((notice.to(), kinds(&server).await.len()), (ANA, 1));
        assert!(notice.text().contains("This computer"), "{}", notice.text());
        assert!(notice.link().is_some_and(|link| link.starts_with(&server.at("/account/not-me?token="))));
    }

    async fn opening_the_link_of_an_email_changes_nothing_and_its_button_ends_everything(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut owner = server.signed_in(ANA).await;
        let mut thief = server.browser();
        let code = thief.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let stolen = server.exchange(&client, &code).await;
        let link = email(&server, "new_device").await.and_then(|notice| notice.link().map(str::to_owned));
        let link = link.expect("a strange browser gets an email");
        let mut reader = server.browser();
        for _ in 0..2 {
            assert_eq!(reader.open(&link).await.status, StatusCode::OK);
        }
        assert_eq!(server.refresh(&client, &stolen.text("refresh_token")).await.error(), "ok", "a scanner opened it");
        let page = reader.open(&link).await;
        let token = page.value("token");
        let done = reader.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for browser in [&mut owner, &mut thief] {
            assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/login?next=%2Faccount%2Fprofile"));
        }
        assert!(!server.is_active(&client, &stolen.text("access_token")).await);
        let again = reader.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!((again.status, reader.open(&link).await.status), (StatusCode::GONE, StatusCode::GONE));
        let events = server.database.count("select count(*) from event where kind = 'user.disowned'").await;
        assert_eq!(events, 1, "of {}", ana.id);
        let back = email(&server, "way_back").await.and_then(|notice| notice.link().map(str::to_owned));
        let page = owner.open(&back.expect("there is a way back")).await;
        let set = owner.submit(&page, &[("password", NEW)]).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        assert!(email(&server, "password_recovered").await.is_some());
        let page = owner.open(&server.at("/login")).await;
        assert_eq!(owner.submit(&page, &[("email", ANA), ("password", NEW)]).await.url, server.at("/account/profile"));
    }

    async fn for_a_day_after_it_nobody_changes_the_password_from_within(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.signed_in(ANA).await;
        let mut thief = server.signed_in(ANA).await;
        let link = email(&server, "new_device").await.and_then(|notice| notice.link().map(str::to_owned));
        let mut owner = server.browser();
        let page = owner.open(&link.expect("a link")).await;
        owner.submit(&page, &[("token", &page.value("token"))]).await;
        let page = thief.open(&server.at("/login")).await;
        let refused = thief.sign_in(&page, ANA).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the old password opens nothing any more");
        let back = email(&server, "way_back").await.and_then(|notice| notice.link().map(str::to_owned));
        let page = owner.open(&back.expect("there is a way back")).await;
        owner.submit(&page, &[("password", NEW)]).await;
        let page = thief.open(&server.at("/login")).await;
        thief.submit(&page, &[("email", ANA), ("password", NEW)]).await;
        let change = async |browser: &mut crate::harness::browser::Browser<'_>| {
            let page = browser.open(&server.at("/account/security")).await;
            browser.submit(&page, &[("current_password", NEW), ("password", PASSWORD)]).await.status
        };
        assert_eq!(change(&mut thief).await, StatusCode::FORBIDDEN);
        server.wait(24 * 3600);
        assert_eq!(change(&mut thief).await, StatusCode::OK);
    }

    async fn a_link_is_good_for_a_week_and_for_nobody_who_guesses(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.signed_in(ANA).await;
        let mut other = server.signed_in(ANA).await;
        let link = email(&server, "new_device").await.and_then(|notice| notice.link().map(str::to_owned));
        let link = link.expect("a strange browser gets an email");
        for wrong in ["x", "../../etc/passwd", &"A".repeat(43)] {
            let page = other.open(&server.at(&format!("/account/not-me?token={wrong}"))).await;
            assert_eq!(page.status, StatusCode::GONE, "{wrong}");
        }
        server.wait(7 * 24 * 3600 + 1);
        assert_eq!(other.open(&link).await.status, StatusCode::GONE);
    }

    /// A recovery link that an attacker had mailed is invalid after the report.
    async fn saying_it_was_not_me_spoils_every_other_way_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.signed_in(ANA).await;
        let mut thief = server.signed_in(ANA).await;
        let link = email(&server, "new_device").await.and_then(|notice| notice.link().map(str::to_owned));
        let page = thief.open(&server.at("/recover")).await;
        thief.submit(&page, &[("email", ANA)]).await;
        let stolen = email(&server, "recovery").await.and_then(|notice| notice.link().map(str::to_owned));
        let mut owner = server.browser();
        let page = owner.open(&link.expect("a link")).await;
        let token = page.value("token");
        owner.submit(&page, &[("token", token.as_str())]).await;
        assert_eq!(thief.open(&stolen.expect("a link")).await.status, StatusCode::GONE);
    }

    async fn a_strange_browser_is_named_by_what_it_is_and_never_by_what_it_says(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.signed_in(ANA).await;
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            ("<b>your bank, call 555 now</b>", "An unknown browser"),
        ] {
            let mut browser = server.browser();
            let page = browser.open(&server.at("/login")).await;
            let form = [("csrf", page.value("csrf")), ("email", ANA.into()), ("password", PASSWORD.into())];
            let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            let request = server.http.post(server.at("/login")).header(USER_AGENT, agent);
            let reply = request.header("cookie", cookie.join("; ")).form(&form).send().await.expect("an answer");
            assert_eq!(reply.status(), StatusCode::SEE_OTHER);
            let notice = email(&server, "new_device").await.expect("it is a stranger");
            assert!(notice.text().contains(words) && !notice.html().contains("bank"), "{}", notice.text());
        }
    }
}

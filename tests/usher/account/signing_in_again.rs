//! Account pages that require signing in first: the user returns to the requested page, which says what was not done.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const NEW: &str = "ana.new@example.test";

/// Presses a button whose form the test browser does not fill in.
async fn press(
    server: &TestServer,
    browser: &mut Browser<'_>,
    page: &Landing,
    path: &str,
    field: [&str; 2],
) -> Landing {
    let form = [("csrf".to_owned(), page.value("csrf")), (field[0].to_owned(), field[1].to_owned())];
    browser.post(&server.at(path), &form).await
}

on_both_databases! {
    async fn the_link_to_a_new_address_is_kept_by_a_browser_that_has_to_sign_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/email")).await;
        browser.submit(&page, &[("email", NEW)]).await;
        let link = server.emails().await[0].link().expect("a link").to_owned();
        let mut other = server.browser();
        let sign_in = other.open(&link).await;
        let page = other.sign_in(&sign_in, ANA).await;
        assert_eq!(page.url, link);
        other.cookies.remove("usher");
        let token = page.value("token");
        let sign_in = other.submit(&page, &[("token", &token)]).await;
        let page = other.sign_in(&sign_in, ANA).await;
        assert!(page.url.starts_with(&link), "the form keeps it too: {}", page.url);
        let done = other.submit(&page, &[("token", &token)]).await;
        assert_eq!(done.url, server.at("/account/profile?done=email"), "{}", done.body);
    }

    async fn a_change_that_was_not_made_has_to_be_repeated_and_the_page_says_so(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.signed_in(ANA).await;
        let page = browser.open(&server.at("/account/security")).await;
        server.wait(301);
        let asked = press(&server, &mut browser, &page, "/account/security/second-step/always", ["x", "x"]).await;
        assert!(asked.url.ends_with("&again=1"), "{}", asked.url);
        let back = browser.submit(&asked, &[("password", PASSWORD)]).await;
        assert_eq!(back.url, server.at("/account/security?done=repeat"));
        assert!(back.text("main .notice").contains("Nothing was changed yet"), "{}", back.body);
        let done = press(&server, &mut browser, &back, "/account/security/second-step/always", ["x", "x"]).await;
        assert_eq!(done.url, server.at("/account/security?done=factor"));
    }

    async fn a_form_of_somebody_signed_out_is_called_not_done(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.tokens(&mut server.signed_in(ANA).await, &server.client(ClientType::Web, |_| {}).await, ANA).await;
        for (path, then, field) in [
            ("/account/security/second-step/always", "/account/security", ["x", "x"]),
            ("/account/sessions/end-others", "/account/sessions", ["x", "x"]),
            ("/account/apps", "/account/apps", ["client", "x"]),
            ("/account/identities/unlink", "/account/identities", ["unlink", "x"]),
            ("/account/data/delete", "/account/data", ["confirmation", "x"]),
        ] {
            let mut browser = server.signed_in(ANA).await;
            let page = browser.open(&server.at("/account/security")).await;
            browser.cookies.remove("usher");
            let asked = press(&server, &mut browser, &page, path, field).await;
            let back = browser.sign_in(&asked, ANA).await;
            assert_eq!(back.url, server.at(&format!("{then}?done=repeat")));
            assert!(back.text("main .notice").contains("Nothing was changed yet"), "{then}: {}", back.body);
        }
    }

    async fn signing_in_leads_to_the_page_of_the_console_that_was_asked_for(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.database.execute("update users set admin = true").await;
        let url = server.at(&format!("/console/projects/{}/members", server.project));
        let mut browser = server.browser();
        let page = browser.open(&url).await;
        assert_eq!(browser.sign_in(&page, ANA).await.url, url);
    }

    async fn addresses_are_shown_in_their_own_script(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (written, ana) = ("ana@пример.рф", "ana@xn--e1afmkfd.xn--p1ai");
        server.user(written).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at(&format!("/login?login_hint={ana}"))).await;
        assert_eq!(page.value("email"), written);
        let mut pages = vec![page.clone(), browser.sign_in(&page, written).await];
        for path in ["/account/security", "/account/data", "/account/email", "/login/accounts", "/logout", "/login?next=%2Faccount%2Fdata&again=1"] {
            pages.push(browser.open(&server.at(path)).await);
        }
        pages.push(browser.open(&server.authorize_url(&client, &[])).await);
        let recover = browser.open(&server.at("/recover")).await;
        browser.submit(&recover, &[("email", written)]).await;
        pages.push(browser.open(server.emails().await[0].link().expect("a link")).await);
        for page in pages {
            assert_eq!(page.status, StatusCode::OK, "{}", page.url);
            let shown = page.body.replace(&format!("login_hint={ana}"), "");
            assert!(!shown.contains("xn--"), "{}: {}", page.url, page.body);
            assert!(page.body.contains(written), "{}: {}", page.url, page.body);
        }
    }
}

//! Emails during a sign-in: the user returns to the application, in the browser that began the sign-in.

use reqwest::StatusCode;
use serde_json::Value;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const UNA: &str = "una@example.test";
const NEW: &str = "another quiet blue door";

async fn client(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, |metadata| metadata.first_party = true).await
}

/// From the sign-in page of a client's request to the page that waits for the recovery email.
async fn forget(server: &TestServer, browser: &mut Browser<'_>, client: &RegisteredClient) -> Landing {
    let page = browser.open(&server.authorize_url(client, &[])).await;
    let page = browser.open(&server.at(&page.link("/recover"))).await;
    let sent = browser.submit(&page, &[("email", ANA)]).await;
    assert!(sent.url.starts_with(&server.at("/recover/sent?proof=")), "{}", sent.url);
    sent
}

/// From the sign-in page of a client's request to the page that waits for the code.
async fn register(server: &TestServer, browser: &mut Browser<'_>, client: &RegisteredClient) -> Landing {
    let page = browser.open(&server.authorize_url(client, &[])).await;
    let page = browser.open(&server.at(&page.link("/register"))).await;
    let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("password", PASSWORD)];
    browser.submit(&page, &form).await
}

async fn link(server: &TestServer) -> String {
    server.emails().await[0].link().expect("a link").to_owned()
}

/// The link of the email to this page.
async fn link_to(server: &TestServer, path: &str) -> String {
    let emails = server.emails().await;
    let begins = server.at(path);
    let found = emails[0].text().lines().find(|line| line.starts_with(&begins)).map(str::to_owned);
    found.unwrap_or_else(|| panic!("no link to {path} in {}", emails[0].text()))
}

/// Does polling tell the waiting page that it can continue?
async fn goes_on(server: &TestServer, browser: &Browser<'_>, page: &Landing) -> bool {
    let reply = server.get_as(browser, &page.attribute("[data-wait]", "data-wait")).await;
    assert_eq!(reply.status, StatusCode::OK);
    let answer: Value = serde_json::from_str(&reply.body).expect("JSON");
    answer["done"] == true
}

on_both_databases! {
    async fn who_registers_again_returns_to_the_application_from_the_email(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(UNA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        register(&server, &mut browser, &client).await;
        let (sign_in, recover) = (link_to(&server, "/login").await, link_to(&server, "/recover").await);
        let page = browser.open(&recover).await;
        assert!(page.url.contains("interaction="), "a new password returns to the application too: {}", page.url);
        let page = browser.open(&sign_in).await;
        let landing = browser.submit(&page, &[("email", UNA), ("password", PASSWORD)]).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn the_email_takes_nobody_to_the_sign_in_of_another_browser(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(UNA).await;
        let client = client(&server).await;
        register(&server, &mut server.browser(), &client).await;
        let sign_in = link_to(&server, "/login").await;
        let mut other = server.browser();
        let page = other.open(&sign_in).await;
        assert!(!page.url.contains("interaction="), "{}", page.url);
        let landing = other.submit(&page, &[("email", UNA), ("password", PASSWORD)]).await;
        assert!(landing.url.starts_with(&server.at("/account")), "{}", landing.url);
        for garbage in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            let page = other.open(&server.at(&format!("/recover?proof={garbage}"))).await;
            assert_eq!(page.status, StatusCode::OK, "{garbage}");
        }
    }

    async fn a_forgotten_password_returns_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        forget(&server, &mut browser, &client).await;
        let page = browser.open(&link(&server).await).await;
        let done = browser.submit(&page, &[("password", NEW)]).await;
        let again = browser.open(&done.url).await;
        assert_eq!((again.status, again.title()), (done.status, done.title()), "loaded again, it says the same");
        let page = browser.open(&server.at(&done.link("/login"))).await;
        assert_eq!(page.value("email"), ANA, "the address is filled in");
        let landing = browser.submit(&page, &[("password", NEW)]).await;
        assert_eq!(landing.answer("state"), Some("st4te".into()), "{}", landing.url);
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn without_a_client_a_forgotten_password_returns_to_the_page_that_was_asked_for(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/account/sessions")).await;
        let page = browser.open(&server.at(&page.link("/recover"))).await;
        browser.submit(&page, &[("email", ANA)]).await;
        let page = browser.open(&link(&server).await).await;
        let done = browser.submit(&page, &[("password", NEW)]).await;
        let page = browser.open(&server.at(&done.link("/login"))).await;
        assert_eq!(page.value("email"), ANA);
        assert_eq!(browser.submit(&page, &[("password", NEW)]).await.url, server.at("/account/sessions"));
    }

    async fn a_link_in_another_browser_sends_the_person_back_to_the_window_where_they_began(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let (mut laptop, mut phone) = (server.browser(), server.browser());
        let sent = forget(&server, &mut laptop, &client).await;
        assert!(!goes_on(&server, &laptop, &sent).await);
        let page = phone.open(&link(&server).await).await;
        let done = phone.submit(&page, &[("password", NEW)]).await;
        assert!(done.body.contains("Continue in the window where you began"), "{}", done.body);
        assert!(!done.link("/login").contains("interaction"), "the request of the first browser stays there");
        assert!(!phone.cookies.contains_key("usher"), "and nobody is signed in");
        assert!(goes_on(&server, &laptop, &sent).await);
        assert!(!goes_on(&server, &phone, &sent).await, "no other browser is told");
        let page = laptop.open(&server.at(&sent.attribute("[data-wait]", "data-then"))).await;
        assert!(page.body.contains("Your new password is saved"), "{}", page.body);
        assert_eq!(page.value("email"), ANA);
        assert!(!laptop.cookies.contains_key("usher"), "a link that somebody else opens signs nobody in");
        let landing = laptop.submit(&page, &[("password", NEW)]).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    /// Without a script the page is reloaded, or its button is pressed.
    async fn the_waiting_page_goes_on_without_a_script(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let (mut laptop, mut phone) = (server.browser(), server.browser());
        let sent = forget(&server, &mut laptop, &client).await;
        let page = laptop.open(&server.at(&sent.link("/login"))).await;
        assert!(page.body.contains("name=\"password\""), "the button leads to the sign-in page, whatever happened");
        let page = phone.open(&link(&server).await).await;
        phone.submit(&page, &[("password", NEW)]).await;
        let page = laptop.open(&sent.url).await;
        assert!(page.body.contains("Your new password is saved"), "{}", page.body);
        assert!(phone.open(&sent.url).await.url.ends_with("/recover"), "to any other browser it is no page at all");
    }

    async fn a_used_link_leads_on_with_the_request(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        forget(&server, &mut browser, &client).await;
        let link = link(&server).await;
        let page = browser.open(&link).await;
        browser.submit(&page, &[("password", NEW)]).await;
        let over = browser.open(&link).await;
        assert_eq!(over.status, StatusCode::GONE);
        assert!(over.link("/recover").contains("interaction="), "ask again");
        let page = browser.open(&server.at(&over.link("/login"))).await;
        let landing = browser.submit(&page, &[("email", ANA), ("password", NEW)]).await;
        landing.code();
        let elsewhere = server.browser().open(&link).await;
        assert!(!elsewhere.body.contains("interaction="), "not so in another browser");
    }

    async fn a_registration_proven_in_another_browser_goes_on_where_it_began(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let (mut laptop, mut phone) = (server.browser(), server.browser());
        let waits = register(&server, &mut laptop, &client).await;
        assert!(!goes_on(&server, &laptop, &waits).await);
        let early = laptop.press(&waits, "continue", &[]).await;
        assert!(early.body.contains("not confirmed yet"), "{}", early.body);
        let page = phone.open(&link(&server).await).await;
        let done = phone.submit(&page, &[("password", PASSWORD)]).await;
        assert!(done.body.contains("Continue in the window where you began"), "{}", done.body);
        assert_eq!(phone.open(&done.url).await.title(), done.title(), "loaded again, it says the same");
        assert_eq!(server.browser().open(&done.url).await.url, server.at("/login"), "to nobody else");
        assert!(goes_on(&server, &laptop, &waits).await);
        let landing = laptop.press(&waits, "continue", &[]).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    /// Going back after signing out does not sign in again.
    async fn a_registration_goes_on_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let (mut laptop, mut phone) = (server.browser(), server.browser());
        let waits = register(&server, &mut laptop, &client).await;
        let page = phone.open(&link(&server).await).await;
        phone.submit(&page, &[("password", PASSWORD)]).await;
        let (mut twin, mut other) = (server.browser(), server.browser());
        twin.cookies.clone_from(&laptop.cookies);
        laptop.press(&waits, "continue", &[]).await.code();
        let page = twin.press(&waits, "continue", &[]).await;
        assert!(page.body.contains("name=\"password\"") && !twin.cookies.contains_key("usher"), "{}", page.url);
        let csrf = other.open(&server.at("/login")).await.value("csrf");
        let path = waits.url.trim_start_matches(&server.url).replace("/verify", "/verify/continue");
        let reply = server.post_as(&other, &path, &[("csrf", &csrf)]).await;
        assert_eq!(reply.status, StatusCode::GONE, "another browser is told nothing");
    }

    async fn a_registration_proven_in_its_own_browser_signs_in_nobody_a_second_time(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let waits = register(&server, &mut browser, &client).await;
        let code = server.emails().await[0].code().expect("a code").to_owned();
        browser.submit(&waits, &[("code", &code)]).await.code();
        browser.cookies.remove("usher");
        assert!(!goes_on(&server, &browser, &waits).await);
        let page = browser.press(&waits, "continue", &[]).await;
        assert!(page.body.contains("name=\"password\"") && !browser.cookies.contains_key("usher"), "{}", page.url);
    }

    /// A registration with another person's address, who opens the link: the account is the reader's only.
    async fn a_registration_without_a_password_signs_in_its_reader_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let (mut stranger, mut reader) = (server.browser(), server.browser());
        let page = stranger.open(&server.authorize_url(&client, &[])).await;
        let page = stranger.open(&server.at(&page.link("/register"))).await;
        let form = [("given_name", "Una"), ("family_name", "N"), ("email", UNA), ("passkey", "1")];
        let waits = stranger.submit(&page, &form).await;
        let page = reader.open(&link(&server).await).await;
        reader.press(&page, "link", &[]).await;
        assert!(reader.cookies.contains_key("usher"));
        let page = stranger.press(&waits, "continue", &[]).await;
        assert!(!stranger.cookies.contains_key("usher"), "{}", page.url);
        assert!(page.url.starts_with(&server.at("/login?interaction=")), "{}", page.url);
    }

    async fn a_password_changed_meanwhile_signs_nobody_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let (mut laptop, mut phone) = (server.browser(), server.browser());
        let waits = register(&server, &mut laptop, &client).await;
        let page = phone.open(&link(&server).await).await;
        phone.submit(&page, &[("password", PASSWORD)]).await;
        let page = phone.open(&server.at("/account/security")).await;
        phone.submit(&page, &[("current_password", PASSWORD), ("password", NEW)]).await;
        laptop.press(&waits, "continue", &[]).await;
        assert!(!laptop.cookies.contains_key("usher"));
    }
}

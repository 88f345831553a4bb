//! From a client's request to its tokens.

use usher_domain::oauth::client::ClientType;

use super::{ANA, BOB, SCOPE, call_centre, mailed_link, use_ciba};
use crate::factors;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn a_person_who_is_asked_by_email_allows_it_and_the_client_gets_its_tokens_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = call_centre(&server).await;
        let asked = server.ciba_asks(&client, &[]).await;
        assert_eq!((asked.json["expires_in"].as_u64(), asked.json["interval"].as_u64()), (Some(600), Some(5)));
        assert_eq!(asked.headers["cache-control"], "no-store");
        let id = asked.text("auth_req_id");
        assert!(id.len() >= 43, "160 bits are recommended: {id}");
        assert_eq!(server.ciba_poll(&client, &id).await.error(), "authorization_pending");

        let emails = server.emails().await;
        assert!(emails[0].text().contains("Test web") && !emails[0].text().contains("W4SCT"), "{}", emails[0].text());
        let mut browser = server.browser();
        let page = browser.open_request(ANA).await;
        for shown in ["Test web", "W4SCT", "Your email address", "This computer", "Did you start this", "not-me"] {
            assert!(page.body.contains(shown), "{shown} in {}", page.body);
        }
        let done = browser.submit(&page, &[("decision", "allow")]).await;
        assert_eq!((done.status.as_u16(), done.title().contains("signed in")), (200, true), "{done:?}");

        server.wait(5);
        let tokens = server.ciba_poll(&client, &id).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert_eq!(tokens.text("scope"), SCOPE);
        let id_token = payload(&tokens.text("id_token"));
        assert_eq!((id_token["sub"].as_str(), id_token["amr"][0].as_str()), (Some(ana.sub.0.as_str()), Some("pwd")));
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
        assert_eq!(browser.open(&done.url).await.title(), done.title(), "the page can be reloaded");
    }

    async fn the_account_shows_what_waits_and_the_address_of_the_page_suffices(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let mut browser = server.browser();
        let login = browser.open(&server.at("/ciba")).await;
        let nothing = browser.sign_in(&login, ANA).await;
        assert_eq!(nothing.status, 410, "nothing waits: {nothing:?}");
        server.ciba_request(&client).await;
        server.wait(1);
        let id = server.ciba_request(&client).await;
        let overview = browser.open(&server.at("/account")).await;
        assert_eq!(overview.body.matches("Test web asks you to sign in").count(), 2, "{}", overview.body);
        let page = browser.open(&server.at("/ciba")).await;
        browser.submit(&page, &[("decision", "allow")]).await;
        assert_eq!(server.ciba_poll(&client, &id).await.status, 200, "the newest was answered");
        let overview = browser.open(&server.at("/account")).await;
        assert_eq!(overview.body.matches("Test web asks you to sign in").count(), 1, "{}", overview.body);
    }

    async fn access_is_shown_among_the_applications_and_ends_there(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let id = server.ciba_request(&client).await;
        let mut browser = server.browser();
        browser.answer_request("allow").await;
        let tokens = server.ciba_poll(&client, &id).await;
        let page = browser.open(&server.at("/account/apps")).await;
        assert!(page.body.contains("Test web"), "{}", page.body);
        browser.submit(&page, &[("client", &client.client.id.0)]).await;
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
    }

    async fn a_no_and_a_report_reach_the_client_and_are_in_the_log(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let mut browser = server.browser();
        for (decision, title) in [("deny", "You are not signed in"), ("not-me", "nobody got in")] {
            let id = server.ciba_request(&client).await;
            let done = browser.answer_request(decision).await;
            assert!(done.title().contains(title), "{done:?}");
            for _ in 0..2 {
                let told = server.ciba_poll(&client, &id).await;
                assert_eq!((told.status.as_u16(), told.error()), (400, "access_denied"));
            }
        }
        for (kind, count) in [
            ("select count(*) from event where kind = 'ciba.requested'", 2),
            ("select count(*) from event where kind = 'ciba.denied'", 1),
            ("select count(*) from event where kind = 'ciba.reported'", 1),
            ("select count(*) from grants", 0),
        ] {
            assert_eq!(server.database.count(kind).await, count, "{kind}");
        }
    }

    async fn a_client_that_was_reported_does_not_reach_the_person_for_a_day_and_cannot_tell(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let (client, other) = (call_centre(&server).await, call_centre(&server).await);
        server.ciba_request(&client).await;
        let mut browser = server.browser();
        browser.answer_request("not-me").await;
        let mailed = server.emails().await.len();
        let id = server.ciba_request(&client).await;
        assert_eq!(server.ciba_poll(&client, &id).await.error(), "authorization_pending");
        assert_eq!(server.emails().await.len(), mailed, "nobody is asked");
        server.ciba_request(&other).await;
        assert_eq!(server.emails().await.len(), mailed + 1, "another client is not muted");
        server.wait(24 * 3_600);
        server.ciba_request(&client).await;
        assert_eq!(server.emails().await.len(), mailed + 2, "the day is over");
    }

    /// DV-04
    async fn what_ended_after_the_answer_is_no_longer_worth_tokens(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut asked = Vec::new();
        for _ in 0..3 {
            let (client, mut browser) = (call_centre(&server).await, server.browser());
            let id = server.ciba_request(&client).await;
            browser.answer_request("allow").await;
            let mark = usher_accounts::Browser::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
            let account = server.usher.accounts.current(&mark).await.expect("an answer").expect("signed in");
            asked.push((client, id, account));
        }
        let [(first, first_id, signed_out), (second, second_id, account), (third, third_id, _)] = &asked[..] else {
            panic!("three requests");
        };
        server.usher.sign_outs.sign_out(signed_out).await.expect("it can be done");
        assert_eq!(server.ciba_poll(first, first_id).await.error(), "invalid_grant", "the session has ended");
        let id = second.client.id.clone();
        server.usher.applications.withdraw_consent(account, id).await.expect("it can be done");
        assert_eq!(server.ciba_poll(second, second_id).await.error(), "invalid_grant", "the consent is withdrawn");
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be done");
        assert_eq!(server.ciba_poll(third, third_id).await.error(), "invalid_grant", "the user is disabled");
        assert_eq!(server.database.count("select count(*) from grants").await, 0);
    }

    async fn the_tokens_outlive_the_browser_of_the_answer(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let id = server.ciba_request(&client).await;
        let mut browser = server.browser();
        browser.answer_request("allow").await;
        let tokens = server.ciba_poll(&client, &id).await;
        let mark = usher_accounts::Browser::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
        let account = server.usher.accounts.current(&mark).await.expect("an answer").expect("signed in");
        server.usher.sign_outs.sign_out(&account).await.expect("it can be done");
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
    }
}

/// DV-01
#[tokio::test]
async fn a_link_never_allows_by_itself() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Web, |client| {
            use_ciba(client);
            client.first_party = true;
        })
        .await;
    let mut browser = server.browser();
    server.ciba_request(&client).await;
    browser.answer_request("allow").await;
    let id = server.ciba_request(&client).await;
    let page = browser.open(&mailed_link(&server).await).await;
    assert!(page.body.contains("name=\"decision\""), "signed in and with an earlier consent: {page:?}");
    assert!(page.body.contains("Only go on if you started this"), "{page:?}");
    assert_eq!(server.ciba_poll(&client, &id).await.error(), "authorization_pending");
}

/// DV-01
#[tokio::test]
async fn nobody_else_answers_whatever_they_hold() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    server.user(BOB).await;
    let client = call_centre(&server).await;
    let id = server.ciba_request(&client).await;
    let mut bob = server.browser();
    let page = bob.open_request(BOB).await;
    assert!(page.body.contains("name=\"password\""), "only Ana may sign in for it: {page:?}");
    let page = bob.sign_in(&page, BOB).await;
    assert!(page.body.contains("name=\"password\""), "{page:?}");

    let mut ana = server.browser();
    let asking = ana.open_request(ANA).await;
    let stolen = asking.answer("interaction").expect("a request");
    let forged = bob.open(&server.at("/device")).await;
    let csrf = scraped(&forged.body, "csrf");
    for decision in ["allow", "deny", "not-me"] {
        let values = [("csrf", &*csrf), ("interaction", &stolen), ("decision", decision)];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let refused = bob.post(&server.at("/consent"), &values).await;
        assert_eq!(refused.status, 400, "{decision}: {refused:?}");
    }
    assert_eq!(server.ciba_poll(&client, &id).await.error(), "authorization_pending");
    ana.submit(&asking, &[("decision", "allow")]).await;
    server.wait(5);
    assert_eq!(server.ciba_poll(&client, &id).await.status, 200);
}

fn scraped(body: &str, name: &str) -> String {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\"")).expect("a hidden field");
    rest.split('"').next().expect("a value").to_owned()
}

/// Another account of the browser does not answer for the one that is asked.
#[tokio::test]
async fn of_two_accounts_in_one_browser_the_asked_one_answers() {
    let server = TestServer::start().await;
    let ana = server.user(ANA).await;
    server.user(BOB).await;
    let client = call_centre(&server).await;
    let mut browser = server.browser();
    for email in [ANA, BOB] {
        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, email).await;
    }
    let id = server.ciba_request(&client).await;
    browser.answer_request("allow").await;
    let tokens = server.ciba_poll(&client, &id).await;
    assert_eq!(payload(&tokens.text("id_token"))["sub"], ana.sub.0);
}

/// MF-08
#[tokio::test]
async fn a_client_that_requires_two_factors_does_so_here() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Web, |client| {
            use_ciba(client);
            client.require_second_factor = true;
        })
        .await;
    let id = server.ciba_request(&client).await;
    let mut browser = server.browser();
    let page = browser.open_request(ANA).await;
    assert!(page.url.contains("/login/enrol"), "{}", page.url);
    let done = browser.submit(&page, &[("interaction", &page.answer("interaction").expect("a request"))]).await;
    assert!(done.title().contains("You are not signed in"), "{done:?}");
    assert_eq!(server.ciba_poll(&client, &id).await.error(), "access_denied");
}

#[tokio::test]
async fn the_requested_authentication_context_is_asked_for() {
    let server = TestServer::start().await;
    let app = factors::server_with_app(&server).await;
    let client = call_centre(&server).await;
    let asked = server.ciba_asks(&client, &[("acr_values", "aal2")]).await;
    let mut browser = server.browser();
    let page = browser.open_request(ANA).await;
    assert!(page.body.contains("name=\"code\""), "the second step: {page:?}");
    let page = browser.submit(&page, &[("code", &app.code(server.now()))]).await;
    browser.submit(&page, &[("decision", "allow")]).await;
    let tokens = server.ciba_poll(&client, &asked.text("auth_req_id")).await;
    assert_eq!(payload(&tokens.text("id_token"))["acr"], "aal2");
}

#[tokio::test]
async fn a_disabled_client_is_told_nothing_and_asks_nobody() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = call_centre(&server).await;
    let id = server.ciba_request(&client).await;
    let link = mailed_link(&server).await;
    server.usher.clients.set_client_disabled(&client.client.id, true).await.expect("it can be done");
    assert_eq!(server.ciba_poll(&client, &id).await.error(), "invalid_client");
    let mut browser: Browser<'_> = server.browser();
    let page = browser.open(&link).await;
    assert_eq!(page.status, 400, "{page:?}");
}

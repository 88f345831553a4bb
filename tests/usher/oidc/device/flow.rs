//! From the device's request to its tokens.

use usher_domain::oauth::client::ClientType;
use usher_protocol::device::DEVICE_CODE_GRANT;

use super::{ANA, SCOPE, television};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{CHALLENGE, VERIFIER, payload};
use crate::harness::server::TestServer;

on_both_databases! {
    async fn a_person_allows_a_device_on_another_screen_and_it_gets_its_tokens_once(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let client = television(&server).await;
        let asked = server.device_asks(&client).await;
        assert_eq!((asked.json["expires_in"].as_u64(), asked.json["interval"].as_u64()), (Some(600), Some(5)));
        assert_eq!(asked.text("verification_uri"), format!("{}/device", server.url));
        let code = asked.text("user_code");
        assert_eq!(asked.text("verification_uri_complete"), format!("{}/device?user_code={code}", server.url));
        assert_eq!((code.len(), code.chars().nth(4)), (9, Some('-')), "{code}");
        assert_eq!(asked.headers["cache-control"], "no-store");
        let device_code = asked.text("device_code");
        assert_eq!(server.poll(&client, &device_code).await.error(), "authorization_pending");

        let mut browser = server.browser();
        let page = browser.type_code(&format!(" {} ", code.to_lowercase().replace('-', " ")), ANA).await;
        for shown in ["Test device", code.as_str(), "Your email address", "This computer"] {
            assert!(page.body.contains(shown), "{shown} in {}", page.body);
        }
        let done = browser.submit(&page, &[("decision", "allow")]).await;
        assert_eq!((done.status.as_u16(), done.title().contains("connected")), (200, true), "{done:?}");

        server.wait(5);
        let tokens = server.poll(&client, &device_code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert_eq!(tokens.text("scope"), SCOPE);
        let id_token = payload(&tokens.text("id_token"));
        assert_eq!((id_token["sub"].as_str(), id_token["amr"][0].as_str()), (Some(ana.sub.0.as_str()), Some("pwd")));
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.status, 200);
        assert_eq!(browser.open(&done.url).await.title(), done.title(), "the page can be reloaded");
    }

    async fn a_device_keeps_its_access_when_the_person_signs_out_where_they_allowed_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let asked = server.device_asks(&client).await;
        let mut browser = server.browser();
        browser.answer_device(&asked.text("user_code"), "allow").await;
        let tokens = server.poll(&client, &asked.text("device_code")).await;
        let sid = payload(&tokens.text("access_token"))["sid"].clone();

        let mark = usher_accounts::Browser::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
        let account = server.usher.accounts.current(&mark).await.expect("an answer").expect("somebody is signed in");
        assert_ne!(sid, account.session.id.to_string());
        let sessions = server.usher.profiles.sessions_of(&account).await.expect("an answer");
        let of_device = sessions.iter().find(|session| sid == session.id.to_string()).expect("it is in the list");
        server.usher.sign_outs.sign_out(&account).await.expect("it can be done");
        let refreshed = server.refresh(&client, &tokens.text("refresh_token")).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");

        let page = browser.open(&server.at("/login")).await;
        browser.sign_in(&page, ANA).await;
        let page = browser.open(&server.at("/account/sessions")).await;
        browser.submit(&page, &[("session", &of_device.id.to_string())]).await;
        assert_eq!(server.refresh(&client, &refreshed.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(server.userinfo(&refreshed.text("access_token")).await.status, 401);
    }

    async fn a_no_reaches_the_device_and_both_answers_are_in_the_log(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = television(&server).await;
        let (denied, allowed) = (server.device_asks(&client).await, server.device_asks(&client).await);
        let mut browser = server.browser();
        let done = browser.answer_device(&denied.text("user_code"), "deny").await;
        assert!(done.title().contains("not connected"), "{done:?}");
        browser.answer_device(&allowed.text("user_code"), "allow").await;
        for _ in 0..2 {
            let told = server.poll(&client, &denied.text("device_code")).await;
            assert_eq!((told.status.as_u16(), told.error()), (400, "access_denied"));
        }
        assert_eq!(server.database.count("select count(*) from event where kind = 'device.denied'").await, 1);
        assert_eq!(server.database.count("select count(*) from event where kind = 'device.allowed'").await, 1);
    }

    /// DV-04
    async fn what_ended_after_the_answer_is_no_longer_worth_tokens(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let mut devices = Vec::new();
        for _ in 0..3 {
            let (client, mut browser) = (television(&server).await, server.browser());
            let asked = server.device_asks(&client).await;
            browser.answer_device(&asked.text("user_code"), "allow").await;
            let mark = usher_accounts::Browser::from_cookies(browser.cookies.get("usher").map(String::as_str), None);
            let account = server.usher.accounts.current(&mark).await.expect("an answer").expect("signed in");
            devices.push((client, asked.text("device_code"), account));
        }
        let [(first, first_code, signed_out), (second, second_code, account), (third, third_code, _)] = &devices[..]
        else {
            panic!("three devices");
        };
        server.usher.sign_outs.sign_out(signed_out).await.expect("it can be done");
        assert_eq!(server.poll(first, first_code).await.error(), "invalid_grant", "the session has ended");
        let id = second.client.id.clone();
        server.usher.applications.withdraw_consent(account, id).await.expect("it can be done");
        assert_eq!(server.poll(second, second_code).await.error(), "invalid_grant", "the consent is withdrawn");
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be done");
        assert_eq!(server.poll(third, third_code).await.error(), "invalid_grant", "the user is disabled");
        assert_eq!(server.database.count("select count(*) from grants").await, 0);
    }
}

/// DV-01
#[tokio::test]
async fn a_link_with_the_code_never_connects_by_itself() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Device, |client| {
            client.redirect_uris.clear();
            client.first_party = true;
        })
        .await;
    let mut browser = server.browser();
    let first = server.device_asks(&client).await;
    browser.answer_device(&first.text("user_code"), "allow").await;
    assert_eq!(server.poll(&client, &first.text("device_code")).await.status, 200);

    let second = server.device_asks(&client).await;
    let page = browser.open(&second.text("verification_uri_complete")).await;
    assert!(page.body.contains(&second.text("user_code")), "the code is filled in");
    assert_eq!(server.poll(&client, &second.text("device_code")).await.error(), "authorization_pending");
    let page = browser.submit(&page, &[("user_code", &second.text("user_code"))]).await;
    assert!(page.body.contains("name=\"decision\""), "signed in and with an earlier consent: {page:?}");
    assert!(page.body.contains("If somebody sent you this code"), "{page:?}");
    server.wait(5);
    assert_eq!(server.poll(&client, &second.text("device_code")).await.error(), "authorization_pending");
}

/// MF-08
#[tokio::test]
async fn a_client_that_requires_two_factors_does_so_for_devices() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Device, |client| client.require_second_factor = true).await;
    let asked = server.device_asks(&client).await;
    let mut browser = server.browser();
    let page = browser.type_code(&asked.text("user_code"), ANA).await;
    assert!(page.url.contains("/login/enrol"), "{}", page.url);
    let done = browser.submit(&page, &[("interaction", &page.answer("interaction").expect("a request"))]).await;
    assert!(done.title().contains("not connected"), "{done:?}");
    assert_eq!(server.poll(&client, &asked.text("device_code")).await.error(), "access_denied");
}

#[tokio::test]
async fn a_device_may_use_pkce_and_then_must() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = television(&server).await;
    let challenge = [("scope", SCOPE), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let asked = server.call(&client, "/oauth2/device", &challenge).await;
    let code = asked.text("device_code");
    server.browser().answer_device(&asked.text("user_code"), "allow").await;
    assert_eq!(server.poll(&client, &code).await.error(), "invalid_grant", "no verifier");
    let grant = [("grant_type", DEVICE_CODE_GRANT), ("device_code", &*code)];
    let with = async |verifier| {
        server.call(&client, "/oauth2/token", &[grant[0], grant[1], ("code_verifier", verifier)]).await
    };
    assert_eq!(with(CHALLENGE).await.error(), "invalid_grant", "a wrong verifier");
    assert_eq!(with(VERIFIER).await.status, 200);
}

#[tokio::test]
async fn what_only_other_clients_may_do_is_refused() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (tv, web) = (television(&server).await, server.client(ClientType::Web, |_| ()).await);
    let refused = server.call(&web, "/oauth2/device", &[("scope", SCOPE)]).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "unauthorized_client"));
    let radio = television(&server).await;
    let asked = server.device_asks(&tv).await;
    assert_eq!(server.poll(&web, &asked.text("device_code")).await.error(), "unauthorized_client");
    assert_eq!(server.poll(&radio, &asked.text("device_code")).await.error(), "invalid_grant");
    let page = server.browser().open(&server.authorize_url(&tv, &[("redirect_uri", "https://rp.test/cb")])).await;
    assert_eq!(page.status, 400, "a device has no redirect URI: {page:?}");
    for (form, error) in [
        (&[][..], "invalid_scope"),
        (&[("scope", "nothing")], "invalid_scope"),
        (&[("scope", SCOPE), ("scope", SCOPE)], "invalid_request"),
        (&[("scope", SCOPE), ("code_challenge", "short"), ("code_challenge_method", "S256")], "invalid_request"),
    ] {
        assert_eq!(server.call(&tv, "/oauth2/device", form).await.error(), error, "{form:?}");
    }
    let unknown = server.http.post(server.at("/oauth2/device")).form(&[("client_id", "nobody"), ("scope", SCOPE)]);
    assert_eq!(unknown.send().await.expect("an answer").status(), 401);
}

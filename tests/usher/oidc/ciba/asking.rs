//! What a client may ask for, and what it learns about people.

use usher_domain::oauth::client::ClientType;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::scope::Scope;

use super::{ANA, BOB, CIBA, SCOPE, call_centre, mailed_link, use_ciba};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn a_client_cannot_tell_who_exists(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.ciba", "3/hour")]).await;
        let ana = server.user(ANA).await;
        let disabled = server.user(BOB).await;
        server.usher.users.set_user_enabled(&disabled, false).await.expect("it can be done");
        let client = call_centre(&server).await;
        for hint in [ANA, BOB, "nobody@example.test", &ana.sub.0, "no-such-sub", "ana souza"] {
            let asked = server.ciba_asks(&client, &[("login_hint", hint)]).await;
            assert_eq!((asked.status.as_u16(), asked.json["expires_in"].as_u64()), (200, Some(600)), "{hint}");
            let id = asked.text("auth_req_id");
            assert_eq!(server.ciba_poll(&client, &id).await.error(), "authorization_pending", "{hint}");
            server.wait(1);
            assert_eq!(server.ciba_poll(&client, &id).await.error(), "slow_down", "{hint}");
            for n in 1..4 {
                let again = server.ciba_asks(&client, &[("login_hint", hint)]).await;
                assert_eq!(again.status, if n < 3 { 200 } else { 429 }, "{hint}: request {n}");
            }
        }
        server.wait(600);
        let events = server.database.count("select count(*) from event where kind = 'ciba.requested'").await;
        assert_eq!(events, 18, "each request is in the log of the operator");
        let told = "select count(*) from event where kind like 'ciba.%' and project_id is not null";
        assert_eq!(server.database.count(told).await, 0, "and in no project's");
    }

    /// The time of an answer shows what was written before it.
    async fn a_request_for_nobody_writes_what_one_for_a_person_writes(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = call_centre(&server).await;
        let rows = async || {
            let mut rows = Vec::new();
            for counted in [
                "select count(*) from throttle", "select count(*) from ciba_request", "select count(*) from event",
            ] {
                rows.push(server.database.count(counted).await);
            }
            rows
        };
        let mut written = Vec::new();
        for hint in [ANA, "nobody@example.test"] {
            let before = rows().await;
            assert_eq!(server.ciba_asks(&client, &[("login_hint", hint)]).await.status, 200);
            let after = rows().await;
            written.push(after.iter().zip(&before).map(|(after, before)| after - before).collect::<Vec<_>>());
        }
        assert_eq!(written[0], written[1]);
        assert_eq!(server.emails().await.len(), 1, "nobody gets none");
    }

    async fn a_client_cannot_bombard_a_person(db: TestDatabase) {
        let server = TestServer::on(db, &[("limits.ciba", "2/hour")]).await;
        server.user(ANA).await;
        for n in 0..4 {
            let client = call_centre(&server).await;
            for _ in 0..2 {
                server.ciba_request(&client).await;
            }
            let refused = server.ciba_asks(&client, &[]).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (429, "temporarily_unavailable"));
            assert!(refused.headers.contains_key("retry-after"));
            let mailed = server.emails().await.len();
            assert_eq!(mailed, if n < 2 { (n + 1) * 2 } else { 4 }, "the clients share the person's emails");
        }
        let mut browser = server.browser();
        let page = browser.open(&server.at("/ciba")).await;
        let page = browser.sign_in(&page, ANA).await;
        assert!(page.body.contains("name=\"decision\""), "a request without an email is on the page: {page:?}");
    }

    async fn an_id_token_of_the_client_names_its_user(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let ana = server.user(ANA).await;
        let (client, other) = (call_centre(&server).await, server.client(ClientType::Web, |_| ()).await);
        let id = server.ciba_request(&client).await;
        let mut browser = server.browser();
        browser.answer_request("allow").await;
        let own = server.ciba_poll(&client, &id).await.text("id_token");
        let foreign = server.tokens(&mut browser, &other, ANA).await.text("id_token");
        server.wait(3_600);
        let hint = [("login_hint", ""), ("id_token_hint", &*own)];
        let asked = server.ciba_asks(&client, &hint).await;
        assert_eq!(asked.status, 200, "an expired one will do: {asked:?}");
        browser.answer_request("allow").await;
        assert_eq!(server.ciba_poll(&client, &asked.text("auth_req_id")).await.status, 200);
        let (start, end) = own.split_at(own.len() - 10);
        let altered = format!("{start}{}{}", if end.starts_with('A') { "B" } else { "A" }, &end[1..]);
        for bad in [&*foreign, "x", &own[..own.len() - 4], &altered] {
            let refused = server.ciba_asks(&client, &[("login_hint", ""), ("id_token_hint", bad)]).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"), "{bad}");
        }
        server.usher.users.set_user_enabled(&ana, false).await.expect("it can be done");
        let gone = server.ciba_asks(&client, &hint).await;
        assert_eq!((gone.status.as_u16(), gone.error()), (400, "unknown_user_id"));
    }
}

#[tokio::test]
async fn every_fault_of_a_request_has_its_error() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = call_centre(&server).await;
    for (changes, error) in [
        (&[("scope", "")][..], "invalid_scope"),
        (&[("scope", "profile")], "invalid_scope"),
        (&[("login_hint", "")], "invalid_request"),
        (&[("id_token_hint", "a.b.c")], "invalid_request"),
        (&[("login_hint", ""), ("login_hint_token", "a")], "invalid_request"),
        (&[("binding_message", "a\nb")], "invalid_binding_message"),
        (&[("requested_expiry", "0")], "invalid_request"),
        (&[("resource", "orders")], "invalid_target"),
        (&[("resource", "https://unknown.example")], "invalid_target"),
        (&[("request", "a.b.c")], "invalid_request"),
        (&[("login_hint", ANA), ("login_hint", ANA)], "invalid_request"),
    ] {
        let refused = server.ciba_asks(&client, changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, error), "{changes:?}");
    }
    assert!(server.emails().await.is_empty(), "nobody was asked");
    let asked = server.ciba_asks(&client, &[("user_code", "1234"), ("requested_expiry", "30")]).await;
    assert_eq!((asked.status.as_u16(), asked.json["expires_in"].as_u64()), (200, Some(30)), "user codes are ignored");
    let asked = server.ciba_asks(&client, &[("requested_expiry", "86400")]).await;
    assert_eq!(asked.json["expires_in"], 1_800);
}

#[tokio::test]
async fn only_registered_clients_that_prove_themselves_ask() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, web) = (call_centre(&server).await, server.client(ClientType::Web, |_| ()).await);
    let refused = server.ciba_asks(&web, &[]).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "unauthorized_client"));
    let id = server.ciba_request(&client).await;
    assert_eq!(server.ciba_poll(&web, &id).await.error(), "unauthorized_client");
    let other = call_centre(&server).await;
    assert_eq!(server.ciba_poll(&other, &id).await.error(), "invalid_grant");
    let form = [("client_id", &*client.client.id.0), ("scope", SCOPE), ("login_hint", ANA)];
    let refused = answer(server.http.post(server.at(CIBA)).form(&form)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    for query in ["client_secret=x", "auth_req_id=x", "id_token_hint=x", "client_notification_token=x"] {
        let request = server.http.post(server.at(&format!("{CIBA}?{query}"))).form(&form);
        assert_eq!(answer(request).await.status, 400, "{query}");
    }
    let public = server.usher.clients.edit_client(&web.client.id, |mut metadata| {
        metadata.grant_types.push(CIBA_GRANT.to_owned());
        metadata.token_endpoint_auth_method = usher_protocol::client::metadata::AuthMethod::None;
        metadata
    });
    assert!(public.await.is_err(), "a public client cannot be registered for it");
}

#[tokio::test]
async fn a_request_for_an_api_is_a_request_for_that_api() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let orders = "https://api.shop.example";
    server.api_of(server.project, orders, crate::apis::settings(&["orders:read"])).await;
    let client = server
        .client(ClientType::Web, |client| {
            use_ciba(client);
            client.scope = Scope::of(["openid", "orders:read"]);
        })
        .await;
    let asked = server.ciba_asks(&client, &[("scope", "openid orders:read"), ("resource", orders)]).await;
    let mut browser = server.browser();
    let page = browser.open_request(ANA).await;
    assert!(page.body.contains("May orders:read"), "{}", page.body);
    browser.submit(&page, &[("decision", "allow")]).await;
    let id = asked.text("auth_req_id");
    let poll = [("grant_type", CIBA_GRANT), ("auth_req_id", &*id)];
    let elsewhere = [&poll[..], &[("resource", "https://x.example")]].concat();
    let refused = server.call(&client, "/oauth2/token", &elsewhere).await;
    assert_eq!(refused.error(), "invalid_target", "it is not used up");
    let tokens = server.call(&client, "/oauth2/token", &poll).await;
    let claims = crate::harness::relying_party::payload(&tokens.text("access_token"));
    assert_eq!((&claims["aud"][0], &claims["scope"]), (&orders.into(), &"orders:read".into()));
}

#[tokio::test]
async fn the_table_and_the_emails_reveal_no_auth_req_id() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[]).await;
    server.user(ANA).await;
    let client = call_centre(&server).await;
    let id = server.ciba_request(&client).await;
    let file = server.database.url.trim_start_matches("sqlite://").to_owned();
    let mut bytes = std::fs::read(&file).expect("the database");
    bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    assert!(!bytes.windows(id.len()).any(|window| window == id.as_bytes()), "it is stored");
    assert!(!mailed_link(&server).await.contains(&id));
}

/// CO-06
#[tokio::test]
async fn an_auth_req_id_is_no_other_code_and_no_other_code_is_one() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Web, |client| {
            client.grant_types.push(CIBA_GRANT.to_owned());
            client.grant_types.push(usher_protocol::device::DEVICE_CODE_GRANT.to_owned());
        })
        .await;
    let id = server.ciba_request(&client).await;
    let mut browser = server.browser();
    let landing = browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
    browser.answer_request("allow").await;
    assert_eq!(server.exchange(&client, &id).await.error(), "invalid_grant");
    assert_eq!(server.refresh(&client, &id).await.error(), "invalid_grant");
    let as_device = [("grant_type", usher_protocol::device::DEVICE_CODE_GRANT), ("device_code", &*id)];
    assert_eq!(server.call(&client, "/oauth2/token", &as_device).await.error(), "invalid_grant");
    assert!(!server.is_active(&client, &id).await);
    assert_eq!(server.ciba_poll(&client, &landing.code()).await.error(), "invalid_grant");
    let device_code = server.call(&client, "/oauth2/device", &[("scope", "openid")]).await.text("device_code");
    assert_eq!(server.ciba_poll(&client, &device_code).await.error(), "invalid_grant");
    let link = mailed_link(&server).await;
    let (_, name) = link.split_once("request=").expect("a name");
    assert_eq!(server.ciba_poll(&client, name).await.error(), "invalid_grant", "the name in the link is none");
    assert_eq!(server.ciba_poll(&client, &id).await.status, 200);
}

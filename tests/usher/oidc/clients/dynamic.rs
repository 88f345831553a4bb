//! Dynamic registration (RFC 7591), and management of the registration (RFC 7592).

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::id::ClientId;
use usher_domain::oauth::client_origin::SHARED_PROJECT;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::id_jag::JWT_BEARER_GRANT;
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

use crate::api::projects::admin_only_value;
use crate::api::{By, call};
use crate::apis::{ANA, ORDERS, scope, settings};
use crate::console::administrator;
use crate::harness::client_key::changed;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, CALLBACK, answer, count};
use crate::harness::server::TestServer;

pub const REGISTER: &str = "/oauth2/register";

/// A server with this value of `registration.dynamic`.
pub async fn registering(database: TestDatabase, dynamic: &str) -> TestServer {
    let settings = [("registration.dynamic", dynamic), ("limits.client_secret", "off")];
    let server = TestServer::on(database, &settings).await;
    server.user(ANA).await;
    server
}

/// The metadata of an application, with these changes.
pub fn metadata(changes: &Value) -> Value {
    let usual = json!({
        "client_name": "Notes", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"], "contacts": ["dev@rp.test"],
    });
    changed(usual, changes)
}

impl TestServer {
    /// A registration, with a bearer token if one is given.
    pub async fn register(&self, token: Option<&str>, document: &Value) -> Answer {
        self.registration(Method::POST, REGISTER, token, document).await
    }

    /// A request about a registration.
    pub async fn registration(&self, method: Method, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let request = self.http.request(method, self.at(path));
        let request = if body.is_null() { request } else { request.json(body) };
        answer(token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)).await
    }

    /// The client that an answer tells of.
    pub async fn registered(&self, told: &Answer) -> RegisteredClient {
        assert_eq!(told.status, StatusCode::CREATED, "{told:?}");
        let client = self.usher.core.store.find_client(&ClientId(told.text("client_id"))).await.unwrap();
        let secret = told.json["client_secret"].as_str().map(str::to_owned);
        RegisteredClient { client: client.expect("it is stored"), secret }
    }

    async fn initial_token(&self, max_clients: u32) -> Value {
        let body = json!({"name": "Agents", "max_clients": max_clients});
        let path = format!("/projects/{}/initial-tokens", self.project);
        let made = call(self, By::Token(&self.project_token), Method::POST, &path, &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        made.json
    }
}

/// Path of the registration, and its token.
fn management(told: &Answer) -> (String, String) {
    let url = told.text("registration_client_uri");
    let path = url.split_once("/oauth2/").expect("a URL of the server").1;
    (format!("/oauth2/{path}"), told.text("registration_access_token"))
}

on_both_databases! {
    async fn anybody_registers_where_it_is_open_and_signs_people_in_after_their_consent(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({"software_id": "x", "unknown": [1]}))).await;
        let client = server.registered(&told).await;
        assert_eq!((told.json["client_secret_expires_at"].as_i64(), client.client.project_id), (Some(0), SHARED_PROJECT));
        assert_eq!(told.headers["cache-control"], "no-store");
        for (member, value) in [
            ("redirect_uris", json!([CALLBACK])), ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("id_token_signed_response_alg", json!("RS256")), ("contacts", json!(["dev@rp.test"])),
        ] {
            assert_eq!(told.json[member], value, "{member}");
        }
        assert!(told.json.get("first_party").is_none() && told.json.get("unknown").is_none(), "{told:?}");
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let page = browser.sign_in(&page, ANA).await;
        assert!(page.body.contains("Nobody here has checked this application"), "{}", page.body);
        let code = browser.submit(&page, &[("decision", "allow")]).await.code();
        let tokens = server.exchange(&client, &code).await;
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 200);
        let silent = browser.open(&server.authorize_url(&client, &[("prompt", "none")])).await;
        silent.code();
    }

    async fn an_initial_token_registers_so_many_clients_in_its_project_and_no_more(db: TestDatabase) {
        let server = registering(db, "token").await;
        for token in [None, Some("wrong"), Some(server.project_token.as_str())] {
            let refused = server.register(token, &metadata(&json!({}))).await;
            assert_eq!((refused.status, refused.error()), (StatusCode::UNAUTHORIZED, "invalid_token"), "{token:?}");
            assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"), "{refused:?}");
        }
        let made = server.initial_token(3).await;
        let token = made["initial_access_token"].as_str().expect("it is told once").to_owned();
        let document = metadata(&json!({}));
        let answers = join_all((0..8).map(|_| server.register(Some(&token), &document))).await;
        assert_eq!((count(&answers, 201), count(&answers, 401)), (3, 5));
        let told = answers.iter().find(|answer| answer.status == 201).unwrap();
        assert_eq!(server.registered(told).await.client.project_id, server.project);
        let path = format!("/projects/{}/initial-tokens", server.project);
        let by = By::Token(&server.project_token);
        let listed = call(&server, by, Method::GET, &path, &Value::Null).await.json;
        assert_eq!(listed["items"][0]["registered"], 3);
        assert!(!listed.to_string().contains(&token), "its value is told once");

        let other = server.initial_token(9).await;
        let delete = format!("{path}/{}", other["id"].as_str().unwrap());
        assert_eq!(call(&server, by, Method::DELETE, &delete, &Value::Null).await.status, 204);
        let late = server.initial_token(9).await;
        server.wait(31 * 86_400);
        for ended in [&other, &late] {
            let refused = server.register(ended["initial_access_token"].as_str(), &document).await;
            assert_eq!(refused.status, 401, "{refused:?}");
        }
    }

    /// AD-02
    async fn ad_02_a_registration_gets_nothing_that_only_administrators_give(db: TestDatabase) {
        let server = registering(db, "open").await;
        let hostile = metadata(&json!({
            "client_id": "usher-account", "client_secret": "mine", "first_party": true, "trusted": true,
            "skip_consent": true, "may_impersonate": true, "audience": [ORDERS], "any_localhost_redirect": true,
            "refresh_absolute_seconds": 0, "web_origins": ["https://evil.test"], "id_token_signed_response_alg": "ES256",
        }));
        let told = server.register(None, &hostile).await;
        let client = server.registered(&told).await;
        assert!(told.text("client_id") != "usher-account" && told.text("client_secret") != "mine");
        let stored = &client.client.metadata;
        assert!(!stored.first_party && !stored.may_impersonate && !stored.any_localhost_redirect, "{stored:?}");
        assert!(stored.audience.is_empty() && stored.web_origins.is_empty() && stored.refresh_absolute_seconds.is_none());
        for (changes, code) in [
            (json!({"grant_types": ["client_credentials"]}), "invalid_client_metadata"),
            (json!({"grant_types": ["password"]}), "invalid_client_metadata"),
            (json!({"grant_types": ["authorization_code", "implicit"]}), "invalid_client_metadata"),
            (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]}), "invalid_client_metadata"),
            (json!({"response_types": ["code", "token"]}), "invalid_client_metadata"),
            (json!({"id_token_signed_response_alg": "none"}), "invalid_client_metadata"),
            (json!({"token_endpoint_auth_method": "client_secret"}), "invalid_client_metadata"),
            (json!({"token_endpoint_auth_method": "private_key_jwt"}), "invalid_client_metadata"),
            (json!({"jwks_uri": "https://10.0.0.1/jwks"}), "invalid_client_metadata"),
            (json!({"client_name": "x".repeat(101)}), "invalid_client_metadata"),
            (json!({"redirect_uris": null}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["http://rp.test/cb"]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": "https://rp.test/cb"}), "invalid_redirect_uri"),
        ] {
            let refused = server.register(None, &metadata(&changes)).await;
            assert_eq!((refused.status, refused.error()), (StatusCode::BAD_REQUEST, code), "{changes}: {refused:?}");
            let why = refused.text("error_description");
            assert!(why.bytes().all(|b| matches!(b, 0x20..=0x7E) && b != b'"' && b != b'\\'), "{why}");
        }
    }

    /// AD-02: neither with the registration nor by a change of it. A client that could name the issuers of its proof, or what
    /// only administrators set, would have given itself rights.
    async fn ad_02_no_member_of_administrators_is_kept_whichever_it_is(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({}))).await;
        let credential = json!([{"issuer": "https://evil.test", "subject": "s"}]);
        let before = server.registered(&told).await.client.metadata;
        let (path, mut token) = management(&told);
        let own = [("federated_credentials", credential), ("audience", json!([ORDERS]))];
        let of_admins = ClientMetadata::ADMIN_ONLY.map(|member| (member, admin_only_value(member)));
        for (member, value) in own.into_iter().chain(of_admins) {
            let hostile = metadata(&json!({ member: value }));
            let made = server.register(None, &hostile).await;
            assert_eq!(made.json.get(member), None, "{member}");
            assert_eq!(server.registered(&made).await.client.metadata, before, "{member}");
            let mut change = hostile.clone();
            change["client_id"] = told.json["client_id"].clone();
            let changed = server.registration(Method::PUT, &path, Some(&token), &change).await;
            assert_eq!((changed.status, changed.json.get(member)), (StatusCode::OK, None), "{member}: {changed:?}");
            token = changed.text("registration_access_token");
            let kept = server.usher.core.store.find_client(&ClientId(told.text("client_id"))).await.unwrap().unwrap();
            assert_eq!(kept.metadata, before, "{member}");
        }
        let federated = json!({
            "token_endpoint_auth_method": "federated_jwt",
            "federated_credentials": [{"issuer": "https://evil.test", "subject": "s"}],
        });
        let refused = server.register(None, &metadata(&federated)).await;
        assert_eq!((refused.status, refused.error()), (StatusCode::BAD_REQUEST, "invalid_client_metadata"));
        for grant in [JWT_BEARER_GRANT, TOKEN_EXCHANGE_GRANT, "client_credentials"] {
            let refused = server.register(None, &metadata(&json!({"grant_types": [grant]}))).await;
            assert_eq!((refused.status, refused.error()), (StatusCode::BAD_REQUEST, "invalid_client_metadata"), "{grant}");
        }
    }

    /// AD-03
    async fn ad_03_a_registration_token_is_for_its_own_client_and_keeps_what_administrators_set(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({}))).await;
        let other = server.register(None, &metadata(&json!({"client_name": "Other"}))).await;
        let (path, token) = management(&told);
        let (other_path, _) = management(&other);
        let read = server.registration(Method::GET, &path, Some(&token), &Value::Null).await;
        assert_eq!((read.status, &read.json["client_name"]), (StatusCode::OK, &json!("Notes")));
        assert!(read.json.get("client_secret").is_none(), "secrets are told once");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let body = changed(metadata(&json!({})), &json!({"client_id": other.text("client_id")}));
            let refused = server.registration(method.clone(), &other_path, Some(&token), &body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method}: {refused:?}");
            let nobody = server.registration(method.clone(), &path, Some("wrong"), &body).await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{method}: {nobody:?}");
            assert_eq!(server.registration(method, &path, None, &body).await.status, StatusCode::UNAUTHORIZED);
        }
        let id = ClientId(told.text("client_id"));
        server.usher.clients.set_client_trusted(&id, true).await.unwrap();
        let set = |mut all: usher_protocol::client::metadata::ClientMetadata| { all.first_party = true; all };
        server.usher.clients.edit_client(&id, set).await.unwrap();
        let body = metadata(&json!({"client_id": id.0, "client_name": "Notes 2", "contacts": null}));
        let put = server.registration(Method::PUT, &path, Some(&token), &body).await;
        assert_eq!((put.status, &put.json["client_name"]), (StatusCode::OK, &json!("Notes 2")), "{put:?}");
        let stored = server.usher.core.store.find_client(&id).await.unwrap().unwrap().metadata;
        assert!(stored.first_party && stored.contacts.is_empty(), "absent members are removed, others' stay: {stored:?}");
        let token = put.text("registration_access_token");
        for (changes, member) in [
            (json!({"client_id": other.text("client_id")}), "client_id"),
            (json!({"client_secret": "mine"}), "client_secret"),
            (json!({"registration_access_token": "mine"}), "registration_access_token"),
            (json!({"client_id_issued_at": 7}), "client_id_issued_at"),
            (json!({"token_endpoint_auth_method": "none"}), "token_endpoint_auth_method"),
        ] {
            let refused = server.registration(Method::PUT, &path, Some(&token), &changed(body.clone(), &changes)).await;
            assert_eq!((refused.status, refused.error()), (StatusCode::BAD_REQUEST, "invalid_client_metadata"));
            assert!(refused.text("error_description").contains(member), "{refused:?}");
        }
        let own = json!({"client_secret": told.text("client_secret")});
        let put = server.registration(Method::PUT, &path, Some(&token), &changed(body, &own)).await;
        assert_eq!(put.status, StatusCode::OK, "{put:?}");
    }

    async fn a_registration_token_is_replaced_by_an_update_and_ends_when_its_successor_is_used(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({}))).await;
        let (path, first) = management(&told);
        let body = metadata(&json!({"client_id": told.text("client_id")}));
        let put = async |token: &str| server.registration(Method::PUT, &path, Some(token), &body).await;
        let lost = put(&first).await.text("registration_access_token");
        let second = put(&first).await;
        assert_eq!(second.status, StatusCode::OK, "the answer with its successor was lost");
        let second = second.text("registration_access_token");
        assert_eq!(put(&lost).await.status, StatusCode::UNAUTHORIZED);
        let get = async |token: &str| server.registration(Method::GET, &path, Some(token), &Value::Null).await.status;
        assert_eq!((get(&first).await, get(&second).await, get(&first).await), (
            StatusCode::OK, StatusCode::OK, StatusCode::UNAUTHORIZED,
        ));
    }

    async fn a_client_that_deletes_itself_is_gone_with_all_it_was_granted(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({}))).await;
        let client = server.registered(&told).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        let (path, token) = management(&told);
        let deleted = server.registration(Method::DELETE, &path, Some(&token), &Value::Null).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
        assert_eq!(server.refresh(&client, &tokens.text("refresh_token")).await.error(), "invalid_client");
        let again = server.registration(Method::GET, &path, Some(&token), &Value::Null).await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_change_of_more_than_the_name_asks_for_consent_again(db: TestDatabase) {
        let server = registering(db, "open").await;
        let told = server.register(None, &metadata(&json!({}))).await;
        let client = server.registered(&told).await;
        let mut browser = server.browser();
        browser.go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let silent = server.authorize_url(&client, &[("prompt", "none")]);
        let (path, mut token) = management(&told);
        for (changes, asks) in [
            (json!({"client_name": "Notes 2"}), false),
            (json!({"client_name": "Notes 2", "redirect_uris": [CALLBACK, "https://rp.test/more"]}), true),
        ] {
            let body = changed(metadata(&json!({"client_id": told.text("client_id")})), &changes);
            let put = server.registration(Method::PUT, &path, Some(&token), &body).await;
            token = put.text("registration_access_token");
            let landed = browser.open(&silent).await;
            assert_eq!(landed.error_left_to_the_person().is_some(), asks, "{changes}: {}", landed.url);
        }
    }

    async fn a_client_of_an_initial_token_reaches_the_apis_of_its_project_alone(db: TestDatabase) {
        let server = registering(db, "token").await;
        server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        let elsewhere = server.project_named("Bank").await.0;
        server.api_of(elsewhere, "https://bank.example", settings(&["pay"])).await;
        let token = server.initial_token(2).await["initial_access_token"].as_str().unwrap().to_owned();
        let client = server.registered(&server.register(Some(&token), &metadata(&json!({}))).await).await;
        let asked = [("resource", ORDERS), ("scope", "openid orders:read")];
        let tokens = server.tokens_with(&client, &asked, &[("resource", ORDERS)]).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        let url = server.authorize_url(&client, &[("resource", "https://bank.example"), ("scope", "pay")]);
        let refused = server.browser().open(&url).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_target"));
        let narrow = metadata(&json!({"scope": "openid orders:read"}));
        let client = server.registered(&server.register(Some(&token), &narrow).await).await;
        assert_eq!(client.client.scope_at(&scope("orders:read orders:write")), scope("orders:read"));
    }

    async fn the_console_makes_shows_once_and_deletes_initial_tokens(db: TestDatabase) {
        let server = registering(db, "token").await;
        let mut boss = administrator(&server).await;
        let url = server.at(&format!("/console/projects/{}/initial-tokens", server.project));
        let page = boss.open(&url).await;
        let refused = boss.submit(&page, &[("name", "Agents"), ("max_clients", "0"), ("days", "1")]).await;
        assert!(refused.body.contains("1 to 100000"), "{}", refused.body);
        let made = boss.submit(&page, &[("name", "Agents"), ("max_clients", "2"), ("days", "1")]).await;
        assert!(made.body.contains("Agents") && made.body.contains("0/2"), "{}", made.body);
        let shown = scraper::Html::parse_document(&made.body);
        let selector = scraper::Selector::parse("#token").expect("a selector");
        let token: String = shown.select(&selector).next().expect("it is shown").text().collect();
        assert_eq!(server.register(Some(token.trim()), &metadata(&json!({}))).await.status, 201);
        let again = boss.open(&url).await;
        assert!(!again.body.contains(token.trim()) && again.body.contains("1/2"), "{}", again.body);
        boss.press(&again, "delete", &[]).await;
        assert_eq!(server.register(Some(token.trim()), &metadata(&json!({}))).await.status, 401);
    }
}

/// AD-01
#[tokio::test]
async fn ad_01_one_address_registers_so_many_clients_only() {
    let settings = [("registration.dynamic", "open"), ("limits.client_registration", "3/min")];
    let server = TestServer::on(TestDatabase::sqlite().await, &settings).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(server.register(None, &metadata(&json!({}))).await.status.as_u16());
    }
    assert_eq!(statuses, [201, 201, 201, 429, 429]);
}

#[tokio::test]
async fn the_metadata_has_the_endpoint_where_clients_register() {
    for (dynamic, offered) in [("closed", false), ("token", true), ("open", true)] {
        let server = registering(TestDatabase::sqlite().await, dynamic).await;
        let document = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
        let expected = offered.then(|| json!(format!("{}{REGISTER}", server.url)));
        assert_eq!(document.get("registration_endpoint"), expected.as_ref(), "{dynamic}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_in_the_format_of_registrations() {
    let server = registering(TestDatabase::sqlite().await, "open").await;
    for body in ["", "{", "[]", "7", "{\"a\":1,\"a\":2}"] {
        let request = server.http.post(server.at(REGISTER)).header("content-type", "application/json").body(body);
        let refused = answer(request).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_client_metadata"), "{body}");
    }
    let form = answer(server.http.post(server.at(REGISTER)).form(&[("client_name", "x")])).await;
    assert_eq!(form.status, 415);
}

#[tokio::test]
async fn pages_of_any_origin_may_register_and_send_no_cookie() {
    let server = registering(TestDatabase::sqlite().await, "open").await;
    let request = server.http.post(server.at(REGISTER)).header("origin", "https://inspector.test");
    let told = answer(request.json(&metadata(&json!({})))).await;
    assert_eq!((told.status.as_u16(), told.headers["access-control-allow-origin"].to_str().unwrap()), (201, "*"));
    assert!(told.headers.get("access-control-allow-credentials").is_none());
}

//! The modules of the certification plan "Dynamic OP" that apply to the code flow, each named after the module. Those about
//! unsigned objects do not apply, and rotation of signing keys is tested in `oidc::keys`.

use reqwest::Method;
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;

use super::dynamic::{metadata, registering};
use crate::apis::ANA;
use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::database::TestDatabase;
use crate::harness::document_host::DocumentHost;
use crate::harness::file_host::{FileHost, HostedFile};
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, VERIFIER, header, payload};
use crate::harness::server::TestServer;

async fn open() -> TestServer {
    registering(TestDatabase::sqlite().await, "open").await
}

/// A client that registered itself with these changes of its metadata.
async fn registered(server: &TestServer, changes: &Value) -> RegisteredClient {
    server.registered(&server.register(None, &metadata(changes)).await).await
}

/// A client with this key, which has no id.
async fn with_key(server: &TestServer, key: &TestKey, changes: &Value) -> RegisteredClient {
    let own = json!({"keys": [changed(key.jwk(), &json!({"kid": null}))]});
    let usual = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": own});
    registered(server, &changed(usual, changes)).await
}

/// Ana signs in, and the client exchanges the code with an assertion for this audience.
async fn exchange(server: &TestServer, client: &RegisteredClient, key: &TestKey, aud: &str) -> Answer {
    let code = server.browser().go_through(&server.authorize_url(client, &[]), ANA).await.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let claims = changed(server.assertion_claims(client), &json!({ "aud": aud }));
    server.assert("/oauth2/token", &key.sign(&json!({"alg": "ES256"}), &claims), &form).await
}

#[tokio::test]
async fn oidcc_server() {
    let (server, key) = (open().await, TestKey::new("k1"));
    let client = with_key(&server, &key, &json!({})).await;
    let tokens = exchange(&server, &client, &key, &server.at("/oauth2/token")).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(payload(&tokens.text("id_token"))["aud"], client.client.id.0);
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let (server, key) = (open().await, TestKey::new("k1"));
    let client = with_key(&server, &key, &json!({})).await;
    assert_eq!(exchange(&server, &client, &key, &server.url).await.status, 200);
}

#[tokio::test]
async fn oidcc_idtoken_rs256() {
    let server = open().await;
    let client = registered(&server, &json!({"id_token_signed_response_alg": "RS256"})).await;
    let token = server.tokens(&mut server.browser(), &client, ANA).await.text("id_token");
    assert!(header(&token)["alg"] == "RS256" && header(&token)["kid"].is_string());
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let server = open().await;
    let client = registered(&server, &json!({"userinfo_signed_response_alg": "RS256"})).await;
    let token = server.tokens(&mut server.browser(), &client, ANA).await.text("access_token");
    let answer = server.http.get(server.at("/oauth2/userinfo")).bearer_auth(&token).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/jwt"));
    let jwt = answer.text().await.unwrap();
    let claims = payload(&jwt);
    assert_eq!(header(&jwt)["alg"], "RS256");
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(server.url), &json!(client.client.id.0)));
    assert!(claims.get("nonce").is_none(), "{claims}");
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let server = open().await;
    let client = registered(&server, &json!({"redirect_uris": [CALLBACK, "https://rp.test/other"]})).await;
    let page = server.browser().open(&server.authorize_url(&client, &[("redirect_uri", "")])).await;
    assert_eq!(page.status, 400, "{}", page.url);
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    let server = open().await;
    let registered_uri = format!("{CALLBACK}?foo=bar");
    let client = registered(&server, &json!({"redirect_uris": [registered_uri]})).await;
    let url = server.authorize_url(&client, &[("redirect_uri", &registered_uri)]);
    let landing = server.browser().go_through(&url, ANA).await;
    assert!(landing.url.starts_with(&registered_uri) && landing.answer("code").is_some(), "{}", landing.url);
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    let server = open().await;
    let client = registered(&server, &json!({"redirect_uris": [format!("{CALLBACK}?foo=bar")]})).await;
    let other = format!("{CALLBACK}?foo=baz");
    let page = server.browser().open(&server.authorize_url(&client, &[("redirect_uri", &other)])).await;
    assert_eq!(page.status, 400, "{}", page.url);
}

#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    let server = open().await;
    let client = registered(&server, &json!({})).await;
    let added = format!("{CALLBACK}?foo=bar");
    let page = server.browser().open(&server.authorize_url(&client, &[("redirect_uri", &added)])).await;
    assert_eq!(page.status, 400, "{}", page.url);
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let refused = open().await.register(None, &metadata(&json!({"redirect_uris": [format!("{CALLBACK}#x")]}))).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_redirect_uri"));
}

/// The page that shows this member of a client which the project let register, or which an administrator vouches for.
async fn page_with(member: &str) -> (String, String) {
    let (server, uri) = (open().await, format!("https://rp.test/{member}"));
    let client = registered(&server, &json!({ member: uri })).await;
    server.usher.clients.set_client_trusted(&client.client.id, true).await.unwrap();
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[])).await;
    let consent = browser.sign_in(&page, ANA).await;
    (uri, page.body + &consent.body)
}

#[tokio::test]
async fn oidcc_registration_logo_uri() {
    let (uri, page) = page_with("logo_uri").await;
    assert!(page.contains(&format!("src=\"{uri}\"")), "{page}");
}

#[tokio::test]
async fn oidcc_registration_policy_uri() {
    let (uri, page) = page_with("policy_uri").await;
    assert!(page.contains(&format!("href=\"{uri}\"")), "{page}");
}

#[tokio::test]
async fn oidcc_registration_tos_uri() {
    let (uri, page) = page_with("tos_uri").await;
    assert!(page.contains(&format!("href=\"{uri}\"")), "{page}");
}

#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let (server, key) = (open().await, TestKey::new("k1"));
    let host = DocumentHost::start(jwks(&[&key])).await;
    let client = with_key(&server, &key, &json!({"jwks": null, "jwks_uri": host.uri})).await;
    assert_eq!(exchange(&server, &client, &key, &server.url).await.status, 200);
}

#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let server = open().await;
    let host = DocumentHost::start(json!([CALLBACK])).await;
    let sector = json!({"subject_type": "pairwise", "sector_identifier_uri": host.uri});
    let client = registered(&server, &sector).await;
    let id_token = server.tokens(&mut server.browser(), &client, ANA).await.text("id_token");
    let own = server.usher.users.load_user(ANA).await.unwrap().sub.0;
    assert_ne!(payload(&id_token)["sub"], own, "it is for the sector alone");
}

#[tokio::test]
async fn oidcc_registration_sector_bad() {
    let server = open().await;
    let host = DocumentHost::start(json!(["https://other.test/cb"])).await;
    let sector = json!({"subject_type": "pairwise", "sector_identifier_uri": host.uri});
    let refused = server.register(None, &metadata(&sector)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_client_metadata"));
}

#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let (server, old, new) = (open().await, TestKey::new("old"), TestKey::new("new"));
    let host = DocumentHost::start(jwks(&[&old])).await;
    let client = with_key(&server, &old, &json!({"jwks": null, "jwks_uri": host.uri})).await;
    let code = server.browser().go_through(&server.authorize_url(&client, &[("prompt", "consent")]), ANA).await.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let first = server.assert("/oauth2/token", &old.token(&server.assertion_claims(&client)), &form).await;
    let refresh = first.text("refresh_token");
    host.publish(Some(jwks(&[&new])));
    server.wait(60);
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let second = server.assert("/oauth2/token", &new.token(&server.assertion_claims(&client)), &form).await;
    assert_eq!(second.status, 200, "{second:?}");
}

#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let (server, key, host) = (open().await, TestKey::new("k1"), FileHost::start().await);
    let uri = format!("{}#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM", host.at("/request.jwt"));
    let changes = json!({"jwks": jwks(&[&key]), "request_uris": [uri], "request_object_signing_alg": "ES256"});
    let client = registered(&server, &changes).await;
    let now = server.now().0;
    let claims = json!({
        "iss": client.client.id.0, "aud": server.url, "client_id": client.client.id.0, "redirect_uri": CALLBACK,
        "response_type": "code", "scope": "openid", "state": "from-the-object", "nonce": "n", "iat": now, "nbf": now,
        "exp": now + 60, "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    let object = HostedFile { status: 200, headers: Vec::new(), body: key.token(&claims) };
    host.publish("/request.jwt", Some(object.with("content-type", "application/jwt")));
    let landing = server.browser().go_through(&server.authorize_url(&client, &[("request_uri", &uri)]), ANA).await;
    assert_eq!(landing.answer("state").as_deref(), Some("from-the-object"), "{}", landing.url);
    landing.code();
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let (server, key) = (open().await, TestKey::new("k1"));
    let client = registered(&server, &json!({"jwks": jwks(&[&key])})).await;
    let now = server.now().0;
    let claims = json!({
        "iss": client.client.id.0, "aud": server.url, "client_id": client.client.id.0, "redirect_uri": CALLBACK,
        "response_type": "code", "scope": "openid", "state": "s", "iat": now, "nbf": now, "exp": now + 60,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    let changes = [("request", key.token(&claims)), ("redirect_uri", "https://evil.test/cb".to_owned())];
    let changes = changes.each_ref().map(|(name, value)| (*name, value.as_str()));
    let landing = server.browser().go_through(&server.authorize_url(&client, &changes), ANA).await;
    assert!(landing.url.starts_with(CALLBACK), "{}", landing.url);
}

#[tokio::test]
async fn oidcc_refresh_token() {
    let server = open().await;
    let (client, other) = (registered(&server, &json!({})).await, registered(&server, &json!({})).await);
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    let refresh = tokens.text("refresh_token");
    assert_eq!(server.refresh(&other, &refresh).await.error(), "invalid_grant");
    let refreshed = server.refresh(&client, &refresh).await;
    assert!(refreshed.status == 200 && refreshed.json["token_type"] == "Bearer", "{refreshed:?}");
}

/// Every module ends by deleting its client.
#[tokio::test]
async fn a_client_of_a_module_is_deleted_after_it() {
    let server = open().await;
    let told = server.register(None, &metadata(&json!({}))).await;
    let path = format!("/oauth2/register/{}", told.text("client_id"));
    assert_eq!(told.text("registration_client_uri"), format!("{}{path}", server.url));
    let token = told.text("registration_access_token");
    let deleted = server.registration(Method::DELETE, &path, Some(&token), &Value::Null).await;
    assert_eq!(deleted.status, 204);
}

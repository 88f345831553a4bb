//! The sector of a client: the host of its redirect URIs, or a document that names them.

use reqwest::Method;
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::{ClientMetadata, SubjectType};
use usher_protocol::device::DEVICE_CODE_GRANT;
use usher_protocol::id_jag::JWT_BEARER_GRANT;
use usher_protocol::token_exchange::{ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT};

use super::{ANA, pairwise};
use crate::api::{By, call};
use crate::harness::client_key::changed;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::document_host::DocumentHost;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

async fn started(db: TestDatabase) -> TestServer {
    TestServer::on(db, &[("outbound.allow", "127.0.0.0/8")]).await
}

/// Creates a client through the API of its project, and returns the faults of its metadata.
async fn create(server: &TestServer, metadata: &Value) -> (u16, String) {
    let path = format!("/projects/{}/clients", server.project);
    let body = json!({"type": "web", "metadata": metadata});
    let reply = call(server, By::Token(&server.project_token), Method::POST, &path, &body).await;
    (reply.status.as_u16(), reply.json.to_string())
}

on_both_databases! {
    async fn a_document_names_the_redirect_uris_of_a_sector(db: TestDatabase) {
        let server = started(db).await;
        let uris = json!(["https://a.test/cb", "https://b.test/cb"]);
        let host = DocumentHost::start(uris.clone()).await;
        let metadata = |uris: &Value| json!({
            "client_name": "Shop", "subject_type": "pairwise", "sector_identifier_uri": host.uri, "redirect_uris": uris,
        });
        let (status, body) = create(&server, &metadata(&uris)).await;
        assert_eq!(status, 201, "{body}");
        assert!(body.contains("pairwise") && body.contains(&host.uri), "{body}");
        assert_eq!(create(&server, &metadata(&json!(["https://b.test/cb"]))).await.0, 201);
        for (published, why) in [
            (Some(json!(["https://a.test/cb"])), "does not name every redirect URI"),
            (Some(json!({"a": "https://a.test/cb"})), "does not name every redirect URI"),
            (None, "cannot be fetched"),
        ] {
            host.publish(published);
            let (status, body) = create(&server, &metadata(&uris)).await;
            assert_eq!(status, 422, "{body}");
            assert!(body.contains("sector_identifier_uri") && body.contains(why), "{body}");
        }
        // Also of a client with public identifiers, and where the URL must not be called.
        let public = json!({"client_name": "Shop", "sector_identifier_uri": host.uri, "redirect_uris": uris});
        assert_eq!(create(&server, &public).await.0, 422);
        let private = json!({"client_name": "Shop", "sector_identifier_uri": "https://10.0.0.1/u", "redirect_uris": uris});
        assert!(create(&server, &private).await.1.contains("may not be called"));
    }

    async fn clients_of_one_sector_share_identifiers_whatever_their_hosts(db: TestDatabase) {
        let server = started(db).await;
        server.user(ANA).await;
        let host = DocumentHost::start(json!(["https://a.test/cb", "https://b.test/cb"])).await;
        let mut subs = Vec::new();
        for uri in ["https://a.test/cb", "https://b.test/cb"] {
            let client = server.client(ClientType::Web, |client| {
                pairwise(client, uri);
                client.sector_identifier_uri = Some(host.uri.clone());
            }).await;
            subs.push(payload(&server.signed_in_at(&mut server.browser(), &client).await.text("id_token"))["sub"].clone());
        }
        assert_eq!(subs[0], subs[1]);
        let alone = server.pairwise_client("https://a.test/cb").await;
        let other = payload(&server.signed_in_at(&mut server.browser(), &alone).await.text("id_token"))["sub"].clone();
        assert_ne!(subs[0], other);
    }

    async fn a_client_keeps_its_sector_for_ever(db: TestDatabase) {
        let server = started(db).await;
        let shop = server.pairwise_client("https://shop.test/cb").await.client;
        let change = async |change: &dyn Fn(&mut ClientMetadata)| {
            let mut metadata = shop.metadata.clone();
            change(&mut metadata);
            server.usher.clients.update_client(&shop.id, metadata).await.map(drop).map_err(|error| error.to_string())
        };
        let host = DocumentHost::start(json!(["https://shop.test/cb"])).await;
        let uri = host.uri.clone();
        for refused in [
            change(&|client| client.subject_type = SubjectType::Public).await,
            change(&|client| client.redirect_uris = vec!["https://bank.test/cb".into()]).await,
            change(&|client| client.sector_identifier_uri = Some(uri.clone())).await,
        ] {
            assert!(refused.unwrap_err().contains("subject_type cannot change"));
        }
        assert_eq!(change(&|client| client.redirect_uris.push("https://shop.test/new".into())).await, Ok(()));
        let public = server.client(ClientType::Web, |_| ()).await.client;
        let mut metadata = public.metadata.clone();
        metadata.subject_type = SubjectType::Pairwise;
        assert!(server.usher.clients.update_client(&public.id, metadata).await.is_err());
    }

    /// Anybody can register the redirect URIs of somebody else. A device or a CIBA request would then bring the identifiers
    /// of their sector.
    async fn a_grant_without_a_redirect_needs_the_keys_of_the_sector(db: TestDatabase) {
        let server = started(db).await;
        server.user(ANA).await;
        let host = DocumentHost::start(json!(["https://a.test/cb"])).await;
        let metadata = |grant: &str, changes: &Value| changed(json!({
            "client_name": "Shop", "subject_type": "pairwise", "redirect_uris": ["https://a.test/cb"],
            "grant_types": ["authorization_code", grant],
        }), changes);
        let by_key = json!({
            "token_endpoint_auth_method": "private_key_jwt", "sector_identifier_uri": host.uri, "jwks_uri": host.uri,
        });
        for grant in [DEVICE_CODE_GRANT, CIBA_GRANT, JWT_BEARER_GRANT] {
            for changes in [json!({}), json!({"sector_identifier_uri": host.uri})] {
                let (status, body) = create(&server, &metadata(grant, &changes)).await;
                assert!(status == 422 && body.contains("needs no redirect"), "{grant} {changes}: {status} {body}");
            }
            host.publish(Some(json!(["https://a.test/cb"])));
            let (status, body) = create(&server, &metadata(grant, &by_key)).await;
            assert!(status == 422 && body.contains("does not name"), "{grant}: {status} {body}");
            host.publish(Some(json!(["https://a.test/cb", host.uri])));
            let (status, body) = create(&server, &metadata(grant, &by_key)).await;
            assert_eq!(status, 201, "{grant}: {body}");
        }
        // A client that was registered before keeps its registration, and gets no such token.
        let client = server.client(ClientType::Web, |client| pairwise(client, "https://a.test/cb")).await;
        let mut before = client.client.metadata.clone();
        before.grant_types.extend([DEVICE_CODE_GRANT, TOKEN_EXCHANGE_GRANT].map(str::to_owned));
        let mut tx = server.usher.core.store.begin().await.unwrap();
        tx.set_client_metadata(&client.client.id, &before, server.now()).await.unwrap();
        tx.commit().await.unwrap();
        server.usher.clients.cache.invalidate(&client.client.id);
        let device = server.call(&client, "/oauth2/device", &[("scope", "openid")]).await;
        assert_eq!((device.status.as_u16(), device.error()), (400, "unauthorized_client"), "{device:?}");
        let form = [("grant_type", DEVICE_CODE_GRANT), ("device_code", "x")];
        assert_eq!(server.call(&client, "/oauth2/token", &form).await.error(), "unauthorized_client");
        let form = [
            ("grant_type", TOKEN_EXCHANGE_GRANT), ("subject_token", "x"), ("subject_token_type", ACCESS_TOKEN_TYPE),
        ];
        assert_eq!(server.call(&client, "/oauth2/token", &form).await.error(), "unauthorized_client");
        server.signed_in_at(&mut server.browser(), &client).await;
    }

    async fn the_document_is_read_again_when_the_redirect_uris_change_and_not_otherwise(db: TestDatabase) {
        let server = started(db).await;
        let host = DocumentHost::start(json!(["https://a.test/cb"])).await;
        let client = server.client(ClientType::Web, |client| {
            pairwise(client, "https://a.test/cb");
            client.sector_identifier_uri = Some(host.uri.clone());
        }).await.client;
        host.publish(None);
        let renamed = ClientMetadata { client_name: "Renamed".into(), ..client.metadata.clone() };
        assert!(server.usher.clients.update_client(&client.id, renamed.clone()).await.is_ok());
        assert_eq!(host.fetches(), 1);
        let redirect_uris = vec!["https://a.test/cb".into(), "https://b.test/cb".into()];
        let moved = ClientMetadata { redirect_uris, ..renamed };
        assert!(server.usher.clients.update_client(&client.id, moved.clone()).await.is_err());
        host.publish(Some(json!(["https://a.test/cb", "https://b.test/cb"])));
        assert!(server.usher.clients.update_client(&client.id, moved).await.is_ok());
    }
}

/// The modules of the certification profile 3rd Party-Initiated Login: `oidcc-3rdparty-init-login` registers an https URL
/// and reads it again, `oidcc-3rdparty-init-login-nohttps` an http one.
#[tokio::test]
async fn the_url_that_starts_a_sign_in_is_https_and_can_be_read_again() {
    let server = TestServer::start().await;
    let with =
        |uri: &str| json!({"client_name": "Shop", "redirect_uris": ["https://rp.test/cb"], "initiate_login_uri": uri});
    let (status, body) = create(&server, &with("https://rp.test/login?app=1")).await;
    assert_eq!(status, 201);
    let made: Value = serde_json::from_str(&body).unwrap();
    let path = format!("/projects/{}/clients/{}", server.project, made["client_id"].as_str().unwrap());
    let read = call(&server, By::Token(&server.project_token), Method::GET, &path, &Value::Null).await;
    assert_eq!(read.json["metadata"]["initiate_login_uri"], "https://rp.test/login?app=1");
    for bad in ["http://rp.test/login", "http://localhost/login", "https://rp.test/#login", "rp:/login", ""] {
        let (status, body) = create(&server, &with(bad)).await;
        assert!(status == 422 && body.contains("initiate_login_uri"), "{bad}: {body}");
    }
}

/// OpenID Connect Core §4: the application learns who asks, and starts an ordinary sign-in.
#[tokio::test]
async fn people_start_a_sign_in_at_an_application_from_their_account_page() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server
        .client(ClientType::Web, |client| client.initiate_login_uri = Some("https://rp.test/login?app=1".into()))
        .await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &client, ANA).await;
    let page = browser.open(&server.at("/account/apps")).await;
    let issuer = server.url.replace(':', "%3A").replace('/', "%2F");
    assert!(page.body.contains(&format!("https://rp.test/login?app=1&#38;iss={issuer}")), "{}", page.body);
}

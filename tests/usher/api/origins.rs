//! HT-01: scripts of other origins at the API: those of registered clients may read, those of first-party applications
//! may send the cookie, and all others are rejected.

use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::ANA;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::{PASSWORD, TestServer};

const ALLOWED: &str = "access-control-allow-origin";
const WITH_COOKIES: &str = "access-control-allow-credentials";
const OWN: &str = "https://own.test";
const OTHER: &str = "https://rp.test";

async fn preflight(server: &TestServer, path: &str, origin: &str) -> Answer {
    let request = server.api(Method::OPTIONS, path).header("origin", origin);
    answer(request.header("access-control-request-method", "POST")).await
}

on_both_databases! {
    /// The client of a token (`azp`, `client_id`) allows nothing to the client's origin, nor to any other.
    async fn ht_01_a_token_brings_no_origin_along(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |metadata| metadata.redirect_uris = vec![format!("{OTHER}/cb")]).await;
        let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
        let own = server.tokens_of(ANA).await.text("access_token");
        for token in [tokens.text("access_token"), own] {
            for url in [server.at("/oauth2/userinfo"), server.at("/api/v1/me"), server.at("/api/v1/projects")] {
                for origin in ["https://evil.test", "null", "https://rp.test.evil", "https://rp.test:8443"] {
                    let answer = answer(server.http.get(&url).bearer_auth(&token).header("origin", origin)).await;
                    assert!(!answer.headers.contains_key(ALLOWED), "{url} {origin}");
                    assert!(!answer.headers.contains_key(WITH_COOKIES), "{url} {origin}");
                    assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "Origin"), "{url} {origin}");
                }
            }
        }
    }

    async fn ht_01_the_cookie_is_accepted_from_own_origins_only(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.client(ClientType::Spa, |_| {}).await;
        let own = server.client(ClientType::Spa, |metadata| {
            metadata.redirect_uris = vec![format!("{OWN}/cb")];
            metadata.first_party = true;
        });
        let own = own.await;
        for path in ["auth/login", "me", "auth/sessions"] {
            let good = preflight(&server, path, OWN).await;
            assert!(good.headers[ALLOWED] == OWN && good.headers[WITH_COOKIES] == "true", "{path}");
            let reads = preflight(&server, path, OTHER).await;
            assert_eq!(reads.headers[ALLOWED], OTHER);
            assert!(!reads.headers.contains_key(WITH_COOKIES), "{path}: a stranger's application brings no cookie");
            for stranger in
                ["https://evil.test", "null", "https://own.test.evil", "http://own.test", "https://own.test:8443", "*"]
            {
                let refused = preflight(&server, path, stranger).await;
                assert!(!refused.headers.contains_key(ALLOWED), "{path} {stranger}");
                assert!(!refused.headers.contains_key(WITH_COOKIES), "{path} {stranger}");
                assert!(refused.headers.get_all("vary").iter().any(|vary| vary == "Origin"), "{path} {stranger}");
            }
        }
        let body = json!({"email": ANA, "password": PASSWORD});
        let signed_in = answer(server.api(Method::POST, "auth/login").header("origin", OWN).json(&body)).await;
        assert!(signed_in.status == 200 && signed_in.headers[WITH_COOKIES] == "true", "{signed_in:?}");
        let refused = answer(server.api(Method::POST, "auth/login").header("origin", OTHER).json(&body)).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (403, "CROSS_SITE"));
        let request = server.api(Method::PATCH, "me").header("origin", OTHER).header(COOKIE, signed_in.cookies());
        assert_eq!(answer(request.json(&json!({"nickname": "x"}))).await.status, 403);
        server.usher.clients.set_client_disabled(&own.client.id, true).await.expect("it can be done");
        server.wait(5);
        assert!(!preflight(&server, "me", OWN).await.headers.contains_key(ALLOWED), "it takes its origin along");
        let refused = answer(server.api(Method::POST, "auth/login").header("origin", OWN).json(&body)).await;
        assert_eq!(refused.status, 403);
    }
}

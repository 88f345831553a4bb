//! Codes and tokens of other applications, and ours in other hands: no endpoint accepts them, and none is stored
//! (UP-04, UP-16).

use std::fs;

use serde_json::json;
use sqlx::Connection as _;

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::browser::Landing;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::providers::{FACEBOOK, X, server_with};

/// Everything that is stored, as text.
async fn everything(database: &TestDatabase) -> String {
    if let Some(path) = database.url.strip_prefix("sqlite://") {
        let read = |path: String| fs::read(path).unwrap_or_default();
        let bytes = [read(path.to_owned()), read(format!("{path}-wal"))].concat();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let mut connection = sqlx::PgConnection::connect(&database.url).await.expect("the database answers");
    let sql = "select database_to_xml(true, true, '')::text";
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("it can be written out")
}

on_both_databases! {
    /// UP-04: a code that the provider issued to another application is rejected, without a request about it.
    async fn a_code_of_another_application_lets_nobody_in(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        for kind in KINDS {
            let mut browser = server.browser();
            let away = browser.leave(kind, "ana").await;
            let crossed = away.url.replace("client_id=sim", &format!("client_id={}", usher_sim::OTHER_CLIENT));
            assert_ne!(crossed, away.url);
            let landing = browser.return_as(&at, &Landing { url: crossed, ..away }, "ana").await;
            assert_eq!(trouble(&landing), (400, "SIGN_IN_EXPIRED".into()), "{kind:?}: {}", landing.body);
            assert!(at.asked(kind.as_str(), "userinfo").await.is_empty(), "{kind:?}");
            server.wait(3_600);
        }
        assert_eq!((server.users().await, server.identities().await, server.live_sessions().await), (0, 0, 0));
    }

    /// UP-04: a token of the provider, even a valid one of this application, is accepted at no endpoint; the provider
    /// is not even asked about it.
    async fn a_token_of_the_provider_is_no_way_in(db: TestDatabase) {
        let (server, at) = server_with(db, &[FACEBOOK, X]).await;
        for kind in [FACEBOOK, X] {
            server.browser().come_by(&at, kind, "ana").await;
            let shown = at.asked(kind.as_str(), "userinfo").await;
            let token = shown[0]["headers"]["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
            let (sessions, users) = (server.live_sessions().await, server.users().await);
            let mut thief = server.browser();
            let state = thief.leave(kind, "ana").await.answer("state").unwrap();
            at.forget().await;

            let callback = format!("/upstream/{}/callback?state={state}&access_token={token}&token={token}", kind.as_str());
            assert_eq!(trouble(&thief.open(&server.at(&callback)).await), (502, "PROVIDER_MISBEHAVED".into()), "{kind:?}");
            for grant in ["urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer", kind.as_str()] {
                let form = [("grant_type", grant), ("subject_token", token), ("assertion", token), ("access_token", token)];
                let told = server.http.post(server.at("/oauth2/token")).form(&form).send().await.unwrap();
                assert!(matches!(told.status().as_u16(), 400 | 401), "{kind:?} {grant} {}", told.status());
            }
            for path in ["/oauth2/userinfo", "/api/v1/me", "/api/v1/auth/sessions"] {
                let told = server.http.get(server.at(path)).bearer_auth(token).send().await.unwrap();
                assert_eq!(told.status(), 401, "{kind:?} {path}");
            }
            let body = json!({"provider": kind.as_str(), "access_token": token, "token": token});
            let told = server.http.post(server.at("/api/v1/auth/login")).json(&body).send().await.unwrap();
            assert!(told.status().is_client_error(), "{kind:?} {}", told.status());

            assert!(at.journal().await.is_empty(), "{kind:?}: nothing was looked up");
            assert_eq!((server.live_sessions().await, server.users().await), (sessions, users), "{kind:?}");
            assert!(!thief.is_in().await);
        }
    }

    /// UP-16: no token of a provider is stored, so that nobody can read it later.
    async fn no_token_of_a_provider_is_kept(db: TestDatabase) {
        let (server, at) = server_with(db, KINDS).await;
        for kind in KINDS {
            // For a user without an address a plain provider is asked once more, with the token.
            for persona in ["ana", "no_email"] {
                server.browser().come_by(&at, kind, persona).await;
            }
        }
        let journal = at.journal().await;
        let bearer = |one: &serde_json::Value| Some(one["headers"]["authorization"].as_str()?.strip_prefix("Bearer ")?.to_owned());
        let tokens: Vec<String> = journal.iter().filter_map(bearer).collect();
        let codes: Vec<String> = journal.iter().filter_map(|one| one["body"]["code"].as_str().map(str::to_owned)).collect();
        assert!(tokens.len() >= 8 && codes.len() >= 14, "{} {}", tokens.len(), codes.len());
        let kept = everything(&server.database).await;
        assert!(kept.contains("ana@example.test"), "this is where things are kept");
        for secret in tokens.iter().chain(&codes) {
            assert!(!kept.contains(secret.as_str()), "{secret} is kept");
        }
        for path in ["/api/v1/me/identities/tokens", "/api/v1/providers/google/tokens", "/api/v1/me/tokens"] {
            let told = server.http.get(server.at(path)).bearer_auth(&server.project_token).send().await.unwrap();
            assert_eq!(told.status(), 404, "{path}");
        }
    }
}

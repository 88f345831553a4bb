//! Assertions for other servers: who gets one, and what it says.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::SubjectType;
use usher_protocol::id_jag::ID_JAG_TOKEN_TYPE;
use usher_protocol::token_exchange::ACCESS_TOKEN_TYPE;

use super::super::dpop::{call, token_proof};
use super::{ANA, ask, at, exchanges};
use crate::apis::scope;
use crate::harness::client_key::TestKey;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, answer, header, payload};
use crate::harness::server::TestServer;

const CHAT: &str = "https://chat.test";
const API: &str = "https://api.chat.test";
const ALLOWED: [(&str, &str); 1] = [("audience", CHAT)];

/// A wiki whose users also sign in to a chat, with Ana's tokens of the wiki.
struct Works {
    server: TestServer,
    wiki: RegisteredClient,
    chat: RegisteredClient,
    tokens: Answer,
}

impl Works {
    async fn open(database: TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        server.user(ANA).await;
        let chat = server.client(ClientType::Web, |client| client.subject_type = SubjectType::Pairwise).await;
        let wiki = server
            .client(ClientType::Web, |client| {
                exchanges(client);
                let mut chat = at(CHAT, "wiki-at-chat", &chat);
                chat["scope"] = "chat.read chat.history".into();
                client.cross_app_access = serde_json::from_value(json!([chat])).expect("the member");
                client.scope = scope("openid offline_access");
            })
            .await;
        let tokens = server.tokens_with(&wiki, &[("scope", "openid offline_access")], &[]).await;
        Self { server, wiki, chat, tokens }
    }

    async fn ask(&self, changes: &[(&str, &str)]) -> Answer {
        ask(&self.server, &self.wiki, &self.tokens.text("id_token"), changes).await
    }

    async fn issued(&self) -> i64 {
        self.server.database.count("select count(*) from event where kind = 'id_jag.issued'").await
    }
}

on_both_databases! {
    async fn an_id_token_is_exchanged_for_an_assertion_about_the_user_that_the_other_server_knows(db: TestDatabase) {
        let works = Works::open(db).await;
        let answer = works.ask(&[("audience", CHAT), ("resource", API), ("scope", "chat.read chat.write")]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!((answer.text("issued_token_type").as_str(), answer.text("token_type").as_str()), (ID_JAG_TOKEN_TYPE, "N_A"));
        assert_eq!((answer.text("scope").as_str(), answer.json["expires_in"].as_u64()), ("chat.read", Some(300)));
        assert_eq!((&answer.json["refresh_token"], &answer.json["id_token"]), (&Value::Null, &Value::Null));
        let assertion = answer.text("access_token");
        let (claims, id_token) = (payload(&assertion), payload(&works.tokens.text("id_token")));
        assert_eq!(header(&assertion)["typ"], "oauth-id-jag+jwt");
        assert!(works.server.is_published(&assertion).await);
        for (name, value) in [
            ("iss", json!(works.server.url)), ("aud", json!(CHAT)), ("client_id", json!("wiki-at-chat")),
            ("scope", json!("chat.read")), ("resource", json!([API])), ("auth_time", id_token["auth_time"].clone()),
            ("acr", id_token["acr"].clone()), ("amr", id_token["amr"].clone()),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|issued| issued + 300));
        let known = works.server.tokens_with(&works.chat, &[("scope", "openid")], &[]).await;
        assert_eq!(claims["sub"], payload(&known.text("id_token"))["sub"], "as the chat knows her");
        assert_ne!(claims["sub"], id_token["sub"], "not as the wiki does");
        assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() > 20));
        assert_eq!(works.issued().await, 1);
        // It is a grant to the other server, and no token of this one.
        assert_eq!(works.server.userinfo(&assertion).await.status, 401);
        assert!(!works.server.is_active(&works.wiki, &assertion).await);
        let all = works.ask(&ALLOWED).await;
        assert_eq!(all.text("scope"), "chat.history chat.read", "what the administrator allows there");
        assert_ne!(payload(&all.text("access_token"))["jti"], claims["jti"]);
    }

    async fn what_ends_the_sign_in_ends_its_assertions(db: TestDatabase) {
        let works = Works::open(db).await;
        assert_eq!(works.ask(&ALLOWED).await.status, 200);
        works.server.usher.clients.set_client_disabled(&works.chat.client.id, true).await.unwrap();
        assert_eq!(works.ask(&ALLOWED).await.error(), "invalid_target", "the other server has no client here");
        works.server.usher.clients.set_client_disabled(&works.chat.client.id, false).await.unwrap();
        let refresh = works.tokens.text("refresh_token");
        works.server.call(&works.wiki, "/oauth2/revoke", &[("token", refresh.as_str())]).await;
        let refused = works.ask(&ALLOWED).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "the consent is taken back");
        let tokens = works.server.tokens_with(&works.wiki, &[("scope", "openid")], &[]).await.text("id_token");
        assert_eq!(ask(&works.server, &works.wiki, &tokens, &ALLOWED).await.status, 200);
        let ana = works.server.usher.users.load_user(ANA).await.unwrap();
        works.server.usher.users.revoke_user(&ana).await.unwrap();
        assert_eq!(ask(&works.server, &works.wiki, &tokens, &ALLOWED).await.error(), "invalid_grant");
    }

    /// RFC 9449 §6.1: the other server requires a proof of the same key.
    async fn an_assertion_is_bound_to_the_key_of_the_request(db: TestDatabase) {
        let (works, key) = (Works::open(db).await, TestKey::new("k1"));
        let id_token = works.tokens.text("id_token");
        let form = [
            ("grant_type", usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT),
            ("requested_token_type", ID_JAG_TOKEN_TYPE),
            ("subject_token", id_token.as_str()),
            ("subject_token_type", usher_protocol::id_jag::ID_TOKEN_TYPE),
            ("audience", CHAT),
        ];
        let bound = call(&works.server, &works.wiki, &form, &token_proof(&works.server, &key)).await;
        assert_eq!((bound.status.as_u16(), bound.text("token_type").as_str()), (200, "N_A"));
        assert_eq!(payload(&bound.text("access_token"))["cnf"], json!({"jkt": key.thumbprint()}));
    }
}

#[tokio::test]
async fn nothing_else_gets_an_assertion() {
    let works = Works::open(TestDatabase::sqlite().await).await;
    let (access, refresh) = (works.tokens.text("access_token"), works.tokens.text("refresh_token"));
    let foreign = works.server.tokens_with(&works.chat, &[("scope", "openid")], &[]);
    let foreign = foreign.await.text("id_token");
    let refresh_type = "urn:ietf:params:oauth:token-type:refresh_token";
    for (changes, error) in [
        (&[][..], "invalid_request"),
        (&[("audience", "https://mail.test")], "invalid_target"),
        (&[("audience", "https://chat.test/")], "invalid_target"),
        (&[("audience", &*works.server.url)], "invalid_target"),
        (&[("audience", CHAT), ("audience", "https://mail.test")], "invalid_request"),
        (&[("audience", CHAT), ("scope", "chat.admin")], "invalid_scope"),
        (&[("audience", CHAT), ("resource", "chat")], "invalid_target"),
        (&[("audience", CHAT), ("subject_token", &*foreign)], "invalid_grant"),
        (&[("audience", CHAT), ("subject_token", &*access)], "invalid_grant"),
        (&[("audience", CHAT), ("subject_token", "garbage")], "invalid_grant"),
        (
            &[("audience", CHAT), ("subject_token", &*access), ("subject_token_type", ACCESS_TOKEN_TYPE)],
            "invalid_request",
        ),
        (&[("audience", CHAT), ("subject_token", &*refresh), ("subject_token_type", refresh_type)], "invalid_request"),
        (&[("audience", CHAT), ("actor_token", &*access), ("actor_token_type", ACCESS_TOKEN_TYPE)], "invalid_request"),
        (&[("audience", CHAT), ("authorization_details", "[]")], "invalid_request"),
    ] {
        let refused = works.ask(changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, error), "{changes:?}: {refused:?}");
    }
    let assertion = works.ask(&ALLOWED).await.text("access_token");
    assert_eq!(works.ask(&[("audience", CHAT), ("subject_token", &assertion)]).await.error(), "invalid_grant");
    let other = works.server.client(ClientType::Web, exchanges).await;
    let id_token = works.server.tokens_with(&other, &[("scope", "openid")], &[]).await.text("id_token");
    assert_eq!(ask(&works.server, &other, &id_token, &ALLOWED).await.error(), "invalid_target", "nobody named it");
    assert_eq!(works.issued().await, 1, "only the one that was right");
    works.server.wait(3_600);
    assert_eq!(works.ask(&ALLOWED).await.error(), "invalid_grant", "the ID token has expired");
}

#[tokio::test]
async fn the_metadata_says_that_assertions_are_issued_and_accepted() {
    let server = TestServer::start().await;
    let document = answer(server.http.get(server.at("/.well-known/oauth-authorization-server"))).await.json;
    assert_eq!(document["identity_chaining_requested_token_types_supported"], json!([ID_JAG_TOKEN_TYPE]));
    let profile = "urn:ietf:params:oauth:grant-profile:id-jag";
    assert_eq!(document["authorization_grant_profiles_supported"], json!([profile]));
}

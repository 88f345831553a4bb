//! APIs (resource servers) of projects, and the tokens for them.

mod adoption;
mod consent;
mod cross_project;
mod devices;
mod manage;
mod partners;
mod tokens;

use reqwest::Method;
use serde_json::json;
use usher_accounts::apis::{ApiCreator, NewApi};
use usher_accounts::{FlowError, NewClient, RegisteredClient};
use usher_domain::id::ProjectId;
use usher_domain::oauth::api::{Api, ApiScope, ApiSettings};
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::scope::Scope;

use crate::api::{By, call};
use crate::harness::relying_party::{Answer, CALLBACK, answer};
use crate::harness::server::TestServer;
use crate::policy::documents::shop;

pub const ANA: &str = "ana@example.test";
/// The identifier of the API under test.
pub const ORDERS: &str = "https://api.shop.example";

/// The settings of an API with these scopes.
pub fn settings(scopes: &[&str]) -> ApiSettings {
    let scope = |name: &&str| ApiScope { name: (*name).to_owned(), description: format!("May {name}") };
    ApiSettings { scopes: scopes.iter().map(scope).collect(), ..ApiSettings::named("Orders") }
}

impl TestServer {
    /// An API of a project, made by the operator.
    pub async fn api_of(&self, project: ProjectId, identifier: &str, settings: ApiSettings) -> Api {
        let new = NewApi { project, identifier: identifier.to_owned(), settings, by: ApiCreator::Operator };
        self.usher.apis.create_api(new).await.expect("an API can be made")
    }

    /// A client of any project, or why it is refused.
    pub async fn try_client_of(
        &self,
        project: ProjectId,
        kind: ClientType,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> Result<RegisteredClient, FlowError> {
        let mut metadata = kind.defaults();
        metadata.client_name = "Test".into();
        if kind != ClientType::Machine {
            metadata.redirect_uris = vec![CALLBACK.into()];
        }
        change(&mut metadata);
        self.usher.clients.create_client(NewClient { project, kind, metadata, id: None }).await
    }

    /// A client of any project.
    pub async fn client_of(
        &self,
        project: ProjectId,
        kind: ClientType,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> RegisteredClient {
        self.try_client_of(project, kind, change).await.expect("a client can be made")
    }

    /// Another project.
    pub async fn project_named(&self, name: &str) -> (ProjectId, String) {
        let made = self.usher.projects.create_project(name).await.expect("a project can be made");
        (made.project.id, made.token)
    }

    /// A machine asks for a token.
    pub async fn machine_token(&self, client: &RegisteredClient, more: &[(&str, &str)]) -> Answer {
        let form: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(more.iter().copied()).collect();
        self.call(client, "/oauth2/token", &form).await
    }

    /// Ana signs in with these parameters, and the code is exchanged with those.
    pub async fn tokens_with(
        &self,
        client: &RegisteredClient,
        asked: &[(&str, &str)],
        at_token: &[(&str, &str)],
    ) -> Answer {
        let landing = self.browser().go_through(&self.authorize_url(client, asked), ANA).await;
        self.exchange_with(client, &landing.code(), at_token).await
    }

    /// Exchanges a code with further parameters.
    pub async fn exchange_with(&self, client: &RegisteredClient, code: &str, more: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", crate::harness::relying_party::VERIFIER),
        ];
        let form: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
        self.call(client, "/oauth2/token", &form).await
    }

    /// Pushes a request for a resource (RFC 9126).
    pub async fn push_for(&self, client: &RegisteredClient, resource: &str) -> Answer {
        let form = [
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid orders:read"),
            ("resource", resource),
            ("code_challenge", crate::harness::relying_party::CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        self.call(client, "/oauth2/par", &form).await
    }

    /// Refreshes with further parameters.
    pub async fn refresh_with(&self, client: &RegisteredClient, token: &str, more: &[(&str, &str)]) -> Answer {
        let usual = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let form: Vec<_> = usual.into_iter().chain(more.iter().copied()).collect();
        self.call(client, "/oauth2/token", &form).await
    }
}

/// A scope of these tokens.
pub fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

/// Publishes the rules of the shop: roles `viewer`, `editor` and `suspended`.
pub async fn publish_rules(server: &TestServer, project: ProjectId, token: &str) {
    let at = |path: &str| server.at(&format!("/api/v1/projects/{project}{path}"));
    let seen = answer(server.http.get(at("/policy/draft")).bearer_auth(token)).await;
    let tag = |answer: &Answer| answer.headers["etag"].to_str().expect("plain text").to_owned();
    let put = server.http.put(at("/policy/draft")).bearer_auth(token).header("if-match", tag(&seen));
    let drafted = answer(put.json(&shop())).await;
    assert_eq!(drafted.status, 200, "{drafted:?}");
    let post = server.http.post(at("/policy/publish")).bearer_auth(token).header("if-match", tag(&drafted));
    let published = answer(post.json(&json!({"note": "rules"}))).await;
    assert_eq!(published.status, 201, "{published:?}");
}

/// Gives Ana a role.
pub async fn assign(server: &TestServer, project: ProjectId, token: &str, role: &str) {
    let sub = server.usher.users.load_user(ANA).await.expect("Ana is there").sub.0;
    let body = json!({"role": role, "subject": {"type": "user", "id": sub}});
    let path = format!("/projects/{project}/assignments");
    let reply = call(server, By::Token(token), Method::POST, &path, &body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
}

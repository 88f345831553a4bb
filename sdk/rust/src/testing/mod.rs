//! For tests of applications: an issuer on loopback that mints access tokens, publishes access rules and revokes.
//!
//! ```
//! use usher_sdk::testing::{TestToken, TestUsher};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let test = TestUsher::start().await;
//! let token = test.token(&TestToken { roles: &["editor"], ..TestToken::default() });
//! assert!(test.usher.verify(&token).await.unwrap().has_role(["editor"]));
//! test.revoke("sub", "user-1").await; // every token of user-1 that was issued before
//! assert!(test.usher.verify(&token).await.is_err());
//! # }
//! ```

mod feed;
mod issuer;
#[doc(hidden)]
pub mod measured;
mod server;
#[doc(hidden)]
pub mod signer;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::usher::{Status, Usher};
use issuer::TestIssuer;

/// The audience of the tokens.
pub const AUDIENCE: &str = "https://api.test";
/// The id of the project.
pub const PROJECT: &str = "01980000-0000-7000-8000-000000000000";
/// The client of the module.
pub const CLIENT_ID: &str = "client_test";
/// How long to wait for the module.
const PATIENCE: Duration = Duration::from_secs(10);

/// A module with an issuer of its own, which ends with it.
pub struct TestUsher {
    /// The module, for the application.
    pub usher: Usher,
    issuer: Arc<TestIssuer>,
    server: JoinHandle<()>,
}

impl Drop for TestUsher {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An access token. The default is that of an ordinary person.
#[derive(Debug, Clone)]
pub struct TestToken<'a> {
    /// The person (`sub`).
    pub subject: &'a str,
    /// A client got the token for itself; `subject` and what is of a session does not count then.
    pub is_machine: bool,
    /// The roles in the project.
    pub roles: &'a [&'a str],
    /// The scope.
    pub scope: &'a str,
    /// The client that it is issued to.
    pub client_id: &'a str,
    /// The session.
    pub session_id: &'a str,
    /// How the person signed in.
    pub acr: &'a str,
    /// How long ago the person signed in.
    pub signed_in_for: Duration,
    /// In seconds; negative for an expired token.
    pub expires_in: i64,
    /// Added to these claims, or in place of them.
    pub claims: Json,
}

impl Default for TestToken<'_> {
    fn default() -> Self {
        Self {
            subject: "user-1",
            is_machine: false,
            roles: &[],
            scope: "openid",
            client_id: "client_app",
            session_id: "session-1",
            acr: "aal1",
            signed_in_for: Duration::ZERO,
            expires_in: 600,
            claims: Json::Null,
        }
    }
}

impl TestUsher {
    /// A module without access rules.
    pub async fn start() -> Self {
        Self::configured(None, |builder| builder).await
    }

    /// A module with access rules: a compiled table, as `GET /api/v1/projects/{id}/policy` with `Accept: application/json`
    /// gives it. What says which table it is may be left out.
    pub async fn with_rules(rules: Json) -> Self {
        Self::configured(Some(rules), |builder| builder).await
    }

    /// A module with other options.
    ///
    /// # Panics
    /// If the module does not start.
    pub async fn configured(rules: Option<Json>, configure: impl FnOnce(Builder) -> Builder) -> Self {
        let (issuer, server) = server::serve().await;
        let has_rules = rules.is_some();
        if let Some(rules) = rules {
            issuer.publish(rules);
        }
        let builder = configure(issuer.builder().policy(has_rules));
        let usher = builder.build().await.unwrap_or_else(|error| panic!("{error}"));
        Self { usher, issuer, server }
    }

    /// The options of another module at this issuer.
    pub fn builder(&self) -> Builder {
        self.issuer.builder()
    }

    /// Signs an access token.
    pub fn token(&self, token: &TestToken<'_>) -> String {
        let now = self.issuer.now();
        let signed_in = now - i64::try_from(token.signed_in_for.as_secs()).unwrap_or(i64::MAX);
        let mut claims = json!({
            "iss": self.issuer.url, "aud": [self.issuer.url, AUDIENCE], "client_id": token.client_id, "sub": token.client_id,
            "exp": now + token.expires_in, "iat": now, "urv": self.issuer.position(), "jti": self.issuer.next_id(),
            "scope": token.scope,
        });
        let person = json!({
            "sub": token.subject, "sid": token.session_id, "gid": "grant-1", "acr": token.acr, "auth_time": signed_in,
            "roles": token.roles,
        });
        let person = if token.is_machine { Json::Null } else { person };
        for more in [person, token.claims.clone()] {
            let more: Map<String, Json> = more.as_object().cloned().unwrap_or_default();
            claims.as_object_mut().unwrap_or(&mut Map::new()).extend(more);
        }
        self.issuer.signer.sign("at+jwt", &claims)
    }

    /// The header `Authorization` with such a token.
    pub fn authorization(&self, token: &TestToken<'_>) -> String {
        format!("Bearer {}", self.token(token))
    }

    /// Adds an entry to the feed, and waits until the module has it. The kinds `jti`, `sid`, `gid` and `kid` revoke by name;
    /// `sub`, `client` and `project` revoke every token that was issued before.
    pub async fn revoke(&self, kind: &str, value: &str) {
        let cursor = self.issuer.revoke(kind, value);
        self.until("revokes", |status| status.cursor.as_ref() == Some(&cursor)).await;
    }

    /// Publishes access rules, and waits until the module applies them.
    pub async fn publish(&self, rules: Json) {
        let revision = self.issuer.publish(rules);
        self.until("applies the rules", |status| status.policy_revision == Some(revision)).await;
    }

    /// Begins a new epoch of the feed, as after a restored backup, and waits until the module has a snapshot of it.
    pub async fn restore_backup(&self) {
        let cursor = self.issuer.begin_epoch();
        self.until("takes a snapshot", |status| status.cursor.as_ref() == Some(&cursor)).await;
    }

    /// Makes Usher unavailable, and waits until the module has noticed; or available again.
    pub async fn set_away(&self, away: bool) {
        self.issuer.set_away(away);
        self.until("notices", |status| !away || !status.connected).await;
    }

    /// Introspection says that the token is not active.
    pub fn deactivate(&self, token: &str) {
        self.issuer.deactivate(token);
    }

    /// Moves the clock of module and issuer.
    pub fn advance(&self, by: Duration) {
        self.issuer.ahead.fetch_add(i64::try_from(by.as_secs()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Waits until the module is in a state.
    ///
    /// # Panics
    /// After ten seconds.
    pub async fn until(&self, what: &str, reached: impl Fn(&Status) -> bool) {
        let begun = tokio::time::Instant::now();
        while !reached(&self.usher.status()) {
            assert!(begun.elapsed() < PATIENCE, "the module never {what}: {:?}", self.usher.status());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

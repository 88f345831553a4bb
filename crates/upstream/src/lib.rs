//! Sign-in with other providers: the authorization request, and who returned.
//!
//! One file for each provider, with what is specific to it; shared parts have files of their own. A provider says *who*
//! returned ([`Vouched`]); whether that is one of our users, and whether they may sign in, is decided elsewhere. Tokens
//! of a provider are not stored: access tokens are dropped after reading the profile.

mod cached;
mod callback;
mod calls;
mod connector;
mod error;
mod exchange;
mod graph_version;
mod id_token;
mod identity_assertion;
mod issuer;
mod jws;
mod kept;
mod oauth_provider;
mod openid;
mod openid_provider;
mod profile;
mod provider_context;
mod provider_event;
pub mod providers;
mod registry;
mod start;
mod step_deadline;
#[cfg(test)]
mod testing;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

pub use callback::Callback;
pub use connector::Connector;
pub use error::{UpstreamCause, UpstreamError};
pub use graph_version::graph_version_end;
pub use identity_assertion::SignedIdentityAssertion;
pub use kept::PendingAuthorization;
pub use provider_context::ProviderContext;
pub use provider_event::{ProviderEvent, ProviderEventKind, ProviderEventRequest};
pub use providers::{CONNECTORS, built_in_kinds};
pub use registry::Registry;
pub use start::StartRequest;
pub use usher_domain::provider::ProviderEventEndpoint;
pub use usher_domain::user::identity::Vouched;

use usher_domain::provider::ProviderSettings;
use usher_domain::random::Random;
use usher_domain::time::Clock;
use usher_http_client::Outbound;

/// The future result of a call to a provider.
pub type ProviderFuture<'a, T> = BoxFuture<'a, Result<T, UpstreamError>>;

/// The dependencies of providers.
#[derive(Clone)]
pub struct Deps {
    /// The HTTP client.
    pub outbound: Outbound,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
}

impl fmt::Debug for Deps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deps")
    }
}

/// An upstream provider.
pub trait Provider: Send + Sync + 'static {
    /// Its settings.
    fn settings(&self) -> &ProviderSettings;

    /// The authorization request, and the state to keep, sealed and single-use, until the callback.
    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)>;

    /// Who returned. All checks of the protocol run before anything about the person is used.
    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched>;

    /// Whom these claims are about: those of an ID token, or what the provider's profile endpoint answers. Nothing is
    /// verified: it shows how claims are mapped.
    ///
    /// # Errors
    /// As [`Self::finish`], for claims that it would refuse.
    fn read_claims(&self, claims: &Value) -> Result<Vouched, UpstreamError>;

    /// Verifies a notification. Irrelevant kinds of events give none.
    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        let _ = request;
        Box::pin(async { Err(UpstreamError::NoSuchNotice) })
    }

    /// Verifies that it signed an identity assertion (ID-JAG) and is its issuer. The other claims are not checked.
    fn assertion<'a>(&'a self, token: &'a str) -> ProviderFuture<'a, SignedIdentityAssertion> {
        let _ = token;
        Box::pin(async { Err(UpstreamError::misbehaved("it issues no identity assertions")) })
    }

    /// Checks now, without a sign-in, that the provider is reachable and accepts our credentials.
    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>>;

    /// Checks that the metadata at the provider's URL name the configured issuer. For settings that are saved: an
    /// unreachable server is not an error.
    fn introduce(&self) -> ProviderFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// The logout URL of the provider with this return URL, if it has one.
    fn end_session_url<'a>(&'a self, back_to: &'a str) -> ProviderFuture<'a, Option<Url>> {
        let _ = back_to;
        Box::pin(async { Ok(None) })
    }
}

/// One step of checking a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedStep {
    /// The step: `metadata`, `keys`, `token endpoint`.
    pub step: &'static str,
    /// Its result.
    pub outcome: Result<(), UpstreamError>,
}

impl CheckedStep {
    fn new(step: &'static str, outcome: Result<(), UpstreamError>) -> Self {
        Self { step, outcome }
    }
}

//! What every provider has: its settings, its secret, HTTP client, clock and randomness.

use std::fmt;
use std::sync::Arc;

use super::Deps;
use super::error::UpstreamError;
use super::exchange::{self, ErrorReader, Exchange, ProviderTokens};
use super::kept::PendingAuthorization;
use usher_domain::provider::{ProviderKind, ProviderSettings, TokenForm};
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;
use usher_http_client::Outbound;

/// The context of one provider.
#[derive(Clone)]
pub struct ProviderContext {
    pub kind: &'static ProviderKind,
    pub settings: Arc<ProviderSettings>,
    secret: Option<Secret<String>>,
    pub(super) around: Deps,
}

impl fmt::Debug for ProviderContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderContext").field("provider", &self.settings.id).finish_non_exhaustive()
    }
}

/// How the token endpoint is called.
pub(super) struct TokenEndpointCall {
    pub url: String,
    pub basic: bool,
    pub form: TokenForm,
    pub error_reader: ErrorReader,
}

impl ProviderContext {
    pub fn new(
        kind: &'static ProviderKind,
        settings: ProviderSettings,
        secret: Option<Secret<String>>,
        around: Deps,
    ) -> Self {
        Self { kind, settings: Arc::new(settings), secret, around }
    }

    pub fn outbound(&self) -> &Outbound {
        &self.around.outbound
    }

    pub fn now(&self) -> Timestamp {
        self.around.clock.now()
    }

    /// The secret, for signing.
    pub fn secret(&self) -> Result<&Secret<String>, UpstreamError> {
        self.secret.as_ref().ok_or_else(|| UpstreamError::misconfigured("it has no client secret"))
    }

    /// The configured secret, if there is one.
    pub fn given_secret(&self) -> Option<&Secret<String>> {
        self.secret.as_ref()
    }

    /// A URL below the configured base URL, or below the provider's own.
    pub fn url(&self, own: &str, path: &str) -> String {
        format!("{}{path}", self.base(own))
    }

    /// The configured base URL, or the provider's own.
    pub fn base<'a>(&'a self, own: &'a str) -> &'a str {
        self.settings.base_url.as_deref().unwrap_or(own).trim_end_matches('/')
    }

    /// Exchanges a code, authenticating with `secret`.
    pub(super) async fn exchange(
        &self,
        endpoint: &TokenEndpointCall,
        secret: Option<&Secret<String>>,
        code: &str,
        kept: &PendingAuthorization,
    ) -> Result<ProviderTokens, UpstreamError> {
        let verifier = kept.pkce_verifier.as_deref();
        exchange::exchange(self.outbound(), self.asked(endpoint, secret, code, &kept.redirect_uri, verifier)).await
    }

    /// Whether the token endpoint accepts our credentials.
    pub(super) async fn probe(
        &self,
        endpoint: &TokenEndpointCall,
        secret: Option<&Secret<String>>,
        redirect_uri: &str,
    ) -> Result<(), UpstreamError> {
        // As long as a real verifier, so that only the code is wrong.
        let verifier = "usher-probe-usher-probe-usher-probe-usher-probe";
        exchange::probe(self.outbound(), self.asked(endpoint, secret, "", redirect_uri, Some(verifier))).await
    }

    fn asked<'a>(
        &'a self,
        endpoint: &'a TokenEndpointCall,
        secret: Option<&'a Secret<String>>,
        code: &'a str,
        redirect_uri: &'a str,
        pkce_verifier: Option<&'a str>,
    ) -> Exchange<'a> {
        Exchange {
            token_url: &endpoint.url,
            client_id: &self.settings.client_id,
            secret,
            basic: endpoint.basic,
            code,
            redirect_uri,
            pkce_verifier,
            form: endpoint.form,
            error_reader: endpoint.error_reader,
        }
    }
}

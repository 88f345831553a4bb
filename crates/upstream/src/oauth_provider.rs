//! A provider of OAuth 2 with an endpoint that says who somebody is: the steps that are the same for all, around what
//! each does in its own way.

use std::future::{Future, ready};

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::callback::Callback;
use super::error::UpstreamError;
use super::exchange::ProviderTokens;
use super::kept::PendingAuthorization;
use super::provider_context::{ProviderContext, TokenEndpointCall};
use super::provider_event::{ProviderEvent, ProviderEventRequest};
use super::start::{self, AuthorizeOptions, StartRequest};
use super::{CheckedStep, Provider, ProviderFuture, Vouched};
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;

/// What an OAuth 2 provider does in its own way.
pub(super) trait OAuthQuirks: Send + Sync + 'static {
    fn authorize_url(&self, context: &ProviderContext) -> String;

    /// The separator of scopes.
    fn scope_sep<'a>(&self, _: &'a ProviderContext) -> &'a str {
        " "
    }

    /// Its parameters of the authorization request.
    fn parameters(&self, _: &ProviderContext, _: &StartRequest) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn token_endpoint(&self, context: &ProviderContext) -> TokenEndpointCall;

    /// The issuer that its callbacks may name (RFC 9207).
    fn callback_issuer(&self, context: &ProviderContext) -> String;

    /// The secret for the token endpoint.
    fn secret<'a>(&self, context: &'a ProviderContext) -> Result<Option<&'a Secret<String>>, UpstreamError> {
        context.secret().map(Some)
    }

    /// Who the tokens are about.
    fn vouched(
        &self,
        context: &ProviderContext,
        tokens: ProviderTokens,
    ) -> impl Future<Output = Result<Vouched, UpstreamError>> + Send;

    /// Who this response of its profile endpoint is about.
    fn read(&self, context: &ProviderContext, user: &Value) -> Result<Vouched, UpstreamError>;

    /// The events of a notification.
    fn events(
        &self,
        _: &ProviderContext,
        _: &ProviderEventRequest,
    ) -> impl Future<Output = Result<Vec<ProviderEvent>, UpstreamError>> + Send {
        ready(Err(UpstreamError::NoSuchNotice))
    }
}

/// An OAuth 2 provider with its quirks.
pub(super) struct OAuthProvider<Q> {
    pub context: ProviderContext,
    pub quirks: Q,
}

impl<Q: OAuthQuirks> Provider for OAuthProvider<Q> {
    fn settings(&self) -> &ProviderSettings {
        &self.context.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        Box::pin(async move {
            let endpoint = self.quirks.authorize_url(&self.context);
            let options = AuthorizeOptions {
                endpoint: &endpoint,
                scope_sep: self.quirks.scope_sep(&self.context),
                own: self.quirks.parameters(&self.context, request),
                ..AuthorizeOptions::default()
            };
            start::start(&self.context, request, &options)
        })
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(async move {
            let settings = &self.context.settings;
            let accepts = |claimed: &str| claimed == self.quirks.callback_issuer(&self.context);
            let code = callback.code(&settings.id, kept, settings.require_iss, accepts)?;
            let (endpoint, secret) = (self.quirks.token_endpoint(&self.context), self.quirks.secret(&self.context)?);
            let tokens = self.context.exchange(&endpoint, secret, code, kept).await?;
            self.quirks.vouched(&self.context, tokens).await
        })
    }

    fn read_claims(&self, claims: &Value) -> Result<Vouched, UpstreamError> {
        self.quirks.read(&self.context, claims)
    }

    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        Box::pin(self.quirks.events(&self.context, request))
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(async move {
            let endpoint = self.quirks.token_endpoint(&self.context);
            let outcome = self.context.probe(&endpoint, self.context.given_secret(), redirect_uri).await;
            vec![CheckedStep::new("token endpoint", outcome)]
        })
    }
}

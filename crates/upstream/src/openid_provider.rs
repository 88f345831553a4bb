//! A provider of OpenID Connect: the steps that are the same for all, around what each does in its own way.

use std::future::{Future, ready};

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::callback::Callback;
use super::error::UpstreamError;
use super::kept::PendingAuthorization;
use super::openid::{OpenId, OpenIdMetadata, VerifiedIdToken};
use super::provider_context::ProviderContext;
use super::provider_event::{ProviderEvent, ProviderEventRequest};
use super::start::StartRequest;
use super::{CheckedStep, Provider, ProviderFuture, SignedIdentityAssertion, Vouched};
use usher_domain::provider::ProviderSettings;
use usher_domain::secret::Secret;

/// What an OpenID provider does in its own way.
pub(super) trait OpenIdQuirks: Send + Sync + 'static {
    /// Whether it supports `login_hint`.
    const LOGIN_HINT: bool = true;

    /// Its parameters of the authorization request.
    fn parameters(
        &self,
        _: &ProviderSettings,
        _: &OpenIdMetadata,
        request: &StartRequest,
    ) -> Vec<(&'static str, String)> {
        request.fresh_choice.then(|| ("prompt", String::from("select_account"))).into_iter().collect()
    }

    /// The secret for the token endpoint.
    fn secret(&self, context: &ProviderContext) -> Result<Option<Secret<String>>, UpstreamError> {
        context.secret().cloned().map(Some)
    }

    /// Who the verified claims are about.
    fn vouched(
        &self,
        openid: &OpenId,
        proven: VerifiedIdToken,
        callback: &Callback,
    ) -> impl Future<Output = Result<Vouched, UpstreamError>> + Send;

    /// Who these claims are about. They are not verified.
    fn read(&self, settings: &ProviderSettings, claims: &Value, issuer: String) -> Result<Vouched, UpstreamError>;

    /// The events of a notification.
    fn events(
        &self,
        _: &OpenId,
        _: &ProviderEventRequest,
    ) -> impl Future<Output = Result<Vec<ProviderEvent>, UpstreamError>> + Send {
        ready(Err(UpstreamError::NoSuchNotice))
    }
}

/// An OpenID provider with its quirks.
pub(super) struct OpenIdProvider<Q> {
    pub openid: OpenId,
    pub quirks: Q,
}

impl<Q: OpenIdQuirks> Provider for OpenIdProvider<Q> {
    fn settings(&self) -> &ProviderSettings {
        &self.openid.provider_context.settings
    }

    fn start<'a>(&'a self, request: &'a StartRequest) -> ProviderFuture<'a, (Url, PendingAuthorization)> {
        Box::pin(async move {
            let metadata = self.openid.metadata().await?;
            let own = self.quirks.parameters(self.settings(), &metadata, request);
            self.openid.start(request, &metadata, Q::LOGIN_HINT, own)
        })
    }

    fn finish<'a>(&'a self, callback: &'a Callback, kept: &'a PendingAuthorization) -> ProviderFuture<'a, Vouched> {
        Box::pin(async move {
            let secret = self.quirks.secret(&self.openid.provider_context)?;
            let proven = self.openid.prove(callback, kept, secret.as_ref()).await?;
            self.quirks.vouched(&self.openid, proven, callback).await
        })
    }

    fn read_claims(&self, claims: &Value) -> Result<Vouched, UpstreamError> {
        let named = claims.get("iss").and_then(Value::as_str).map(str::to_owned);
        let issuer = named.or_else(|| self.settings().issuer.clone()).unwrap_or_default();
        self.quirks.read(self.settings(), claims, issuer)
    }

    fn notice<'a>(&'a self, request: &'a ProviderEventRequest) -> ProviderFuture<'a, Vec<ProviderEvent>> {
        Box::pin(self.quirks.events(&self.openid, request))
    }

    fn assertion<'a>(&'a self, token: &'a str) -> ProviderFuture<'a, SignedIdentityAssertion> {
        Box::pin(self.openid.assertion(token))
    }

    fn introduce(&self) -> ProviderFuture<'_, ()> {
        Box::pin(self.openid.introduce())
    }

    fn check<'a>(&'a self, redirect_uri: &'a str) -> BoxFuture<'a, Vec<CheckedStep>> {
        Box::pin(async move {
            match self.quirks.secret(&self.openid.provider_context) {
                Ok(secret) => self.openid.check(secret.as_ref(), redirect_uri).await,
                Err(error) => vec![CheckedStep::new("client secret", Err(error))],
            }
        })
    }

    fn end_session_url<'a>(&'a self, back_to: &'a str) -> ProviderFuture<'a, Option<Url>> {
        Box::pin(self.openid.end_session_url(back_to))
    }
}

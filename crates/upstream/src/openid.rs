//! What all OpenID providers share: metadata, keys, the code exchange, verification of the ID token.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::callback::Callback;
use super::error::UpstreamError;
use super::exchange::by_the_book;
use super::id_token::{self, ExpectedIdToken};
use super::issuer::IssuerRule;
use super::jws::{self, JwsRefusal, KeySet, SignedToken};
use super::kept::PendingAuthorization;
use super::provider_context::{ProviderContext, TokenEndpointCall};
use super::start::{self, AuthorizeOptions, StartRequest};
use super::{CheckedStep, cached::Cached, calls};
use usher_domain::provider::{ClientAuth, TokenForm};
use usher_domain::secret::Secret;

/// The used part of the metadata (OpenID Connect Discovery §3).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct OpenIdMetadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: Option<String>,
    pub jwks_uri: String,
    pub end_session_endpoint: Option<String>,
    pub token_endpoint_auth_methods_supported: Vec<String>,
    pub prompt_values_supported: Vec<String>,
    pub authorization_response_iss_parameter_supported: bool,
}

/// The source of the metadata.
#[derive(Debug)]
pub(super) enum MetadataSource {
    /// A document at this URL.
    Document(String),
    /// Configured.
    Fixed(Box<OpenIdMetadata>),
}

/// A verified sign-in.
pub(super) struct VerifiedIdToken {
    /// The claims of the ID token.
    pub claims: Value,
    /// The issuer in canonical spelling.
    pub issuer: String,
    /// For the userinfo endpoint.
    pub access_token: Secret<String>,
    pub metadata: Arc<OpenIdMetadata>,
}

/// An OpenID provider.
pub(super) struct OpenId {
    pub provider_context: ProviderContext,
    source: MetadataSource,
    pub rule: IssuerRule,
    metadata: Cached<OpenIdMetadata>,
    keys: Cached<KeySet>,
}

impl OpenId {
    pub fn new(provider_context: ProviderContext, source: MetadataSource, rule: IssuerRule) -> Self {
        Self { provider_context, source, rule, metadata: Cached::default(), keys: Cached::default() }
    }

    /// The metadata, at most an hour old.
    pub async fn metadata(&self) -> Result<Arc<OpenIdMetadata>, UpstreamError> {
        self.metadata.get(self.provider_context.now(), self.read_metadata()).await
    }

    async fn read_metadata(&self) -> Result<OpenIdMetadata, UpstreamError> {
        let url = match &self.source {
            MetadataSource::Fixed(metadata) => return Ok(OpenIdMetadata::clone(metadata)),
            MetadataSource::Document(url) => url,
        };
        let document = calls::json(self.provider_context.outbound(), calls::get(url, &[])?).await?;
        let metadata: OpenIdMetadata =
            serde_json::from_value(document).map_err(|_| UpstreamError::misbehaved("its metadata cannot be read"))?;
        if !self.rule.fits_document(&metadata.issuer) {
            return Err(UpstreamError::misconfigured("its metadata names another issuer"));
        }
        let missing = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if missing.iter().any(|url| url.is_empty()) {
            return Err(UpstreamError::misbehaved("its metadata lacks an endpoint"));
        }
        let called = [Some(&metadata.token_endpoint), Some(&metadata.jwks_uri), metadata.userinfo_endpoint.as_ref()];
        let closed =
            |url: &String| Url::parse(url).map_or(true, |url| self.provider_context.outbound().may_call(&url).is_err());
        if called.into_iter().flatten().any(closed) {
            return Err(UpstreamError::misconfigured("its metadata names an endpoint that may not be called"));
        }
        Ok(metadata)
    }

    /// Checks that its metadata, if reachable, name the configured issuer and no internal address.
    pub async fn introduce(&self) -> Result<(), UpstreamError> {
        match self.read_metadata().await {
            Err(error @ UpstreamError::Misconfigured(_)) => Err(error),
            _ => Ok(()),
        }
    }

    async fn read_keys(&self, url: &str) -> Result<KeySet, UpstreamError> {
        KeySet::read(&calls::json(self.provider_context.outbound(), calls::get(url, &[])?).await?)
    }

    /// Builds the authorization request with the endpoint of the metadata.
    pub fn start(
        &self,
        request: &StartRequest,
        metadata: &OpenIdMetadata,
        login_hint: bool,
        own: Vec<(&'static str, String)>,
    ) -> Result<(Url, PendingAuthorization), UpstreamError> {
        let endpoint = &metadata.authorization_endpoint;
        let options = AuthorizeOptions { endpoint, scope_sep: " ", nonce: true, login_hint, own };
        start::start(&self.provider_context, request, &options)
    }

    /// Processes the callback and verifies who returned, authenticating with `secret` at the token endpoint.
    pub async fn prove(
        &self,
        callback: &Callback,
        kept: &PendingAuthorization,
        secret: Option<&Secret<String>>,
    ) -> Result<VerifiedIdToken, UpstreamError> {
        let metadata = self.metadata().await?;
        let settings = &self.provider_context.settings;
        let promised = settings.require_iss || metadata.authorization_response_iss_parameter_supported;
        let accepts = |claimed: &str| self.rule.fits_callback(claimed);
        let code = callback.code(&settings.id, kept, promised, accepts)?;
        let tokens = self.provider_context.exchange(&self.token_endpoint(&metadata), secret, code, kept).await?;
        let id_token = tokens.id_token.ok_or_else(|| UpstreamError::misbehaved("it gave no ID token"))?;
        let signed = self.verified(&metadata, &id_token).await?;
        let issuer = self.rule.of_token(&signed.claims)?;
        // If both callback and token name an issuer, it must be the same.
        if callback.get("iss").is_some_and(|claimed| claimed != issuer) {
            return Err(UpstreamError::misbehaved("its callback names another issuer than its token"));
        }
        let expected = ExpectedIdToken {
            client_id: &settings.client_id,
            nonce: kept.nonce.as_deref(),
            access_token: tokens.access_token.expose(),
            now: self.provider_context.now(),
        };
        id_token::check(&signed, &expected)?;
        Ok(VerifiedIdToken { claims: signed.claims, issuer, access_token: tokens.access_token, metadata })
    }

    /// Verifies the signature, with refetched keys if no known one matches.
    pub async fn verified(&self, metadata: &OpenIdMetadata, token: &str) -> Result<SignedToken, UpstreamError> {
        let allowed = self.algorithms();
        let (now, url) = (self.provider_context.now(), &metadata.jwks_uri);
        let keys = self.keys.get(now, self.read_keys(url)).await?;
        match jws::verify(token, &keys, &allowed) {
            Err(JwsRefusal::UnknownKey) => {
                let keys = self.keys.renewed(now, self.read_keys(url)).await?;
                jws::verify(token, &keys, &allowed).map_err(Into::into)
            }
            judged => judged.map_err(Into::into),
        }
    }

    fn algorithms(&self) -> Vec<String> {
        let set = &self.provider_context.settings.algorithms;
        if set.is_empty() { vec![String::from("RS256")] } else { set.clone() }
    }

    fn token_endpoint(&self, metadata: &OpenIdMetadata) -> TokenEndpointCall {
        let offered = &metadata.token_endpoint_auth_methods_supported;
        let offers = |method: &str| offered.iter().any(|each| each == method);
        let basic = match self.provider_context.settings.client_auth {
            Some(way) => way == ClientAuth::Basic,
            // OpenID Connect Discovery §3: the default is Basic.
            None => offered.is_empty() || offers("client_secret_basic") && !offers("client_secret_post"),
        };
        let url = metadata.token_endpoint.clone();
        TokenEndpointCall { url, basic, form: TokenForm::Json, error_reader: by_the_book }
    }

    /// Checks metadata, keys and token endpoint, one after the other.
    pub async fn check(&self, secret: Option<&Secret<String>>, redirect_uri: &str) -> Vec<CheckedStep> {
        let metadata = match self.read_metadata().await {
            Ok(metadata) => metadata,
            Err(error) => return vec![CheckedStep::new("metadata", Err(error))],
        };
        let keys = self.read_keys(&metadata.jwks_uri).await.map(|_| ());
        let token = self.provider_context.probe(&self.token_endpoint(&metadata), secret, redirect_uri).await;
        vec![
            CheckedStep::new("metadata", Ok(())),
            CheckedStep::new("keys", keys),
            CheckedStep::new("token endpoint", token),
        ]
    }

    /// The logout URL of the provider, returning to `back_to` (OpenID Connect RP-Initiated Logout §2).
    pub async fn end_session_url(&self, back_to: &str) -> Result<Option<Url>, UpstreamError> {
        let Some(endpoint) = self.metadata().await?.end_session_endpoint.clone() else { return Ok(None) };
        let mut url = start::endpoint(&endpoint)?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.provider_context.settings.client_id)
            .append_pair("post_logout_redirect_uri", back_to);
        Ok(Some(url))
    }
}

//! Usher as the OpenID Provider of the application, by the crate `openidconnect`.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreIdToken, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, NonceVerifier, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::sessions::Tokens;
use crate::issuer::{CALL_TIMEOUT, MAX_DOCUMENT, has_origin_of};
use crate::options::{Options, seconds};
use crate::policy::Attributes;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What went wrong at a sign-in or a refresh; for the log.
pub(super) type ProviderError = Box<dyn std::error::Error + Send + Sync>;

/// Signatures of ID tokens.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// The lifetime of access tokens that do not say theirs.
const SHORT: Duration = Duration::from_secs(60);

/// What a sign-in has to reach (RFC 9470).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    /// One of these levels, which a space separates.
    pub(super) acr: Option<String>,
    /// In seconds.
    pub(super) max_age: Option<u64>,
}

/// The answer to a refresh.
pub(super) enum Refreshed {
    Tokens(Tokens),
    /// The grant has ended.
    Over,
    /// Usher gives this application no tokens.
    ClientRefused,
}

/// A sign-in that has begun, encrypted in a cookie until the callback.
#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) state: String,
    nonce: String,
    verifier: String,
    pub(super) return_to: String,
    pub(super) step: Step,
    /// In seconds since the epoch.
    pub(super) at: i64,
}

/// What discovery said.
struct Discovered {
    client: Client,
    end_session: Option<Url>,
}

pub(super) struct Provider {
    issuer: IssuerUrl,
    id: ClientId,
    secret: ClientSecret,
    redirect: RedirectUrl,
    scope: Vec<Scope>,
    http: WebClient,
    skew: i64,
    known: tokio::sync::Mutex<Option<Arc<Discovered>>>,
}

/// The HTTP client of the module for the crate.
struct WebClient(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for WebClient {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let mut request = reqwest::Request::try_from(request)?;
            *request.timeout_mut() = Some(CALL_TIMEOUT);
            let mut answer = self.0.execute(request).await?;
            let mut body = vec![];
            while let Some(chunk) = answer.chunk().await? {
                // A body that is too long is cut, and cannot be read then.
                if body.len() + chunk.len() > MAX_DOCUMENT {
                    break;
                }
                body.extend_from_slice(&chunk);
            }
            let mut response = HttpResponse::new(body);
            *response.status_mut() = answer.status();
            response.headers_mut().clone_from(answer.headers());
            Ok(response)
        })
    }
}

impl Provider {
    pub(super) fn new(
        options: &Options,
        scope: &str,
        redirect: String,
        http: reqwest::Client,
    ) -> Result<Self, url::ParseError> {
        Ok(Self {
            issuer: IssuerUrl::new(options.issuer.clone())?,
            id: ClientId::new(options.client_id.clone()),
            secret: ClientSecret::new(options.client_secret.clone()),
            redirect: RedirectUrl::new(redirect)?,
            // The crate asks for `openid` by itself.
            scope: scope.split(' ').filter(|one| *one != "openid").map(|one| Scope::new(one.to_owned())).collect(),
            http: WebClient(http),
            skew: seconds(options.clock_skew),
            known: tokio::sync::Mutex::default(),
        })
    }

    /// What discovery said, once; again if the keys are too old.
    async fn known(&self, anew: bool) -> Result<Arc<Discovered>, ProviderError> {
        let mut slot = self.known.lock().await;
        if let Some(known) = slot.as_ref().filter(|_| !anew) {
            return Ok(Arc::clone(known));
        }
        let known = Arc::new(self.discover().await?);
        *slot = Some(Arc::clone(&known));
        Ok(known)
    }

    async fn discover(&self) -> Result<Discovered, ProviderError> {
        let metadata = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http).await?;
        let end_session = metadata.additional_metadata().end_session_endpoint.as_ref().map(|url| url.url().clone());
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(TokenUrl::url),
            end_session.as_ref(),
        ];
        if endpoints.into_iter().flatten().any(|url| !has_origin_of(url.as_str(), self.issuer.as_str())) {
            return Err("an endpoint is not on the origin of the issuer".into());
        }
        let client = CoreClient::from_provider_metadata(metadata, self.id.clone(), Some(self.secret.clone()));
        Ok(Discovered { client: client.set_redirect_uri(self.redirect.clone()), end_session })
    }

    /// The address to sign in at, with more parameters for Usher, and what the callback must match.
    pub(super) async fn begin(
        &self,
        return_to: String,
        step: Step,
        more: Vec<(&'static str, String)>,
        now: i64,
    ) -> Result<(Url, Begun), ProviderError> {
        let known = self.known(false).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = known.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let mut request = request.add_scopes(self.scope.iter().cloned()).set_pkce_challenge(challenge);
        if let Some(acr) = &step.acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(max_age) = step.max_age {
            request = request.set_max_age(Duration::from_secs(max_age));
        }
        for (name, value) in more {
            request = request.add_extra_param(name, value);
        }
        let (url, state, nonce) = request.url();
        let (state, nonce) = (state.into_secret(), nonce.secret().clone());
        Ok((url, Begun { state, nonce, verifier: verifier.into_secret(), return_to, step, at: now }))
    }

    /// Exchanges the code of the callback.
    pub(super) async fn finish(&self, code: String, begun: &Begun, now: i64) -> Result<Tokens, ProviderError> {
        let known = self.known(false).await?;
        let request = known.client.exchange_code(AuthorizationCode::new(code))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()));
        let response = request.request_async(&self.http).await?;
        let tokens = self.read(&response, &Nonce::new(begun.nonce.clone()), now).await?;
        if tokens.claims.is_none() {
            return Err("there is no ID token".into());
        }
        Ok(tokens)
    }

    /// New tokens, or why there are none.
    pub(super) async fn refresh(&self, token: &str, now: i64) -> Result<Refreshed, ProviderError> {
        let known = self.known(false).await?;
        let token = RefreshToken::new(token.to_owned());
        let error = match known.client.exchange_refresh_token(&token)?.request_async(&self.http).await {
            // An ID token of a refresh has no nonce (OpenID Connect Core §12.2).
            Ok(response) => {
                return self.read(&response, |_: Option<&Nonce>| Ok(()), now).await.map(Refreshed::Tokens);
            }
            Err(error) => error,
        };
        let said = if let RequestTokenError::ServerResponse(said) = &error { Some(said.error()) } else { None };
        match said {
            Some(CoreErrorResponseType::InvalidGrant) => Ok(Refreshed::Over),
            Some(CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient) => {
                Ok(Refreshed::ClientRefused)
            }
            _ => Err(error.into()),
        }
    }

    /// The address that signs out at Usher (OpenID Connect RP-Initiated Logout 1.0).
    pub(super) async fn sign_out_url(&self, id_token: Option<&str>, back: &str) -> Result<Url, ProviderError> {
        let known = self.known(false).await?;
        let mut url = known.end_session.clone().ok_or("the issuer has no end_session_endpoint")?;
        url.query_pairs_mut().append_pair("client_id", self.id.as_str()).append_pair("post_logout_redirect_uri", back);
        if let Some(id_token) = id_token {
            url.query_pairs_mut().append_pair("id_token_hint", id_token);
        }
        Ok(url)
    }

    async fn read(
        &self,
        response: &CoreTokenResponse,
        nonce: impl NonceVerifier + Clone,
        now: i64,
    ) -> Result<Tokens, ProviderError> {
        let claims = match response.id_token() {
            Some(id_token) => Some(self.verify(id_token, response, nonce, now).await?),
            None => None,
        };
        let life = seconds(response.expires_in().unwrap_or(SHORT));
        Ok(Tokens {
            access_token: response.access_token().secret().clone(),
            refresh_token: response.refresh_token().map(|token| token.secret().clone()),
            id_token: response.id_token().map(ToString::to_string),
            expires_at: now.saturating_add(life),
            claims,
        })
    }

    /// The claims of an ID token (OpenID Connect Core §3.1.3.7). For an unknown key the keys are fetched again.
    async fn verify(
        &self,
        id_token: &CoreIdToken,
        response: &CoreTokenResponse,
        nonce: impl NonceVerifier + Clone,
        now: i64,
    ) -> Result<Attributes, ProviderError> {
        let check = |known: &Discovered| check(known, id_token, response, nonce.clone(), now - self.skew);
        match check(&*self.known(false).await?) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                check(&*self.known(true).await?)?;
            }
            checked => checked?,
        }
        let text = id_token.to_string();
        let payload = text.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
        Ok(serde_json::from_slice(&payload.ok_or("the ID token has no payload")?)?)
    }
}

fn check(
    known: &Discovered,
    id_token: &CoreIdToken,
    response: &CoreTokenResponse,
    nonce: impl NonceVerifier,
    now: i64,
) -> Result<(), ClaimsVerificationError> {
    let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or_default());
    let verifier = known.client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || time.into());
    let claims = id_token.claims(&verifier, nonce)?;
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let algorithm = id_token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
    let key = id_token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
    let actual = AccessTokenHash::from_token(response.access_token(), algorithm, key);
    match actual {
        Ok(actual) if actual == *expected => Ok(()),
        _ => Err(ClaimsVerificationError::Other("at_hash is that of another access token".to_owned())),
    }
}

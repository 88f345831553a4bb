//! The OpenID Provider as the client library sees it: metadata and keys, fetched when needed and kept for a while.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, ClientId, ClientSecret, DiscoveryError, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LogoutProviderMetadata,
    PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
    url,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::error::Trouble;

/// Metadata and keys are fetched anew after so long.
const FRESH: Duration = Duration::from_mins(5);
/// Longest wait for one answer of the provider.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client library's client, made from discovery.
pub type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// RFC 9207 §3: does the provider name itself in authorization responses?
#[derive(Clone, Debug, Serialize, Deserialize)]
struct NamesItself {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for NamesItself {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<NamesItself>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What discovery told.
pub struct Known {
    /// Ready for requests.
    pub client: RelyingParty,
    /// Where sign-out is asked for.
    pub end_session: Option<EndSessionUrl>,
    /// Every authorization response must carry `iss` (RFC 9207).
    pub names_itself: bool,
    since: Instant,
}

/// The client library's way to the network.
pub struct Wire(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(request.try_into()?).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.into());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// The provider, and how to reach it.
pub struct Provider {
    /// The issuer identifier.
    pub issuer: IssuerUrl,
    /// This demo's client identifier.
    pub client_id: ClientId,
    /// The way to it.
    pub wire: Wire,
    /// Where the provider sends the browser after sign-out.
    pub after_sign_out: PostLogoutRedirectUrl,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    known: Mutex<Option<Arc<Known>>>,
}

/// Why a demo cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// An address is not a URL.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The HTTP client could not be made.
    #[error("no HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

impl Provider {
    /// Nothing is fetched yet.
    ///
    /// # Errors
    /// When `issuer` or `own_url` is no URL.
    pub fn new(
        issuer: &str,
        client_id: String,
        client_secret: Option<String>,
        own_url: &str,
    ) -> Result<Self, SetUpError> {
        // No redirects: an answer must come from the address asked. No proxy: the provider is on this machine.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned())?,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            redirect: RedirectUrl::new(format!("{own_url}/callback"))?,
            after_sign_out: PostLogoutRedirectUrl::new(format!("{own_url}/signed-out"))?,
            wire: Wire(http),
            known: Mutex::new(None),
        })
    }

    /// What is known of the provider, asked for where it is not known or no longer fresh.
    ///
    /// # Errors
    /// When discovery fails; the next call asks again.
    pub async fn known(&self) -> Result<Arc<Known>, Trouble> {
        let mut slot = self.known.lock().await;
        if let Some(known) = slot.as_ref().filter(|known| known.since.elapsed() < FRESH) {
            return Ok(known.clone());
        }
        let known = Arc::new(self.discover().await?);
        *slot = Some(known.clone());
        Ok(known)
    }

    /// Asks again even if what is known looks fresh: the provider signs with a key unknown here.
    ///
    /// # Errors
    /// When discovery fails.
    pub async fn known_anew(&self) -> Result<Arc<Known>, Trouble> {
        *self.known.lock().await = None;
        self.known().await
    }

    async fn discover(&self) -> Result<Known, Trouble> {
        let metadata =
            Metadata::discover_async(self.issuer.clone(), &self.wire).await.map_err(|cause| match cause {
                DiscoveryError::Request(_) => Trouble::Unreachable { issuer: self.issuer.to_string() },
                DiscoveryError::Response(status, _, _) if status.is_server_error() => {
                    Trouble::Unreachable { issuer: self.issuer.to_string() }
                }
                other => Trouble::Untrue { what: format!("The provider's metadata cannot be used: {other}.") },
            })?;
        let extra = metadata.additional_metadata();
        let end_session = extra.end_session_endpoint.clone();
        let names_itself = extra.additional_metadata.authorization_response_iss_parameter_supported;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone())
            .set_redirect_uri(self.redirect.clone());
        Ok(Known { client, end_session, names_itself, since: Instant::now() })
    }
}

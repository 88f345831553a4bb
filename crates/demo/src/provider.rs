//! The OpenID provider for the client library: metadata and keys, fetched when needed and cached.

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

use super::error::DemoError;

/// How long metadata and keys are cached.
const FRESH: Duration = Duration::from_mins(5);
/// The timeout of requests to the provider.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client library's client, built from discovery.
pub type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// RFC 9207 §3: do authorization responses have `iss`?
#[derive(Clone, Debug, Serialize, Deserialize)]
struct IssParameterSupport {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for IssParameterSupport {}

type DemoProviderMetadata = ProviderMetadata<
    LogoutProviderMetadata<IssParameterSupport>,
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

/// The metadata.
pub struct DiscoveredProvider {
    /// The client.
    pub client: RelyingParty,
    /// The end session endpoint.
    pub end_session: Option<EndSessionUrl>,
    /// Must every authorization response have `iss` (RFC 9207)?
    pub names_itself: bool,
    since: Instant,
}

/// The HTTP client of the client library.
pub struct DemoHttpClient(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for DemoHttpClient {
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

/// The provider.
pub struct DemoProvider {
    /// The issuer identifier.
    pub issuer: IssuerUrl,
    /// This demo's client identifier.
    pub client_id: ClientId,
    /// The HTTP client.
    pub wire: DemoHttpClient,
    /// Where the provider redirects after sign-out.
    pub after_sign_out: PostLogoutRedirectUrl,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    known: Mutex<Option<Arc<DiscoveredProvider>>>,
}

/// Why a demo cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// A URL is malformed.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The HTTP client could not be created.
    #[error("no HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

impl DemoProvider {
    /// Creates a provider; nothing is fetched yet.
    ///
    /// # Errors
    /// If `issuer` or `own_url` is malformed.
    pub fn new(
        issuer: &str,
        client_id: String,
        client_secret: Option<String>,
        own_url: &str,
    ) -> Result<Self, SetUpError> {
        // No redirects: a response must come from the requested URL. No proxy: the provider is on this machine.
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
            wire: DemoHttpClient(http),
            known: Mutex::new(None),
        })
    }

    /// The metadata, fetched if they are not cached or no longer fresh.
    ///
    /// # Errors
    /// If discovery fails; the next call tries again.
    pub async fn known(&self) -> Result<Arc<DiscoveredProvider>, DemoError> {
        let mut slot = self.known.lock().await;
        if let Some(known) = slot.as_ref().filter(|known| known.since.elapsed() < FRESH) {
            return Ok(known.clone());
        }
        let known = Arc::new(self.discover().await?);
        *slot = Some(known.clone());
        Ok(known)
    }

    /// Fetches the metadata even if they are fresh: the provider signs with an unknown key.
    ///
    /// # Errors
    /// If discovery fails.
    pub async fn known_anew(&self) -> Result<Arc<DiscoveredProvider>, DemoError> {
        *self.known.lock().await = None;
        self.known().await
    }

    async fn discover(&self) -> Result<DiscoveredProvider, DemoError> {
        let metadata = DemoProviderMetadata::discover_async(self.issuer.clone(), &self.wire).await.map_err(
            |cause| match cause {
                DiscoveryError::Request(_) => DemoError::Unreachable { issuer: self.issuer.to_string() },
                DiscoveryError::Response(status, _, _) if status.is_server_error() => {
                    DemoError::Unreachable { issuer: self.issuer.to_string() }
                }
                other => DemoError::Untrue { what: format!("The provider's metadata cannot be used: {other}.") },
            },
        )?;
        let extra = metadata.additional_metadata();
        let end_session = extra.end_session_endpoint.clone();
        let names_itself = extra.additional_metadata.authorization_response_iss_parameter_supported;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone())
            .set_redirect_uri(self.redirect.clone());
        Ok(DiscoveredProvider { client, end_session, names_itself, since: Instant::now() })
    }
}

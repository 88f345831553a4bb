//! Pushed authorization requests (RFC 9126): a client sends its request here first, authenticated, and gets a `request_uri`
//! for the browser.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::oauth::client::authenticate::ClientAuthentication;
use crate::oauth::dpop::{DpopProofs, ProofRequest};
use crate::oauth::request_objects::RequestObjects;
use usher_accounts::apis::Apis;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::single_use::{SingleUseId, SingleUseKind};
use usher_keys::seal::Purpose;
use usher_protocol::authorize::request_object::PUSHED_PREFIX;
use usher_protocol::authorize::{AuthorizeRequest, RequestTransport};
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::error::OAuthError;
use usher_protocol::params::Params;
use usher_storage::system::throttles::Taken;

/// How long a pushed request may be taken to the authorization endpoint.
const LIFETIME: Duration = Duration::from_secs(90);
/// How long it is remembered that a request was used: longer than a sign-in may be in progress.
const USED_KEPT: Duration = Duration::from_hours(48);
/// Requests that one public client may push from one network in a minute. Anybody can claim to be a public client.
const PUBLIC_PER_MINUTE: i64 = 120;
/// Parameters of the call that are not part of the request.
const OF_THE_CALL: [&str; 6] =
    ["client_id", "client_secret", "client_assertion", "client_assertion_type", "request", "dpop_jkt"];

/// The successful response (RFC 9126 §2.2).
#[derive(Debug, Serialize)]
pub struct PushedResponse {
    pub request_uri: String,
    pub expires_in: u64,
}

/// A pushed request, as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredRequest {
    /// In `application/x-www-form-urlencoded` form.
    params: String,
    signed: bool,
}

/// A pushed request at the authorization endpoint.
pub(crate) struct LoadedRequest {
    pub id: SingleUseId,
    pub params: Params,
    pub transport: RequestTransport,
}

/// Pushed authorization requests.
pub struct PushedRequests {
    pub(crate) core: Arc<Core>,
    pub(crate) apis: Arc<Apis>,
    pub(crate) client_authentication: Arc<ClientAuthentication>,
    pub(crate) dpop_proofs: Arc<DpopProofs>,
    pub(crate) request_objects: Arc<RequestObjects>,
}

impl PushedRequests {
    /// Checks a request as the authorization endpoint would, and stores it.
    ///
    /// # Errors
    /// Those of client authentication, and those of the request as a JSON response (RFC 9126 §2.3).
    pub async fn push(
        &self,
        credentials: &ClientCredentials,
        source: &str,
        form: &Params,
        proof: Option<&ProofRequest<'_>>,
    ) -> Result<PushedResponse, FlowError> {
        let client = self.client_authentication.authenticate_client(credentials, source).await?;
        if form.get("request_uri") != Ok(None) {
            return Err(OAuthError::invalid_request("a pushed request must not have a request_uri").into());
        }
        let object = self.request_objects.read(&client, form).await?;
        let transport = RequestTransport { pushed: true, signed: object.is_some() };
        let asked = object.as_ref().unwrap_or(form);
        let key = self.key_of(asked, proof).await?;
        let params = stored_params(&client.id, asked, key);
        let mut request = check(&client, &params, transport)?;
        self.apis.limit(&client, &mut request).await?;
        let stored = StoredRequest { params: params.encode(), signed: transport.signed };
        self.store(&client, &stored, source).await
    }

    /// The thumbprint that the code will be bound to: that of the proof, which `dpop_jkt` may repeat (RFC 9449 §10.1).
    async fn key_of(&self, asked: &Params, proof: Option<&ProofRequest<'_>>) -> Result<Option<String>, FlowError> {
        let named = asked.get("dpop_jkt").map_err(|_| OAuthError::repeated("dpop_jkt"))?.map(str::to_owned);
        let Some(proof) = proof else { return Ok(named) };
        let proven = self.dpop_proofs.verify(proof, None).await?;
        if named.is_some_and(|named| named != proven) {
            return Err(RejectionCause::Dpop(usher_protocol::dpop::DpopFault::OtherKey).into());
        }
        Ok(Some(proven))
    }

    async fn store(&self, client: &Client, stored: &StoredRequest, source: &str) -> Result<PushedResponse, FlowError> {
        let (now, handle) = (self.core.now(), self.core.random.token());
        let content = serde_json::to_vec(stored)?;
        let random = &*self.core.random;
        let sealed = self.core.sealer.seal_locked(Purpose::PushedRequest, handle.as_bytes(), &content, random);
        let mut tx = self.core.store.begin().await?;
        if client.metadata.is_public() {
            let (bucket, now_ms) = (format!("pushed/{}/{source}", client.id), now.0.saturating_mul(1_000));
            let taken = tx.take_from_bucket(&bucket, now_ms, 60_000 / PUBLIC_PER_MINUTE, 60_000).await?;
            if let Taken::NotFor(ms) = taken {
                return Err(Rejected::TooMany { seconds: u32::try_from(ms / 1_000).unwrap_or(60) + 1 }.into());
            }
        }
        tx.insert_pushed_request(id_of(client, &handle), &client.id, &sealed, now + LIFETIME).await?;
        tx.commit().await?;
        Ok(PushedResponse { request_uri: format!("{PUSHED_PREFIX}{handle}"), expires_in: LIFETIME.as_secs() })
    }

    /// The request that this client pushed and that was not used yet, by the end of its `request_uri`.
    ///
    /// # Errors
    /// `invalid_request_uri`.
    pub(crate) async fn load(&self, client: &Client, handle: &str) -> Result<LoadedRequest, FlowError> {
        let id = id_of(client, handle);
        let unknown = || FlowError::from(RejectionCause::UnknownPushedRequest);
        let sealed = self.core.store.find_pushed_request(id, &client.id, self.core.now()).await?.ok_or_else(unknown)?;
        if self.core.store.is_used(id).await? {
            return Err(unknown());
        }
        let content = self.core.sealer.open_locked(Purpose::PushedRequest, handle.as_bytes(), &sealed);
        let stored: StoredRequest = serde_json::from_slice(&content.map_err(|_| unknown())?)?;
        let params = Params::decode(stored.params.as_bytes()).map_err(|_| unknown())?;
        Ok(LoadedRequest { id, params, transport: RequestTransport { pushed: true, signed: stored.signed } })
    }

    /// Uses a request up: its code is about to be issued. The browser that used it may repeat that, because people press
    /// buttons twice; `false` in any other browser.
    pub(crate) async fn use_up(&self, id: SingleUseId, browser: &str) -> Result<bool, FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        let used = tx.use_once_as(id, browser.as_bytes(), self.core.now() + USED_KEPT).await?;
        tx.commit().await?;
        Ok(used)
    }
}

fn id_of(client: &Client, handle: &str) -> SingleUseId {
    SingleUseId::new(SingleUseKind::PushedRequest, &client.id, handle)
}

/// The parameters without those of the call, with the client and the key.
fn stored_params(client: &ClientId, asked: &Params, key: Option<String>) -> Params {
    let kept = asked.iter().filter(|(name, _)| !OF_THE_CALL.contains(name));
    let key = key.map(|key| ("dpop_jkt".to_owned(), key));
    let own = std::iter::once(("client_id".to_owned(), client.0.clone())).chain(key);
    Params::from_pairs(own.chain(kept.map(|(name, value)| (name.to_owned(), value.to_owned()))))
}

/// The checks of the authorization endpoint.
fn check(client: &Client, params: &Params, transport: RequestTransport) -> Result<AuthorizeRequest, OAuthError> {
    match params.get("redirect_uri").map_err(|_| OAuthError::repeated("redirect_uri"))? {
        Some(sent) if !client.allows_redirect(sent) => {
            return Err(RejectionCause::UnregisteredRedirectUri.into());
        }
        // FAPI 2.0 Security Profile §5.3.2.2
        None if client.metadata.is_fapi() || client.metadata.redirect_uris.len() != 1 => {
            return Err(RejectionCause::RedirectUriMissing.into());
        }
        _ => {}
    }
    AuthorizeRequest::check(params, transport, &client.rules()).map_err(|(error, _)| error)
}

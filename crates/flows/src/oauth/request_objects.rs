//! Request objects of clients (RFC 9101): sent by value, or fetched from a `request_uri` that the client registered.

use std::sync::Arc;

use crate::oauth::client::keys::{ClientKeyFault, ClientKeys};
use usher_accounts::core::Core;
use usher_accounts::upstream::providers::Providers;
use usher_domain::oauth::client::Client;
use usher_protocol::authorize::request_object::{RequestObjectFault, RequestObjectRules, parameters};
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_protocol::params::Params;

/// Maximum size of a request object that is fetched, in bytes.
const MAX_BYTES: usize = 16 * 1_024;

/// Request objects.
pub struct RequestObjects {
    pub(crate) core: Arc<Core>,
    pub(crate) client_keys: Arc<ClientKeys>,
    pub(crate) providers: Arc<Providers>,
}

impl RequestObjects {
    /// The parameters of the request object that a request consists of; `None` if it has none.
    ///
    /// # Errors
    /// `invalid_request_object`, `invalid_request_uri` for one that is not registered, `invalid_request` for both.
    pub(crate) async fn read(&self, client: &Client, params: &Params) -> Result<Option<Params>, OAuthError> {
        let get = |name: &'static str| params.get(name).map_err(|_| OAuthError::repeated(name));
        match (get("request")?, get("request_uri")?) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(OAuthError::invalid_request("use request or request_uri, not both")),
            (Some(object), None) => self.verified(client, object, params).await.map(Some),
            (None, Some(uri)) => {
                if !client.metadata.request_uris.iter().any(|registered| registered == uri) {
                    return Err(RejectionCause::UnregisteredRequestUri.into());
                }
                let object = self.fetch(uri).await.ok_or(RequestObjectFault::Unfetched).map_err(refused)?;
                self.verified(client, &object, params).await.map(Some)
            }
        }
    }

    async fn verified(&self, client: &Client, object: &str, beside: &Params) -> Result<Params, OAuthError> {
        let jws = ForeignJws::parse(object.trim_ascii()).map_err(|_| refused(RequestObjectFault::Unreadable))?;
        if !client.metadata.may_sign_requests(&jws.alg) {
            return Err(refused(RequestObjectFault::Algorithm));
        }
        self.client_keys.check_signature(client, &jws).await.map_err(|fault| refused(fault.into()))?;
        let (issuer, now) = (self.core.issuer(), self.core.now().0);
        let rules = RequestObjectRules { client_id: &client.id.0, issuer, now, fapi: client.metadata.is_fapi() };
        parameters(&jws, beside, &rules).map_err(refused)
    }

    async fn fetch(&self, uri: &str) -> Option<String> {
        let accepted = "application/oauth-authz-req+jwt, application/jwt";
        match self.providers.outbound().get(uri, accepted, MAX_BYTES).await {
            Ok(answer) if answer.status.as_u16() == 200 => String::from_utf8(answer.body.into()).ok(),
            Ok(answer) => {
                tracing::info!(status = answer.status.as_u16(), "a request object cannot be fetched");
                None
            }
            Err(error) => {
                tracing::info!("a request object cannot be fetched: {error}");
                None
            }
        }
    }
}

fn refused(fault: RequestObjectFault) -> OAuthError {
    RejectionCause::RequestObject(fault).into()
}

impl From<ClientKeyFault> for RequestObjectFault {
    fn from(fault: ClientKeyFault) -> Self {
        match fault {
            ClientKeyFault::Unavailable => Self::KeysUnavailable,
            ClientKeyFault::UnknownKey => Self::UnknownKey,
            ClientKeyFault::Signature => Self::Signature,
        }
    }
}

//! Signed CIBA requests (CIBA Core §7.1.1).

use crate::oauth::request_objects::RequestObjects;
use usher_domain::oauth::client::Client;
use usher_protocol::authorize::request_object::{RequestObjectFault, RequestObjectRules};
use usher_protocol::cause::RejectionCause;
use usher_protocol::ciba::{SignedCibaRequest, signed_request};
use usher_protocol::error::OAuthError;
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_protocol::params::Params;

impl RequestObjects {
    /// The signed request that a CIBA request consists of; `None` if the client does not sign.
    ///
    /// # Errors
    /// `invalid_request`, also if a client that has registered an algorithm did not sign, or signed without one.
    pub(super) async fn read_ciba(
        &self,
        client: &Client,
        form: &Params,
    ) -> Result<Option<SignedCibaRequest>, OAuthError> {
        let object = form.get("request").map_err(|_| OAuthError::repeated("request"))?;
        match (client.metadata.signs_ciba_requests(), object) {
            (false, None) => Ok(None),
            (false, Some(_)) => Err(refused(RequestObjectFault::Unexpected)),
            (true, None) => Err(refused(RequestObjectFault::Missing)),
            (true, Some(object)) => self.verified_ciba(client, object, form).await.map(Some).map_err(refused),
        }
    }

    async fn verified_ciba(
        &self,
        client: &Client,
        object: &str,
        form: &Params,
    ) -> Result<SignedCibaRequest, RequestObjectFault> {
        let jws = ForeignJws::parse(object.trim_ascii()).map_err(|_| RequestObjectFault::Unreadable)?;
        if !client.metadata.may_sign_ciba_requests(&jws.alg) {
            return Err(RequestObjectFault::Algorithm);
        }
        self.client_keys.check_signature(client, &jws).await?;
        let (issuer, now) = (self.core.issuer(), self.core.now().0);
        let rules = RequestObjectRules { client_id: &client.id.0, issuer, now, fapi: client.metadata.is_fapi() };
        signed_request(&jws, form, &rules)
    }
}

fn refused(fault: RequestObjectFault) -> OAuthError {
    RejectionCause::CibaRequestObject(fault).into()
}

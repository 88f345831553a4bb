//! An access token as a request presents it: as a bearer token (RFC 6750), with a proof of its key (RFC 9449 §7), or over a
//! connection with the certificate of its client (RFC 8705 §3).

use std::sync::Arc;

use crate::oauth::dpop::{DpopProofs, ProofRequest};
use crate::oauth::introspect::{IssuedTokens, ValidAccessToken};
use usher_accounts::error::FlowError;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::certificate::ClientCertificate;
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::dpop::DpopFault;
use usher_protocol::error::OAuthError;

/// An access token with the scheme that it was sent by.
#[derive(Debug, Clone, Copy)]
pub struct PresentedToken<'r> {
    pub token: &'r str,
    /// The proof, if the scheme is `DPoP`.
    pub proof: Option<ProofRequest<'r>>,
    /// The certificate of the connection.
    pub certificate: Option<&'r ClientCertificate>,
}

impl<'r> PresentedToken<'r> {
    /// A token of the scheme `Bearer`.
    pub const fn bearer(token: &'r str) -> Self {
        Self { token, proof: None, certificate: None }
    }

    /// The same over a connection with this certificate.
    #[must_use]
    pub const fn over(self, certificate: Option<&'r ClientCertificate>) -> Self {
        Self { certificate, ..self }
    }
}

/// Access tokens at protected resources of this server.
pub struct PresentedTokens {
    pub(crate) dpop_proofs: Arc<DpopProofs>,
    pub(crate) issued_tokens: Arc<IssuedTokens>,
}

impl PresentedTokens {
    /// Validates an access token and that its sender may use it: a token that is bound to a key comes with a proof of that
    /// key, one that is bound to a certificate over a connection with it, and any other token as a bearer token.
    pub(crate) async fn check(
        &self,
        presented: &PresentedToken<'_>,
    ) -> Result<Result<ValidAccessToken, OAuthError>, FlowError> {
        let access = match self.issued_tokens.check_access_token(presented.token).await? {
            Ok(access) => access,
            Err(refused) => return Ok(Err(refused)),
        };
        let refused = |cause: RejectionCause| Ok(Err(OAuthError::from(cause).by(&access.claims.client_id)));
        match (&access.claims.cnf, &presented.proof) {
            (None, None) => Ok(Ok(access)),
            (Some(KeyConfirmation::Key(_)), None) => refused(RejectionCause::AccessTokenBound),
            (Some(KeyConfirmation::Certificate(bound)), None) => match presented.certificate {
                Some(certificate) if certificate.thumbprint() == bound => Ok(Ok(access)),
                _ => refused(RejectionCause::AccessTokenOfOtherCertificate),
            },
            (None | Some(KeyConfirmation::Certificate(_)), Some(_)) => refused(RejectionCause::AccessTokenUnbound),
            (Some(KeyConfirmation::Key(bound)), Some(proof)) => {
                match self.dpop_proofs.verify(proof, Some(presented.token)).await {
                    Ok(jkt) if jkt == *bound => Ok(Ok(access)),
                    Ok(_) => refused(RejectionCause::Dpop(DpopFault::OtherKey)),
                    Err(FlowError::OAuth(error)) => Ok(Err(error.by(&access.claims.client_id))),
                    Err(other) => Err(other),
                }
            }
        }
    }
}

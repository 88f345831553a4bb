//! Proofs of possession (DPoP, RFC 9449) in requests of clients, and the nonces for them.

use std::sync::Arc;
use std::time::Duration;

use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::single_use::SingleUseId;
use usher_domain::time::Timestamp;
use usher_keys::foreign::is_signed_by;
use usher_keys::seal::Purpose;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::certificate::ClientCertificate;
use usher_protocol::client::metadata::BindingRule;
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::dpop::{DpopFault, DpopProof, KEPT, NONCE_LIFETIME, NonceState, ProofRules};
use usher_protocol::error::OAuthError;

/// A proof as it was sent, and the request that it came with.
#[derive(Debug, Clone, Copy)]
pub struct ProofRequest<'r> {
    /// The value of the header `DPoP`; `Err` if it was sent more than once or cannot be read.
    pub header: Result<&'r str, DpopFault>,
    pub method: &'r str,
    pub path: &'r str,
}

/// Proofs of possession.
pub struct DpopProofs {
    pub(crate) core: Arc<Core>,
}

impl DpopProofs {
    /// A nonce: the present moment, sealed, so that every instance knows it without storing it (RFC 9449 §8).
    pub fn nonce(&self) -> String {
        let now = self.core.now().0.to_be_bytes();
        self.core.sealer.seal_text(Purpose::DpopNonce, &now, &*self.core.random)
    }

    /// Verifies a proof and uses it up, in the database: on every instance. Returns the thumbprint of its key.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, `use_dpop_nonce`.
    pub(crate) async fn verify(
        &self,
        request: &ProofRequest<'_>,
        access_token: Option<&str>,
    ) -> Result<String, FlowError> {
        let (jkt, jti) = self.check(request, access_token).map_err(RejectionCause::Dpop)?;
        let mut tx = self.core.store.begin_single().await?;
        let first = tx.use_once(SingleUseId::of_proof(&jkt, &jti), self.core.now() + Duration::from_secs(KEPT)).await?;
        tx.commit().await?;
        if first { Ok(jkt) } else { Err(RejectionCause::Dpop(DpopFault::Replayed).into()) }
    }

    /// Thumbprint and `jti` of a proof that is valid if it was not used before.
    fn check(&self, request: &ProofRequest<'_>, access_token: Option<&str>) -> Result<(String, String), DpopFault> {
        let proof = DpopProof::parse(request.header?)?;
        if !is_signed_by(&proof.jws, &proof.key) {
            return Err(DpopFault::Signature);
        }
        let url = self.core.config.server.issuer.at(request.path);
        let rules = ProofRules {
            method: request.method,
            url: &url,
            access_token,
            nonce: self.nonce_state(&proof),
            nonce_required: self.core.config.tokens.require_dpop_nonce,
            now: self.core.now().0,
        };
        let jti = proof.check(&rules)?.to_owned();
        Ok((proof.key.thumbprint(), jti))
    }

    /// Whether a proof is refused because it has no fresh nonce.
    pub fn needs_nonce(&self, request: &ProofRequest<'_>) -> bool {
        let proof = request.header.ok().and_then(|header| DpopProof::parse(header).ok());
        match proof.map(|proof| self.nonce_state(&proof)) {
            Some(NonceState::Stale) => true,
            Some(NonceState::Absent) => self.core.config.tokens.require_dpop_nonce,
            _ => false,
        }
    }

    fn nonce_state(&self, proof: &DpopProof<'_>) -> NonceState {
        let Some(nonce) = proof.nonce() else { return NonceState::Absent };
        let opened = nonce.as_str().and_then(|nonce| self.core.sealer.open_text(Purpose::DpopNonce, nonce).ok());
        let issued = opened.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes).map(Timestamp);
        // Clocks of instances differ by a little.
        let fresh = |issued: &Timestamp| self.core.now().seconds_since(*issued) < NONCE_LIFETIME;
        if issued.as_ref().is_some_and(fresh) { NonceState::Fresh } else { NonceState::Stale }
    }

    /// What the tokens of a request are bound to: the key of its proof, or the certificate of the client (RFC 8705 §3).
    ///
    /// # Errors
    /// As [`DpopProofs::verify`]; `invalid_dpop_proof` if there is no proof and the client needs one; `invalid_request` if
    /// there is no certificate and the client needs one, or a proof beside it.
    pub(crate) async fn binding_for_tokens(
        &self,
        client: &Client,
        proof: Option<&ProofRequest<'_>>,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Option<KeyConfirmation>, FlowError> {
        match (client.metadata.binding_rule(), proof, certificate) {
            (BindingRule::Certificate, None, Some(certificate)) => {
                Ok(Some(KeyConfirmation::Certificate(certificate.thumbprint().to_owned())))
            }
            (BindingRule::Certificate, ..) => {
                let why = "the tokens of this client are bound to its certificate: present it, and send no DPoP proof";
                Err(OAuthError::invalid_request(why).into())
            }
            (_, Some(proof), _) => self.verify(proof, None).await.map(KeyConfirmation::Key).map(Some),
            (BindingRule::Dpop, None, _) => Err(RejectionCause::Dpop(DpopFault::Missing).into()),
            (BindingRule::Optional, None, _) => Ok(None),
        }
    }
}

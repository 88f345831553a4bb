//! Verifies client assertions: `private_key_jwt` with the client's public keys, `client_secret_jwt` with its secret.

use std::sync::Arc;

use crate::oauth::client::keys::{ClientKeyFault, ClientKeys};
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::single_use::{SingleUseId, SingleUseKind};
use usher_domain::time::Timestamp;
use usher_keys::foreign::is_signed_with_secret;
use usher_keys::seal::Purpose;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::assertion::{
    AssertionAudience, AssertionFault, AssertionId, AssertionRules, ClientAssertion, check,
};
use usher_protocol::client::federated_assertion;
use usher_protocol::client::metadata::AuthMethod;
use usher_protocol::endpoints;
use usher_protocol::jose::foreign_jws::{ForeignJws, HMAC_ALG};

/// Client assertions.
pub struct ClientAssertions {
    pub(crate) core: Arc<Core>,
    pub(crate) client_keys: Arc<ClientKeys>,
}

/// An assertion that is valid if it was not used before.
#[derive(Debug)]
pub(crate) struct VerifiedAssertion {
    /// Of an assertion that is used once.
    id: Option<AssertionId>,
    /// The hash of the secret that signed it, if one did.
    pub secret: Option<String>,
}

impl ClientAssertions {
    /// Verifies an assertion of this client, except that it is used once.
    pub(crate) async fn verify(
        &self,
        client: &Client,
        assertion: &ClientAssertion,
    ) -> Result<VerifiedAssertion, RejectionCause> {
        if !client.metadata.token_endpoint_auth_method.allows(assertion.method()) {
            return Err(RejectionCause::OtherAuthMethod);
        }
        let jws = assertion.jws().map_err(RejectionCause::Assertion)?;
        let verified = match (client.metadata.token_endpoint_auth_method, assertion.is_spiffe()) {
            (AuthMethod::FederatedJwt, _) => self.verify_federated(client, &jws).await,
            (_, true) => Err(AssertionFault::OtherType),
            (_, false) => self.verify_jws(client, &jws).await,
        };
        verified.map_err(RejectionCause::Assertion)
    }

    /// Verifies the token of another issuer.
    async fn verify_federated(
        &self,
        client: &Client,
        jws: &ForeignJws<'_>,
    ) -> Result<VerifiedAssertion, AssertionFault> {
        if !client.metadata.may_sign_assertions(&jws.alg) {
            return Err(AssertionFault::Algorithm);
        }
        let credential = federated_assertion::credential_of(&client.metadata.federated_credentials, jws)?;
        self.client_keys.check_federated_signature(credential, jws).await?;
        federated_assertion::check(jws, credential, self.core.issuer(), self.core.now().0)?;
        Ok(VerifiedAssertion { id: None, secret: None })
    }

    async fn verify_jws(&self, client: &Client, jws: &ForeignJws<'_>) -> Result<VerifiedAssertion, AssertionFault> {
        if !client.metadata.may_sign_assertions(&jws.alg) {
            return Err(AssertionFault::Algorithm);
        }
        let secret = if jws.alg == HMAC_ALG {
            Some(self.secret_that_signed(client, jws)?)
        } else {
            self.client_keys.check_signature(client, jws).await?;
            None
        };
        let token_endpoint = self.core.config.server.issuer.at(endpoints::TOKEN);
        let audience = match &client.metadata {
            metadata if metadata.is_fapi() => AssertionAudience::IssuerText,
            metadata if metadata.scope.contains("openid") => {
                AssertionAudience::IssuerOr { token_endpoint: &token_endpoint }
            }
            _ => AssertionAudience::Issuer,
        };
        let (client_id, issuer, now) = (&client.id.0, self.core.issuer(), self.core.now().0);
        let rules = AssertionRules { client_id, issuer, audience, now };
        Ok(VerifiedAssertion { id: Some(check(jws, &rules)?), secret })
    }

    /// The hash of the client's valid secret that signed.
    fn secret_that_signed(&self, client: &Client, jws: &ForeignJws<'_>) -> Result<String, AssertionFault> {
        let (now, lock) = (self.core.now(), client.id.0.as_bytes());
        let good = client.secrets.iter().filter(|held| held.is_good(now));
        let mut kept = good.filter_map(|held| Some((&held.sha256, held.sealed.as_ref()?))).peekable();
        if kept.peek().is_none() {
            return Err(AssertionFault::SecretNotKept);
        }
        let signed = kept.find(|(_, sealed)| {
            let opened = self.core.sealer.open_locked(Purpose::ClientSecret, lock, &sealed.0);
            opened.is_ok_and(|secret| is_signed_with_secret(jws, &secret))
        });
        signed.map(|(hash, _)| hash.clone()).ok_or(AssertionFault::Signature)
    }

    /// Uses the assertion up, in the database: on every instance. That of another issuer may be used again.
    ///
    /// # Errors
    /// `invalid_client` if it was used before.
    pub(crate) async fn use_up(&self, client: &Client, assertion: &VerifiedAssertion) -> Result<(), FlowError> {
        let Some(used) = &assertion.id else { return Ok(()) };
        let id = SingleUseId::new(SingleUseKind::ClientAssertion, &client.id, &used.jti);
        let mut tx = self.core.store.begin_single().await?;
        let first = tx.use_once(id, Timestamp(used.expires_at)).await?;
        tx.commit().await?;
        if first { Ok(()) } else { Err(RejectionCause::Assertion(AssertionFault::Replayed).into()) }
    }
}

impl From<ClientKeyFault> for AssertionFault {
    fn from(fault: ClientKeyFault) -> Self {
        match fault {
            ClientKeyFault::Unavailable => Self::KeysUnavailable,
            ClientKeyFault::UnknownKey => Self::UnknownKey,
            ClientKeyFault::Signature => Self::Signature,
        }
    }
}

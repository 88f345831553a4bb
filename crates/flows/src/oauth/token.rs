//! The token endpoint: the steps that all grant types share.

use std::sync::Arc;

use crate::oauth::client::authenticate::ClientAuthentication;
use crate::oauth::dpop::{DpopProofs, ProofRequest};
use crate::oauth::grants::handler::{GrantDeps, GrantHandler, GrantTypeRow};
use crate::oauth::token_call::TokenCall;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

/// The token endpoint (RFC 6749 §3.2).
pub struct TokenEndpoint {
    core: Arc<Core>,
    client_authentication: Arc<ClientAuthentication>,
    dpop_proofs: Arc<DpopProofs>,
    grants: Vec<(GrantType, Arc<dyn GrantHandler>)>,
}

impl TokenEndpoint {
    pub(crate) fn new(
        client_authentication: Arc<ClientAuthentication>,
        dpop_proofs: Arc<DpopProofs>,
        grants: &[GrantTypeRow],
        deps: &GrantDeps,
    ) -> Self {
        let grants = grants.iter().map(|row| (row.grant_type, (row.make)(deps))).collect();
        Self { core: deps.core.clone(), client_authentication, dpop_proofs, grants }
    }

    /// Answers a token request: reads it, authenticates the client, checks that it may use the grant type, verifies the
    /// proof of possession, and runs the grant.
    ///
    /// # Errors
    /// The OAuth error (RFC 6749 §5.2), or an internal error.
    pub async fn token(
        &self,
        credentials: &ClientCredentials,
        source: &str,
        form: TokenForm<'_>,
        proof: Option<&ProofRequest<'_>>,
    ) -> Result<TokenResponse, FlowError> {
        let (grant_type, grant) = form.select(&self.grants)?;
        let answer = grant.read(&form)?;
        let client = self.client_authentication.authenticate_client(credentials, source).await?;
        if !client.metadata.may_use(grant_type.name) {
            let why = "the client may not use this grant type";
            return Err(RejectionCause::GrantNotAllowed(why).into());
        }
        // An exchange may also be one for an assertion, which has no identifier of the sector.
        if grant_type.name != TOKEN_EXCHANGE_GRANT {
            client.metadata.check_sector_for(grant_type.name)?;
        }
        let binding = self.dpop_proofs.binding_for_tokens(&client, proof, credentials.certificate()).await?;
        // Read before everything else, so that a revocation meanwhile has a later position.
        let urv = self.core.store.feed_place(client.project_id).await?.map_or(0, |place| place.position);
        answer(TokenCall { client, urv, binding }).await
    }
}

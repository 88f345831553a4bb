//! The token endpoint: the steps that all grant types share.

use crate::core::Core;
use crate::error::FlowError;
use crate::oauth::authenticate_client::ClientAuthentication;
use crate::oauth::client_credentials::ClientCredentialsGrant;
use crate::oauth::exchange_code::AuthorizationCodeGrant;
use crate::oauth::refresh::RefreshTokenGrant;
use std::sync::Arc;
use usher_protocol::client_auth::ClientCredentials;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::token::{TokenRequest, TokenResponse};

/// The token endpoint (RFC 6749 §3.2).
#[derive(Clone)]
pub struct TokenEndpoint {
    pub(crate) core: Arc<Core>,
    pub(crate) authorization_code_grant: Arc<AuthorizationCodeGrant>,
    pub(crate) client_authentication: Arc<ClientAuthentication>,
    pub(crate) client_credentials_grant: Arc<ClientCredentialsGrant>,
    pub(crate) refresh_token_grant: Arc<RefreshTokenGrant>,
}

impl TokenEndpoint {
    /// Answers a token request: authenticates the client, checks the grant type, and runs the grant.
    ///
    /// # Errors
    /// The OAuth error (RFC 6749 §5.2), or an internal error.
    pub async fn token(
        &self,
        credentials: &ClientCredentials,
        source: &str,
        request: TokenRequest,
    ) -> Result<TokenResponse, FlowError> {
        let client = self.client_authentication.authenticate_client(credentials, source).await?;
        if !client.metadata.may_use(request.grant_type()) {
            let why = "the client may not use this grant type";
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, why).into());
        }
        // Read before everything else, so that a revocation meanwhile has a later position.
        let urv = self.core.store.feed_place(client.project_id).await?.map_or(0, |place| place.position);
        match request {
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier } => {
                self.authorization_code_grant
                    .exchange_code(&client, &code, redirect_uri.as_deref(), code_verifier.as_deref(), urv)
                    .await
            }
            TokenRequest::RefreshToken { refresh_token, scope } => {
                self.refresh_token_grant.refresh(&client, &refresh_token, scope, urv).await
            }
            TokenRequest::ClientCredentials { scope } => {
                self.client_credentials_grant.client_credentials(&client, scope, urv)
            }
        }
    }
}

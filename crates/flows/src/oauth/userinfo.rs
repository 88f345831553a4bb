//! The userinfo endpoint (OpenID Connect Core §5.3).

use crate::oauth::presented_token::{PresentedToken, PresentedTokens};
use serde_json::{Map, Value};

use usher_accounts::error::FlowError;
use usher_domain::id::ClientId;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;

impl PresentedTokens {
    /// The claims that an access token gives access to.
    ///
    /// # Errors
    /// `invalid_token`, `invalid_dpop_proof`, or `insufficient_scope` for a token without `openid`.
    pub async fn userinfo(&self, presented: &PresentedToken<'_>) -> Result<Map<String, Value>, FlowError> {
        let access = self.check(presented).await??;
        let issued = &self.issued_tokens;
        let scope = Scope::parse(&access.claims.scope).unwrap_or_default();
        let Some((asked, user)) = access.person.filter(|_| scope.contains("openid")) else {
            return Err(
                OAuthError::new(ErrorCode::InsufficientScope, "the access token was not issued for openid").into()
            );
        };
        let (id, grant) = (ClientId(access.claims.client_id), access.claims.gid.and_then(|gid| gid.parse().ok()));
        let client = issued.clients.find_client(&id).await?.ok_or(RejectionCause::AccessTokenRevoked)?;
        let mut released = issued.token_issuer.release(&client, &user, &scope, &asked.userinfo).await?;
        released.claims.insert("sub".to_owned(), user.sub.0.into());
        if let Some(grant) = grant {
            issued.token_issuer.note_release(grant, (user.id, &id), released.names().collect()).await;
        }
        Ok(released.claims)
    }
}

//! The userinfo endpoint (OpenID Connect Core §5.3).

use crate::oauth::introspect::IssuedTokens;
use serde_json::{Map, Value};

use crate::error::FlowError;
use usher_domain::id::ClientId;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;

impl IssuedTokens {
    /// The claims that an access token gives access to.
    ///
    /// # Errors
    /// `invalid_token`, or `insufficient_scope` for a token without `openid`.
    pub async fn userinfo(&self, token: &str) -> Result<Map<String, Value>, FlowError> {
        let access = self.check_access_token(token).await??;
        let scope = Scope::parse(&access.claims.scope).unwrap_or_default();
        let Some((asked, user)) = access.person.filter(|_| scope.contains("openid")) else {
            return Err(
                OAuthError::new(ErrorCode::InsufficientScope, "the access token was not issued for openid").into()
            );
        };
        let (id, grant) = (ClientId(access.claims.client_id), access.claims.gid.and_then(|gid| gid.parse().ok()));
        let client = self.clients.find_client(&id).await?.ok_or(RejectionCause::AccessTokenRevoked)?;
        let mut released = self.token_issuer.release(&client, &user, &scope, &asked.userinfo).await?;
        released.claims.insert("sub".to_owned(), user.sub.0.into());
        if let Some(grant) = grant {
            self.token_issuer.note_release(grant, (user.id, &id), released.names().collect()).await;
        }
        Ok(released.claims)
    }
}

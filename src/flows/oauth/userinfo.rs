//! Who is it? (OpenID Connect Core §5.3)

use serde_json::{Map, Value};

use crate::domain::id::ClientId;
use crate::flows::error::FlowError;
use crate::flows::usher::Usher;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::scope::Scope;

impl Usher {
    /// The claims that an access token may see.
    ///
    /// # Errors
    /// `invalid_token`, or `insufficient_scope` for a token without `openid`.
    pub async fn userinfo(&self, token: &str) -> Result<Map<String, Value>, FlowError> {
        let access = self.check_access_token(token).await?.ok_or_else(OAuthError::invalid_token)?;
        let scope = Scope::parse(&access.claims.scope).unwrap_or_default();
        let Some((asked, user)) = access.person.filter(|_| scope.contains("openid")) else {
            return Err(
                OAuthError::new(ErrorCode::InsufficientScope, "the access token was not issued for openid").into()
            );
        };
        let mut claims = Self::released_claims(&user, &scope, &asked.userinfo);
        claims.insert("sub".to_owned(), user.sub.0.into());
        let client = ClientId(access.claims.client_id);
        self.note_release(user.id, &client, claims.keys().cloned().collect()).await;
        Ok(claims)
    }
}

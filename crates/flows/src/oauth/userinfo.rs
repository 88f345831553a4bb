//! The userinfo endpoint (OpenID Connect Core §5.3).

use crate::oauth::issue::signing_alg;
use crate::oauth::presented_token::{PresentedToken, PresentedTokens};
use serde_json::{Map, Value};

use usher_accounts::error::FlowError;
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;

/// The `typ` of signed responses, which OpenID Connect leaves open: libraries expect this one. They have no `exp`, so none
/// passes for an ID token.
const SIGNED_TYP: &str = "JWT";

/// The response (OpenID Connect Core §5.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Userinfo {
    Claims(Map<String, Value>),
    /// Signed, as the client is registered.
    Jwt(String),
}

impl PresentedTokens {
    /// The claims that an access token gives access to.
    ///
    /// # Errors
    /// `invalid_token`, `invalid_dpop_proof`, or `insufficient_scope` for a token without `openid`.
    pub async fn userinfo(&self, presented: &PresentedToken<'_>) -> Result<Userinfo, FlowError> {
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
        let subject = issued.core.subject_at(&client, user.id, &user.sub);
        released.claims.insert("sub".to_owned(), subject.0.into());
        if let Some(grant) = grant {
            issued.token_issuer.note_release(grant, (user.id, &id), released.names().collect()).await;
        }
        self.signed_if_wanted(&client, released.claims)
    }

    fn signed_if_wanted(&self, client: &Client, mut claims: Map<String, Value>) -> Result<Userinfo, FlowError> {
        let Some(alg) = &client.metadata.userinfo_signed_response_alg else { return Ok(Userinfo::Claims(claims)) };
        let issued = &self.issued_tokens;
        claims.insert("iss".to_owned(), issued.core.issuer().into());
        claims.insert("aud".to_owned(), client.id.0.clone().into());
        let keyring = issued.token_issuer.signing_keys.keyring();
        Ok(Userinfo::Jwt(keyring.sign(signing_alg(alg), SIGNED_TYP, &claims)?))
    }
}

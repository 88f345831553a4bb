//! Token revocation (RFC 7009).

use crate::error::FlowError;
use crate::oauth::introspect::IssuedTokens;
use usher_domain::event::EventKind;
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;
use usher_keys::verify::ExpectedToken;
use usher_protocol::access_token::{self, AccessTokenClaims};

impl IssuedTokens {
    /// Revokes a token of this client: of a refresh token the whole grant, of an access token only itself. Any other
    /// token is no error (RFC 7009 §2.2): it is invalid already, or belongs to another client.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_token(&self, client: &Client, token: &str) -> Result<(), FlowError> {
        if let Some(read) = self.token_issuer.read_refresh_token(token) {
            let id = read.grant;
            let owned = self.core.store.find_grant(id).await?.is_some_and(|found| found.grant.client_id == client.id);
            if owned {
                let mut tx = self.core.store.begin().await?;
                self.endings.end_grant(&mut tx, id, EndReason::RevokedByClient).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        let Ok(verified) = self.signing_keys.keyring().verify(token, ExpectedToken { typ: access_token::TYP }) else {
            return Ok(());
        };
        let Ok(claims) = serde_json::from_value::<AccessTokenClaims>(verified.claims.into()) else { return Ok(()) };
        let expires_at = Timestamp(claims.exp);
        if claims.client_id != client.id.0 || self.core.now() >= expires_at {
            return Ok(());
        }
        let event = self.core.event(EventKind::TOKEN_REVOKED).with_client(&client.id).with_project(client.project_id);
        let event = event.with("jti", claims.jti.clone());
        let mut tx = self.core.store.begin().await?;
        if tx.revoke_token(&claims.jti, expires_at).await? {
            tx.append(&event).await?;
        }
        Ok(tx.commit().await?)
    }
}

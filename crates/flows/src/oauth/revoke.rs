//! Token revocation (RFC 7009).

use crate::oauth::introspect::IssuedTokens;
use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;

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
        let Some((claims, _)) = self.token_issuer.read_access_token(token) else { return Ok(()) };
        let expires_at = Timestamp(claims.exp);
        if claims.client_id != client.id.0 || self.core.now() >= expires_at {
            return Ok(());
        }
        let event = self.core.event(EventKind::TOKEN_REVOKED).with_client(&client.id).with_project(client.project_id);
        let mut event = event.with("jti", claims.jti.clone());
        // It may be for the APIs of another project.
        if let Some(project) = claims.project_id.and_then(|project| project.parse().ok()) {
            event = event.with_projects(&[project]);
        }
        let mut tx = self.core.store.begin().await?;
        if tx.revoke_token(&claims.jti, expires_at).await? {
            tx.append(&event).await?;
        }
        Ok(tx.commit().await?)
    }
}

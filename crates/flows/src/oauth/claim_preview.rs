//! What a client would learn of a person, for those who set the client up.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::oauth::issue::TokenIssuer;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::user::User;
use usher_protocol::client::metadata::IdTokenContent;
use usher_protocol::scope::Scope;

/// One claim that a client would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedClaim {
    /// Its name, as the client gets it.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The scope that releases it.
    pub scope: String,
    /// Whether ID tokens contain it; userinfo always does.
    pub in_id_token: bool,
}

/// Previews of claims.
pub struct ClaimPreviews {
    pub(crate) core: Arc<Core>,
    pub(crate) token_issuer: Arc<TokenIssuer>,
}

impl ClaimPreviews {
    /// The claims of a person that a client gets for these scopes, `sub` first. Nothing is recorded, as nothing is
    /// released.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn preview_claims(
        &self,
        client: &Client,
        user: &User,
        scope: &Scope,
    ) -> Result<Vec<PreviewedClaim>, FlowError> {
        let in_id_token = client.metadata.id_token_claims == IdTokenContent::Scopes;
        let sub = self.core.subject_at(client, user.id, &user.sub);
        let mut previewed = vec![PreviewedClaim {
            name: "sub".to_owned(),
            value: sub.0.into(),
            scope: "openid".to_owned(),
            in_id_token: true,
        }];
        for word in scope.iter() {
            let alone: Scope = std::iter::once(word.to_owned()).collect();
            let released = self.token_issuer.release(client, user, &alone, &BTreeSet::new()).await?;
            previewed.extend(released.claims.into_iter().map(|(name, value)| PreviewedClaim {
                name,
                value,
                scope: word.to_owned(),
                in_id_token,
            }));
        }
        Ok(previewed)
    }
}

//! The claims about a user that are released at the userinfo endpoint and in ID tokens.

use crate::oauth::issue::TokenIssuer;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::oauth::issue::Issue;
use usher_accounts::error::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::user::User;
use usher_protocol::client::metadata::IdTokenContent;
use usher_protocol::scope::Scope;
use usher_protocol::user_claims::{ROLES_CLAIM, UserClaims};

/// Claims about a user, under the names that the client wants.
#[derive(Debug, Default)]
pub(crate) struct ReleasedClaims {
    pub claims: Map<String, Value>,
    roles_as: Option<String>,
}

impl ReleasedClaims {
    /// The names under which the release is recorded: roles are `roles`, whatever the client calls them.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.claims.keys().map(|name| match &self.roles_as {
            Some(own) if own == name => ROLES_CLAIM.to_owned(),
            _ => name.clone(),
        })
    }
}

impl TokenIssuer {
    /// The claims that these scopes and names release.
    pub(crate) async fn release(
        &self,
        client: &Client,
        user: &User,
        scope: &Scope,
        by_name: &BTreeSet<String>,
    ) -> Result<ReleasedClaims, FlowError> {
        let mut known = user.claims();
        if scope.contains(ROLES_CLAIM) || by_name.contains(ROLES_CLAIM) {
            known.insert(
                ROLES_CLAIM.to_owned(),
                self.policies.roles_for_token(client.project_id, user.id).await?.into(),
            );
        }
        let mut claims = UserClaims::STANDARD.released(&known, scope, by_name);
        let roles_as = claims.remove(ROLES_CLAIM).map(|roles| {
            let name = client.metadata.roles_claim.clone();
            claims.insert(name.clone(), roles);
            name
        });
        Ok(ReleasedClaims { claims, roles_as })
    }

    /// The claims of an ID token other than the `sub`.
    pub(crate) async fn id_token_claims(&self, wanted: &Issue<'_>) -> Result<ReleasedClaims, FlowError> {
        let none = Scope::default();
        let scope = match wanted.client.metadata.id_token_claims {
            IdTokenContent::Scopes => wanted.scope,
            IdTokenContent::Minimal => &none,
        };
        let by_name = &wanted.grant.claims.id_token;
        if by_name.is_empty() && !UserClaims::STANDARD.are_requested_by(scope) {
            return Ok(ReleasedClaims::default());
        }
        match self.core.store.find_user(wanted.grant.user_id).await? {
            Some(user) => self.release(wanted.client, &user, scope, by_name).await,
            None => Ok(ReleasedClaims::default()),
        }
    }
}

//! The client credentials grant (RFC 6749 §4.4): a machine acts for itself.

use crate::error::FlowError;
use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::TokenIssuer;
use crate::oauth::token_call::TokenCall;
use std::sync::Arc;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::grant_type::GrantType;
use usher_protocol::scope::Scope;
use usher_protocol::token::{TokenForm, TokenResponse};

/// Scopes that concern a user; a machine has none.
const ABOUT_PEOPLE: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: "client_credentials", confidential: true },
    make: |deps| Arc::new(ClientCredentialsGrant { token_issuer: deps.token_issuer.clone() }),
};

struct ClientCredentialsGrant {
    token_issuer: Arc<TokenIssuer>,
}

impl GrantHandler for ClientCredentialsGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let scope = form.scope()?;
        Ok(Box::new(move |call| Box::pin(async move { self.client_credentials(&call, scope) })))
    }
}

impl ClientCredentialsGrant {
    /// Issues an access token to a machine. Nothing is written.
    fn client_credentials(&self, call: &TokenCall, asked: Option<Scope>) -> Result<TokenResponse, FlowError> {
        let allowed = ABOUT_PEOPLE.iter().fold(call.client.metadata.scope.clone(), |scope, token| scope.without(token));
        let scope = asked.unwrap_or_else(|| allowed.clone());
        if !scope.is_subset_of(&allowed) {
            return Err(OAuthError::new(
                ErrorCode::InvalidScope,
                "scope goes beyond what this client was registered for",
            )
            .into());
        }
        self.token_issuer.issue_to_machine(call, &scope)
    }
}

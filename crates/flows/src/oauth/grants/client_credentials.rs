//! The client credentials grant (RFC 6749 §4.4): a machine acts for itself.

use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::issue::TokenIssuer;
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::TargetRequest;
use std::sync::Arc;
use usher_accounts::error::FlowError;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
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
        let (scope, resources) = (form.scope()?, form.resources()?);
        Ok(Box::new(move |call| Box::pin(async move { self.client_credentials(&call, scope, &resources).await })))
    }
}

impl ClientCredentialsGrant {
    /// Issues an access token to a machine. Nothing is written.
    async fn client_credentials(
        &self,
        call: &TokenCall,
        asked: Option<Scope>,
        resources: &[String],
    ) -> Result<TokenResponse, FlowError> {
        let client = &*call.client;
        let allowed = ABOUT_PEOPLE.iter().fold(client.metadata.scope.clone(), |scope, token| scope.without(token));
        let scope = asked.as_ref().unwrap_or(&allowed);
        let found = self.token_issuer.apis.targets_of(client, resources, Some(scope)).await?;
        let request = TargetRequest { targets: &found.targets, resources: &[], scope, urv: call.urv };
        let target = self.token_issuer.target(client, request).await?;
        // What no API of the request has is refused if the request names it (RFC 6749 §3.3).
        if asked.is_some_and(|asked| !asked.is_subset_of(&allowed) || !asked.is_subset_of(&target.scope)) {
            let why = "scope names what this client may not ask for, or what none of the resources has";
            return Err(RejectionCause::ScopeNotAllowed(why).into());
        }
        self.token_issuer.issue_to_machine(call, &target)
    }
}

//! Issuing identity assertions (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant §4.3): a client exchanges the ID
//! token of a user for an assertion to another authorization server, by which it gets an access token there.
//!
//! Which servers, and as whom, says the client's `cross_app_access`, which only administrators set.

use crate::oauth::issue::{TokenIssuer, signing_alg};
use crate::oauth::token_call::TokenCall;
use std::sync::Arc;
use std::time::Duration;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::id::{ClientId, SessionId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::grant::Grant;
use usher_domain::user::User;
use usher_keys::verify::ExpectedToken;
use usher_protocol::client::metadata::CrossAppAccess;
use usher_protocol::confirmation::KeyConfirmation;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::id_jag::{ID_JAG_TOKEN_TYPE, ID_JAG_TYP, IdJagClaims, IdJagRequest, LIFETIME, NOT_APPLICABLE};
use usher_protocol::id_token::ID_TOKEN_TYP;
use usher_protocol::scope::Scope;
use usher_protocol::token::TokenResponse;

/// Issues identity assertions.
pub(super) struct IdentityAssertions {
    pub core: Arc<Core>,
    pub clients: Arc<Clients>,
    pub token_issuer: Arc<TokenIssuer>,
}

/// What an assertion grants.
struct AssertedAccess<'a> {
    rule: &'a CrossAppAccess,
    scope: Option<Scope>,
    resources: Vec<String>,
}

impl IdentityAssertions {
    /// Answers a token exchange that asks for an assertion.
    pub(super) async fn issue(&self, call: &TokenCall, request: &IdJagRequest) -> Result<TokenResponse, FlowError> {
        let client = &*call.client;
        let rule = client.metadata.cross_app_access_at(&request.audience).ok_or_else(not_allowed)?;
        let (scope, resources) = (request.scope_under(rule)?, request.resources_under(rule)?);
        let access = AssertedAccess { rule, scope, resources };
        let (grant, user) = self.whom_it_names(client, &request.id_token).await?;
        let relying_party = self.relying_party(rule).await?;
        let (jti, now) = (self.core.random.handle(), self.core.now());
        let lifetime = Duration::from_secs(LIFETIME);
        let claims = IdJagClaims {
            iss: self.core.issuer(),
            sub: &self.core.subject_at(&relying_party, user.id, &user.sub).0,
            aud: &access.rule.audience,
            client_id: &access.rule.client_id,
            jti: &jti,
            exp: (now + lifetime).0,
            iat: now.0,
            scope: access.scope.as_ref(),
            resource: &access.resources,
            auth_time: grant.auth_time.0,
            acr: &grant.acr,
            amr: &grant.amr,
            // Nobody but us sees the certificate of the client.
            cnf: call.binding.as_ref().filter(|cnf| matches!(cnf, KeyConfirmation::Key(_))),
        };
        // With the algorithm that the other server expects of ID tokens.
        let alg = signing_alg(&relying_party.metadata.id_token_signed_response_alg);
        let assertion = self.token_issuer.signing_keys.keyring().sign(alg, ID_JAG_TYP, &claims)?;
        self.record(client, &grant, &access, &jti).await?;
        Ok(TokenResponse {
            access_token: assertion,
            issued_token_type: Some(ID_JAG_TOKEN_TYPE),
            token_type: NOT_APPLICABLE,
            expires_in: lifetime.as_secs(),
            scope: access.scope.as_ref().map(ToString::to_string),
            refresh_token: None,
            id_token: None,
        })
    }

    /// The user of an ID token that was issued to this client, with the grant that it belongs to: what ends the grant or the
    /// session, ends the use of the ID token here.
    async fn whom_it_names(&self, client: &Client, id_token: &str) -> Result<(Grant, User), FlowError> {
        let refused = |why: &'static str| FlowError::from(OAuthError::new(ErrorCode::InvalidGrant, why));
        let keyring = self.token_issuer.signing_keys.keyring();
        let verified = keyring.verify(id_token, ExpectedToken { typ: ID_TOKEN_TYP });
        let verified = verified.map_err(|_| refused("the subject token is no ID token of this server"))?;
        self.token_issuer.signing_keys.note_presented(&verified, &client.id.0);
        let claims = verified.claims;
        let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
        // Other tokens of ours have the same type: signed responses of authorization and userinfo have no session.
        let Some(session) = text("sid").and_then(|sid| sid.parse::<SessionId>().ok()) else {
            return Err(refused("the subject token is no ID token of this server"));
        };
        if text("iss") != Some(self.core.issuer()) || text("aud") != Some(&client.id.0) {
            return Err(refused("the ID token was issued to another client"));
        }
        if claims.get("exp").and_then(serde_json::Value::as_i64).is_none_or(|end| end <= self.core.now().0) {
            return Err(refused("the ID token has expired: refresh it first"));
        }
        let ended =
            || refused("the session of the ID token or the consent to the client has ended, or the user is disabled");
        let grant = self.core.store.find_grant_in_session(session, &client.id).await?.ok_or_else(ended)?;
        let user = self.core.store.find_user(grant.user_id).await?.ok_or_else(ended)?;
        if text("sub") != Some(&self.core.subject_at(client, user.id, &user.sub).0) {
            return Err(ended());
        }
        Ok((grant, user))
    }

    /// The client by which the other server signs people in here.
    async fn relying_party(&self, rule: &CrossAppAccess) -> Result<Arc<Client>, FlowError> {
        let found = self.clients.find_client(&ClientId(rule.relying_party.clone())).await?;
        found.filter(|client| client.is_active()).ok_or_else(|| {
            let why = "the relying_party that the administrator named for this audience is no active client";
            OAuthError::new(ErrorCode::InvalidTarget, why).into()
        })
    }

    async fn record(
        &self,
        client: &Client,
        grant: &Grant,
        access: &AssertedAccess<'_>,
        jti: &str,
    ) -> Result<(), FlowError> {
        let mut event = self
            .core
            .event(EventKind::ID_JAG_ISSUED)
            .with_user(grant.user_id)
            .with_session(grant.session_id)
            .with_client(&client.id)
            .with_grant(grant.id)
            .with_project(client.project_id)
            .with("jti", jti)
            .with("audience", access.rule.audience.as_str());
        if let Some(scope) = &access.scope {
            event = event.with("scope", scope.to_string());
        }
        let mut tx = self.core.store.begin().await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }
}

fn not_allowed() -> OAuthError {
    let why = "this client may not act for users at this audience: an administrator names it in cross_app_access";
    OAuthError::new(ErrorCode::InvalidTarget, why)
}

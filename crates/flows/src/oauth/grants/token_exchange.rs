//! Token exchange (RFC 8693): a client that got a user's access token exchanges it for a narrower one that says who acts.
//!
//! The new token has the session and the grant of the old one, and its position in the feed: whatever revokes the old
//! one by them revokes the new one. It never lives longer. It is for APIs alone, never for Usher itself.

use crate::oauth::grants::handler::{GrantHandler, GrantRequest, GrantTypeRow};
use crate::oauth::grants::id_jag::IdentityAssertions;
use crate::oauth::introspect::{IssuedTokens, ValidAccessToken};
use crate::oauth::issue::TokenIssuer;
use crate::oauth::token_call::TokenCall;
use crate::oauth::token_target::{TargetRequest, TokenTarget};
use std::sync::Arc;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::target::GrantTargets;
use usher_domain::user::User;
use usher_protocol::access_token::AccessTokenClaims;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::grant_type::GrantType;
use usher_protocol::id_jag::{self, IdJagRequest};
use usher_protocol::scope::Scope;
use usher_protocol::token::{TokenForm, TokenResponse};
use usher_protocol::token_exchange::{Actor, TOKEN_EXCHANGE_GRANT, TokenExchangeRequest};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType { name: TOKEN_EXCHANGE_GRANT, confidential: true },
    make: |deps| {
        Arc::new(TokenExchangeGrant {
            core: deps.core.clone(),
            issued_tokens: deps.issued_tokens.clone(),
            token_issuer: deps.token_issuer.clone(),
            identity_assertions: IdentityAssertions {
                core: deps.core.clone(),
                clients: deps.clients.clone(),
                token_issuer: deps.token_issuer.clone(),
            },
        })
    },
};

struct TokenExchangeGrant {
    core: Arc<Core>,
    issued_tokens: Arc<IssuedTokens>,
    token_issuer: Arc<TokenIssuer>,
    identity_assertions: IdentityAssertions,
}

impl GrantHandler for TokenExchangeGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        if id_jag::is_requested(form)? {
            let request = IdJagRequest::read(form)?;
            return Ok(Box::new(move |call| {
                Box::pin(async move { self.identity_assertions.issue(&call, &request).await })
            }));
        }
        let request = TokenExchangeRequest::read(form)?;
        Ok(Box::new(move |call| Box::pin(async move { self.exchange(&call, &request).await })))
    }
}

impl TokenExchangeGrant {
    async fn exchange(&self, call: &TokenCall, request: &TokenExchangeRequest) -> Result<TokenResponse, FlowError> {
        let client = &*call.client;
        client.metadata.check_sector_for(TOKEN_EXCHANGE_GRANT)?;
        let subject = self.open_subject(call, &request.subject_token).await?;
        let Some((_, user)) = &subject.person else {
            return Err(OAuthError::invalid_request("the subject token belongs to no user").into());
        };
        let act = self.acting(call, request, &subject.claims).await?;
        let target = self.target_of(client, request, &subject.claims).await?;
        let (roles, permissions) = self.token_issuer.rights_at(&target, user.id).await?;
        let now = self.core.now();
        let claims = AccessTokenClaims {
            // This client can read the token, so the user has the identifier that it knows.
            sub: self.core.subject_at(client, user.id, &user.sub).0,
            aud: target.aud.clone(),
            project_id: Some(target.project.to_string()),
            scope: target.scope.to_string(),
            client_id: client.id.0.clone(),
            exp: subject.claims.exp.min((now + target.lifetime).0),
            iat: now.0,
            jti: self.core.random.handle(),
            generation: None,
            cnf: call.binding.clone(),
            act,
            roles,
            permissions,
            ..subject.claims
        };
        self.record(client, user, &claims, request.actor_token.is_none()).await?;
        self.token_issuer.issue_exchanged(&target, &claims)
    }

    /// A valid access token for the APIs of this client's project. One of another project is none of its business, not
    /// even if this client could ask for the same APIs.
    async fn open_subject(&self, call: &TokenCall, token: &str) -> Result<ValidAccessToken, FlowError> {
        let subject = self.open(call, token, "the subject token is not valid here").await?;
        if subject.claims.project_id.as_ref() != Some(&call.client.project_id.to_string()) {
            return Err(OAuthError::invalid_request("the subject token was issued for another project").into());
        }
        if !call.client.represents_project() && subject.claims.client_id != call.client.id.0 {
            let why = "the subject token was issued to another client, and nobody has vouched for this one";
            return Err(OAuthError::invalid_request(why).into());
        }
        Ok(subject)
    }

    /// A valid access token. If it is bound to a key or certificate, the request proves the same: whoever finds such a token
    /// cannot exchange it for one of their own (RFC 9449 §7).
    async fn open(&self, call: &TokenCall, token: &str, refused: &'static str) -> Result<ValidAccessToken, FlowError> {
        let as_request = |error: OAuthError| error.answered(ErrorCode::InvalidRequest, refused);
        let access = self.issued_tokens.check_any_access_token(token).await?.map_err(as_request)?;
        if access.claims.cnf.is_some() && access.claims.cnf != call.binding {
            return Err(as_request(RejectionCause::AccessTokenBound.into()).into());
        }
        Ok(access)
    }

    /// The claim `act`: the user or machine of the actor token, which this client got itself. Without an actor token the
    /// client appears as the user, which only clients may do that an administrator has named for it.
    async fn acting(
        &self,
        call: &TokenCall,
        request: &TokenExchangeRequest,
        subject: &AccessTokenClaims,
    ) -> Result<Option<Actor>, FlowError> {
        let client = &*call.client;
        let Some(token) = &request.actor_token else {
            if client.metadata.may_impersonate {
                return Ok(subject.act.clone());
            }
            let why = "actor_token is missing: this client may not impersonate users";
            return Err(OAuthError::invalid_request(why).into());
        };
        let actor = self.open(call, token, "the actor token is not valid here").await?.claims;
        if actor.client_id != client.id.0 {
            return Err(OAuthError::invalid_request("the actor token was issued to another client").into());
        }
        // A token that stands for somebody through others would name the person as the one who acts.
        if actor.act.is_some() {
            return Err(OAuthError::invalid_request("the actor token was exchanged: it does not say who acts").into());
        }
        let acting = Actor { sub: actor.sub, client_id: actor.client_id, act: None };
        Ok(Some(acting.after(subject.act.as_ref())?))
    }

    /// What the new token is for: APIs of the subject token that this client may ask for, with scopes that both have.
    async fn target_of(
        &self,
        client: &Client,
        request: &TokenExchangeRequest,
        subject: &AccessTokenClaims,
    ) -> Result<TokenTarget, FlowError> {
        let scope = request.narrow_scope(&Scope::parse(&subject.scope).unwrap_or_default())?;
        let resources = request.narrow_audience(&subject.aud)?;
        let mut targets = GrantTargets { requested: true, ..GrantTargets::default() };
        for resource in &resources {
            if let Some(reached) = self.token_issuer.apis.reachable(client, resource).await? {
                targets.apis.insert(reached.api.id, reached.scope);
            }
        }
        // What was requested by name and is no API is refused there.
        let request_of_target = TargetRequest {
            targets: &targets,
            resources: &request.resources,
            scope: &scope,
            urv: subject.urv.unwrap_or(0),
        };
        let target = self.token_issuer.target(client, request_of_target).await?;
        if request.scope.as_ref().is_some_and(|asked| !asked.is_subset_of(&target.scope)) {
            let why = "scope names what this client may not ask for, or what none of the resources has";
            return Err(OAuthError::new(ErrorCode::InvalidScope, why).into());
        }
        Ok(target)
    }

    async fn record(
        &self,
        client: &Client,
        user: &User,
        claims: &AccessTokenClaims,
        impersonated: bool,
    ) -> Result<(), FlowError> {
        let mut event = self
            .core
            .event(EventKind::TOKEN_EXCHANGED)
            .with_user(user.id)
            .with_client(&client.id)
            .with_project(client.project_id)
            .with("jti", claims.jti.clone())
            .with("impersonated", impersonated);
        if let Some(session) = claims.sid.as_ref().and_then(|sid| sid.parse().ok()) {
            event = event.with_session(session);
        }
        if let Some(grant) = claims.gid.as_ref().and_then(|gid| gid.parse().ok()) {
            event = event.with_grant(grant);
        }
        let mut tx = self.core.store.begin().await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }
}

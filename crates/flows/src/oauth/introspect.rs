//! Token introspection (RFC 7662), by resource servers for access tokens for the APIs of their project, and by a client
//! for its own tokens.

use crate::oauth::issue::{TokenIssuer, signing_alg, token_type};
use serde::Serialize;
use std::sync::Arc;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;

use usher_accounts::error::FlowError;
use usher_domain::id::{ClientId, GrantId};
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_protocol::access_token::AccessTokenClaims;
use usher_protocol::cause::RejectionCause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::error::OAuthError;
use usher_protocol::signed_introspection::{self, SignedIntrospectionClaims};
use usher_storage::StorageError;

/// The response (RFC 7662 §2.2). Inactive tokens have no other members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Is the token active?
    pub active: bool,
    /// Its claims.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub claims: Option<AccessTokenClaims>,
    /// `access_token` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_use: Option<&'static str>,
    /// `Bearer` or `DPoP` for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
}

/// A valid access token, and its user, if it has one.
pub(crate) struct ValidAccessToken {
    pub claims: AccessTokenClaims,
    /// The key that signed it; empty for an opaque one.
    pub kid: String,
    pub person: Option<(ClaimsRequest, User)>,
}

/// What can be done with an issued token: userinfo, introspection, revocation.
pub struct IssuedTokens {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) token_issuer: Arc<TokenIssuer>,
}

impl IssuedTokens {
    /// Answers an introspection request.
    ///
    /// # Errors
    /// If the database fails. An invalid token is no error.
    pub async fn introspect(&self, asking: &Client, token: &str) -> Result<Introspection, FlowError> {
        let inactive = Introspection::default();
        if let Ok(access) = self.check_any_access_token(token).await? {
            let may_know = self.may_know(asking, &access.claims).await?;
            let claims = may_know.then_some(access.claims);
            return Ok(claims.map_or(inactive, |claims| Introspection {
                active: true,
                token_type: Some(token_type(claims.cnf.as_ref())),
                claims: Some(claims),
                token_use: Some("access_token"),
            }));
        }
        let Some(read) = self.token_issuer.read_refresh_token(token) else { return Ok(inactive) };
        let (id, generation) = (read.grant, read.generation);
        let Some(found) = self.core.store.find_grant(id).await? else { return Ok(inactive) };
        let (grant, now) = (found.grant, self.core.now());
        let live = grant.refresh.filter(|family| {
            grant.revoked_at.is_none() && family.is_within_limits(now) && generation >= family.generation
        });
        // Only its own client may introspect a refresh token: no other party has a reason to have it.
        let Some(family) = live.filter(|_| grant.client_id == asking.id) else { return Ok(inactive) };
        if !family.is_leaf_used() {
            self.note_generation_used(id, generation).await;
        }
        let claims = AccessTokenClaims {
            iss: self.core.issuer().to_owned(),
            aud: vec![self.core.issuer().to_owned()],
            sub: self.core.subject_at(asking, grant.user_id, &found.sub).0,
            client_id: grant.client_id.0,
            exp: family.expires_at.map_or(family.idle_expires_at, |end| end.min(family.idle_expires_at)).0,
            iat: family.rotated_at.0,
            jti: id.to_string(),
            project_id: Some(asking.project_id.to_string()),
            scope: grant.scope.to_string(),
            auth_time: Some(grant.auth_time.0),
            acr: Some(grant.acr),
            sid: Some(grant.session_id.to_string()),
            urv: None,
            gid: Some(id.to_string()),
            generation: None,
            cnf: read.binding,
            act: None,
            roles: Vec::new(),
            permissions: Vec::new(),
        };
        Ok(Introspection { active: true, claims: Some(claims), token_use: Some("refresh_token"), token_type: None })
    }

    /// An introspection response as a JWT for the client that asked (RFC 9701).
    ///
    /// # Errors
    /// If no key of its algorithm can sign.
    pub fn sign_introspection(&self, asking: &Client, response: &Introspection) -> Result<String, FlowError> {
        let claims = SignedIntrospectionClaims {
            iss: self.core.issuer(),
            aud: &asking.id.0,
            iat: self.core.now().0,
            token_introspection: response,
        };
        let alg = signing_alg(asking.metadata.introspection_response_alg());
        Ok(self.token_issuer.signing_keys.keyring().sign(alg, signed_introspection::TYP, &claims)?)
    }

    /// A client may introspect its own access tokens. Those for the APIs of its project, too, if the project answers for
    /// it: strangers in one project have nothing to know of each other.
    async fn may_know(&self, asking: &Client, claims: &AccessTokenClaims) -> Result<bool, FlowError> {
        if asking.id.0 == claims.client_id {
            return Ok(true);
        }
        if !asking.represents_project() {
            return Ok(false);
        }
        if let Some(project) = &claims.project_id {
            return Ok(*project == asking.project_id.to_string());
        }
        // Tokens of former versions were for the project of their client.
        let other = self.clients.find_client(&ClientId(claims.client_id.clone())).await?;
        Ok(other.is_some_and(|other| other.project_id == asking.project_id))
    }

    /// Validates an access token for Usher itself, as [`IssuedTokens::check_any_access_token`] does.
    pub(crate) async fn check_access_token(
        &self,
        token: &str,
    ) -> Result<Result<ValidAccessToken, OAuthError>, FlowError> {
        let checked = self.check_any_access_token(token).await?;
        Ok(checked.and_then(|access| {
            let refused = || OAuthError::from(RejectionCause::OtherAudience).by(&access.claims.client_id);
            if self.is_for_usher(&access.claims) { Ok(access) } else { Err(refused()) }
        }))
    }

    fn is_for_usher(&self, claims: &AccessTokenClaims) -> bool {
        claims.aud.iter().any(|aud| aud == self.core.issuer())
    }

    /// Validates an access token: signed here, not expired, not revoked, and for APIs that exist and allow its client.
    /// Otherwise the reason.
    pub(crate) async fn check_any_access_token(
        &self,
        token: &str,
    ) -> Result<Result<ValidAccessToken, OAuthError>, FlowError> {
        let Some((claims, kid)) = self.token_issuer.read_access_token(token) else {
            return Ok(Err(RejectionCause::UnknownAccessToken.into()));
        };
        let refused = |cause: RejectionCause| Ok(Err(OAuthError::from(cause).by(&claims.client_id)));
        // Tokens of former versions, which name no project, were for Usher, too.
        let fits = if claims.project_id.is_some() { !claims.aud.is_empty() } else { self.is_for_usher(&claims) };
        if claims.iss != self.core.issuer() || !fits {
            return refused(RejectionCause::OtherAudience);
        }
        if self.core.now() >= Timestamp(claims.exp) {
            return refused(RejectionCause::AccessTokenExpired);
        }
        let client = self.clients.find_client(&ClientId(claims.client_id.clone())).await?;
        let Some(client) = client.filter(|client| client.is_active()) else {
            return refused(RejectionCause::AccessTokenRevoked);
        };
        // Audiences of tokens of former versions were no APIs.
        if claims.project_id.is_some() && !self.token_issuer.apis_stand(&client, &claims.aud).await? {
            return refused(RejectionCause::AccessTokenRevoked);
        }
        let person = match &claims.gid {
            None if self.core.store.is_token_revoked(&claims.jti).await? => {
                return refused(RejectionCause::AccessTokenRevoked);
            }
            None => None,
            Some(gid) => match self.person_of(gid, &claims).await? {
                Some(person) => Some(person),
                None => return refused(RejectionCause::AccessTokenRevoked),
            },
        };
        Ok(Ok(ValidAccessToken { claims, kid, person }))
    }

    /// The user of a grant's token, if the grant is valid. Records that the token has been used.
    async fn person_of(
        &self,
        gid: &str,
        claims: &AccessTokenClaims,
    ) -> Result<Option<(ClaimsRequest, User)>, FlowError> {
        let Ok(grant) = gid.parse::<GrantId>() else { return Ok(None) };
        let Some(standing) = self.core.store.find_standing_grant(grant, &claims.jti).await? else { return Ok(None) };
        // A token that was exchanged (RFC 8693) ends with the client that its user allowed, too.
        if standing.client_id.0 != claims.client_id {
            let allowed = self.clients.find_client(&standing.client_id).await?;
            if !allowed.is_some_and(|client| client.is_active()) {
                return Ok(None);
            }
        }
        if let Some(generation) = claims.generation.filter(|shown| standing.unseen.is_some_and(|leaf| *shown >= leaf)) {
            self.note_generation_used(grant, generation).await;
        }
        Ok(Some((standing.claims, standing.user)))
    }

    /// Records that a token of this generation was used: from now on the generation before it is rejected.
    ///
    /// Nothing is written if it is recorded already. A failure is logged and does not reject the request: the next
    /// request tries again.
    async fn note_generation_used(&self, grant: GrantId, generation: u32) {
        if let Err(error) = self.mark_seen(grant, generation).await {
            tracing::warn!(grant.id = %grant, "the use of a token could not be recorded: {error}");
        }
    }

    async fn mark_seen(&self, grant: GrantId, generation: u32) -> Result<(), StorageError> {
        let mut tx = self.core.store.begin_single().await?;
        tx.mark_seen(grant, generation).await?;
        tx.commit().await
    }
}

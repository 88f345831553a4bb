//! Is this token good? (RFC 7662) Asked by resource servers about access tokens of their own project, and by a client
//! about its own refresh tokens.

use serde::Serialize;

use crate::error::FlowError;
use crate::usher::Usher;
use usher_domain::id::{ClientId, GrantId};
use usher_domain::oauth::client::Client;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_keys::verify::Expect;
use usher_protocol::access_token::{self, AccessTokenClaims};
use usher_protocol::cause::Cause;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::error::OAuthError;

/// The answer (RFC 7662 §2.2). Of a token that is not good, nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Is it good?
    pub active: bool,
    /// What it says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub claims: Option<AccessTokenClaims>,
    /// What the token is for: `access_token` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_use: Option<&'static str>,
    /// `Bearer` for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
}

/// An access token that is good, and the person it is about, if it is about one.
pub(crate) struct Access {
    pub claims: AccessTokenClaims,
    /// The key that signed it.
    pub kid: String,
    pub person: Option<(ClaimsRequest, User)>,
}

impl Usher {
    /// Answers an introspection request.
    ///
    /// # Errors
    /// Only if the house is broken: a token that is not good is an answer.
    pub async fn introspect(&self, asking: &Client, token: &str) -> Result<Introspection, FlowError> {
        let inactive = Introspection::default();
        if let Ok(access) = self.check_access_token(token).await? {
            let may_know = self.is_of_project(asking, &access.claims.client_id).await?;
            let claims = may_know.then_some(access.claims);
            return Ok(claims.map_or(inactive, |claims| Introspection {
                active: true,
                claims: Some(claims),
                token_use: Some("access_token"),
                token_type: Some("Bearer"),
            }));
        }
        let Some((id, generation)) = self.read_refresh_token(token) else { return Ok(inactive) };
        let Some(found) = self.store.find_grant(id).await? else { return Ok(inactive) };
        let (grant, now) = (found.grant, self.now());
        let live = grant.refresh.filter(|family| {
            grant.revoked_at.is_none() && family.is_within_limits(now) && generation >= family.generation
        });
        // A refresh token is a matter between its client and Usher: nobody else has a reason to hold it.
        let Some(family) = live.filter(|_| grant.client_id == asking.id) else { return Ok(inactive) };
        if !family.is_leaf_used() {
            self.note_generation_used(id, generation).await;
        }
        let claims = AccessTokenClaims {
            iss: self.issuer().to_owned(),
            aud: vec![self.issuer().to_owned()],
            sub: found.sub.0,
            client_id: grant.client_id.0,
            exp: family.expires_at.map_or(family.idle_expires_at, |end| end.min(family.idle_expires_at)).0,
            iat: family.rotated_at.0,
            jti: id.to_string(),
            scope: grant.scope.to_string(),
            auth_time: Some(grant.auth_time.0),
            acr: Some(grant.acr),
            sid: Some(grant.session_id.to_string()),
            urv: None,
            gid: Some(id.to_string()),
            generation: None,
            roles: Vec::new(),
        };
        Ok(Introspection { active: true, claims: Some(claims), token_use: Some("refresh_token"), token_type: None })
    }

    /// Tokens are a matter between the clients of one project.
    async fn is_of_project(&self, asking: &Client, issued_to: &str) -> Result<bool, FlowError> {
        if asking.id.0 == issued_to {
            return Ok(true);
        }
        let other = self.find_client(&ClientId(issued_to.to_owned())).await?;
        Ok(other.is_some_and(|other| other.project_id == asking.project_id))
    }

    /// Is this an access token of ours, in time, for us, and has nothing ended it? If not, why?
    pub(crate) async fn check_access_token(&self, token: &str) -> Result<Result<Access, OAuthError>, FlowError> {
        let Some((claims, kid)) = self.read_access_token(token) else {
            return Ok(Err(Cause::UnknownAccessToken.into()));
        };
        let refused = |cause: Cause| Ok(Err(OAuthError::from(cause).by(&claims.client_id)));
        if claims.iss != self.issuer() || claims.aud.iter().all(|aud| aud != self.issuer()) {
            return refused(Cause::OtherAudience);
        }
        if self.now() >= Timestamp(claims.exp) {
            return refused(Cause::AccessTokenExpired);
        }
        let client = self.find_client(&ClientId(claims.client_id.clone())).await?;
        if !client.is_some_and(|client| client.is_active()) {
            return refused(Cause::AccessTokenRevoked);
        }
        let person = match &claims.gid {
            None if self.store.is_token_revoked(&claims.jti).await? => return refused(Cause::AccessTokenRevoked),
            None => None,
            Some(gid) => match self.person_of(gid, &claims).await? {
                Some(person) => Some(person),
                None => return refused(Cause::AccessTokenRevoked),
            },
        };
        Ok(Ok(Access { claims, kid, person }))
    }

    /// An access token that was signed here, and the key that signed it.
    fn read_access_token(&self, token: &str) -> Option<(AccessTokenClaims, String)> {
        let verified = self.keyring().verify(token, Expect { typ: access_token::TYP }).ok()?;
        let kid = verified.kid;
        serde_json::from_value(verified.claims.into()).ok().map(|claims| (claims, kid))
    }

    /// Whom a token of a grant is about, if the grant is in force. The token has now been seen in use.
    async fn person_of(
        &self,
        gid: &str,
        claims: &AccessTokenClaims,
    ) -> Result<Option<(ClaimsRequest, User)>, FlowError> {
        let Ok(grant) = gid.parse::<GrantId>() else { return Ok(None) };
        let Some(standing) = self.store.find_standing_grant(grant, &claims.jti).await? else { return Ok(None) };
        if let Some(generation) = claims.generation.filter(|shown| standing.unseen.is_some_and(|leaf| *shown >= leaf)) {
            self.note_generation_used(grant, generation).await;
        }
        Ok(Some((standing.claims, standing.user)))
    }
}

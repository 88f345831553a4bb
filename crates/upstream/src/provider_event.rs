//! Notifications from a provider about a person: signed out, account deleted, consent withdrawn.
//!
//! A notification is verified by its signature. The caller must process it only once: it stores [`ProviderEvent::id`] until
//! [`ProviderEvent::forget_after`].

use serde_json::Value;

use super::error::UpstreamError;
use super::id_token::{SKEW, audiences, time};
use super::jws::SignedToken;
use super::openid::OpenId;
use usher_domain::provider::{ProviderEventEndpoint, ProviderId};
use usher_domain::time::Timestamp;

/// Lifetime in seconds of notifications without expiry; older ones are refused.
pub(super) const LIFE: i64 = 7 * 24 * 3600;

/// A notification as received.
#[derive(Debug, Clone)]
pub struct ProviderEventRequest {
    /// The endpoint.
    pub endpoint: ProviderEventEndpoint,
    /// The body, unchanged.
    pub body: Vec<u8>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderEventKind {
    /// The person signed out, or their sessions were ended: end the sessions opened with this identity.
    SignedOut,
    /// Consent was withdrawn or the account deleted: unlink, and end the sessions opened with it.
    Gone,
    /// The same, and data from the provider must be deleted.
    DataDeletion,
    /// The account is locked, so that nobody can sign in with it: end the sessions.
    Disabled,
    /// The account is unlocked.
    Enabled,
    /// The account may have been compromised: end the sessions, require another proof.
    CredentialChange,
    /// The relay address no longer forwards mail.
    EmailDisabled,
    /// The relay address forwards mail again.
    EmailEnabled,
    /// A test of the endpoint.
    Test,
}

/// A verified notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider that sent it.
    pub provider: ProviderId,
    /// The issuer, as in the identity's key.
    pub issuer: String,
    /// The person.
    pub subject: Option<String>,
    /// The session.
    pub sid: Option<String>,
    /// What happened.
    pub kind: ProviderEventKind,
    /// Its id: process each only once.
    pub id: String,
    /// When its id may be deleted: an older notification is refused anyway.
    pub forget_after: Timestamp,
}

/// A signed event (RFC 8417) with checked issuer, audience and age.
pub(super) struct SecurityEventToken {
    pub issuer: String,
    pub claims: Value,
    pub typ: Option<String>,
    pub id: String,
    pub forget_after: Timestamp,
}

impl OpenId {
    /// Verifies an event. `issuer` is the rule for its `iss`, which some providers spell differently than in ID tokens.
    pub async fn event(&self, token: &str) -> Result<SecurityEventToken, UpstreamError> {
        let signed = self.verified(&*self.metadata().await?, token).await?;
        self.judged(signed)
    }

    fn judged(&self, signed: SignedToken) -> Result<SecurityEventToken, UpstreamError> {
        let SignedToken { mut claims, typ, .. } = signed;
        // The issuer in Google's events has a trailing slash.
        if let Some(Value::String(issuer)) = claims.get_mut("iss")
            && issuer.ends_with('/')
            && matches!(self.rule, super::issuer::IssuerRule::Google(_))
        {
            issuer.pop();
        }
        let issuer = self.rule.of_token(&claims)?;
        if !audiences(&claims).contains(&self.provider_context.settings.client_id.as_str()) {
            return Err(UpstreamError::misbehaved("its notice is for another client"));
        }
        if claims.get("nonce").is_some() {
            return Err(UpstreamError::misbehaved("its notice is another kind of token"));
        }
        let forget_after = age(&claims, self.provider_context.now())?;
        let id = claims.get("jti").and_then(Value::as_str).filter(|id| (1..=255).contains(&id.len()));
        let id = id.ok_or_else(|| UpstreamError::misbehaved("its notice has no name"))?.to_owned();
        Ok(SecurityEventToken { issuer, claims, typ, id, forget_after })
    }
}

/// Refuses events from the future or too old; returns until when its id must be stored.
pub(super) fn age(claims: &Value, now: Timestamp) -> Result<Timestamp, UpstreamError> {
    let issued =
        time(claims, "iat").ok_or_else(|| UpstreamError::misbehaved("its notice does not say when it was issued"))?;
    let end = time(claims, "exp").map_or(issued.0.saturating_add(LIFE), |end| end.0.min(issued.0.saturating_add(LIFE)));
    if issued.0 > now.0.saturating_add(SKEW) || end.saturating_add(SKEW) <= now.0 {
        return Err(UpstreamError::misbehaved("its notice is of another time"));
    }
    Ok(Timestamp(end.saturating_add(SKEW)))
}

impl SecurityEventToken {
    /// A notification of this event.
    pub fn notice(
        &self,
        provider: &ProviderId,
        kind: ProviderEventKind,
        subject: Option<String>,
        sid: Option<String>,
    ) -> ProviderEvent {
        ProviderEvent {
            provider: provider.clone(),
            issuer: self.issuer.clone(),
            subject,
            sid,
            kind,
            id: self.id.clone(),
            forget_after: self.forget_after,
        }
    }
}

/// The single value of a form field.
pub(super) fn field(body: &[u8], name: &str) -> Result<String, UpstreamError> {
    let mut found =
        form_urlencoded::parse(body).filter(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(UpstreamError::misbehaved("its notice cannot be read")),
    }
}

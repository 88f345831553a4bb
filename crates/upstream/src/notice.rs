//! What a provider tells by itself about somebody: signed out there, account gone, consent taken back.
//!
//! A notice is proven by a signature. That it is told only once is the caller's to guard: by [`Notice::id`], until
//! [`Notice::forget_after`].

use serde_json::Value;

use super::error::UpstreamError;
use super::id_token::{SKEW, audiences, time};
use super::jws::Signed;
use super::openid::OpenId;
use usher_domain::provider::ProviderId;
use usher_domain::time::Timestamp;

/// Notices without an end of their own are remembered for so many seconds, and older ones refused.
pub(super) const LIFE: i64 = 7 * 24 * 3600;

/// At which door a notice came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeDoor {
    /// Google's security events, Apple's notifications, Facebook's "deauthorize".
    Account,
    /// Facebook's "data deletion".
    DataDeletion,
    /// OpenID Connect Back-Channel Logout.
    BackchannelLogout,
}

/// A notice as it came in.
#[derive(Debug, Clone)]
pub struct NoticeRequest {
    /// Where.
    pub door: NoticeDoor,
    /// The body, as it is.
    pub body: Vec<u8>,
}

/// What happened there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// The person signed out, or their sessions were ended: end those begun with it here.
    SignedOut,
    /// The consent was taken back or the account is gone: unlink, and end the sessions begun with it.
    Gone,
    /// The same, and what was learnt from there is to be deleted.
    DataDeletion,
    /// The account is locked there, so that nobody comes by it: end the sessions.
    Disabled,
    /// The account is open again.
    Enabled,
    /// The account may have been stolen: end the sessions, ask for another proof.
    CredentialChange,
    /// Mail to the relay address is not passed on any more.
    EmailDisabled,
    /// It is, again.
    EmailEnabled,
    /// The provider tries out whether we listen.
    Test,
}

/// One proven notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The provider that sent it.
    pub provider: ProviderId,
    /// Who vouches for the person, as in the identity's key.
    pub issuer: String,
    /// Whom it is about.
    pub subject: Option<String>,
    /// Which session it is about.
    pub sid: Option<String>,
    /// What happened.
    pub kind: NoticeKind,
    /// Its own name: never act on one twice.
    pub id: String,
    /// When its name may be forgotten: an older one is refused anyway.
    pub forget_after: Timestamp,
}

/// A signed event (RFC 8417) whose issuer, audience and age are checked.
pub(super) struct Event {
    pub issuer: String,
    pub claims: Value,
    pub typ: Option<String>,
    pub id: String,
    pub forget_after: Timestamp,
}

impl OpenId {
    /// Proves an event. `issuer` is the rule for its `iss`, which not every provider spells as in ID tokens.
    pub async fn event(&self, token: &str) -> Result<Event, UpstreamError> {
        let signed = self.verified(&*self.metadata().await?, token).await?;
        self.judged(signed)
    }

    fn judged(&self, signed: Signed) -> Result<Event, UpstreamError> {
        let Signed { mut claims, typ, .. } = signed;
        // Google ends the issuer of its events with a slash.
        if let Some(Value::String(issuer)) = claims.get_mut("iss")
            && issuer.ends_with('/')
            && matches!(self.rule, super::issuer::IssuerRule::Google(_))
        {
            issuer.pop();
        }
        let issuer = self.rule.of_token(&claims)?;
        if !audiences(&claims).contains(&self.desk.settings.client_id.as_str()) {
            return Err(UpstreamError::misbehaved("its notice is for another client"));
        }
        if claims.get("nonce").is_some() {
            return Err(UpstreamError::misbehaved("its notice is another kind of token"));
        }
        let forget_after = age(&claims, self.desk.now())?;
        let id = claims.get("jti").and_then(Value::as_str).filter(|id| (1..=255).contains(&id.len()));
        let id = id.ok_or_else(|| UpstreamError::misbehaved("its notice has no name"))?.to_owned();
        Ok(Event { issuer, claims, typ, id, forget_after })
    }
}

/// Refuses what lies in the future or is too old; until when its name has to be kept.
pub(super) fn age(claims: &Value, now: Timestamp) -> Result<Timestamp, UpstreamError> {
    let issued =
        time(claims, "iat").ok_or_else(|| UpstreamError::misbehaved("its notice does not say when it was issued"))?;
    let end = time(claims, "exp").map_or(issued.0.saturating_add(LIFE), |end| end.0.min(issued.0.saturating_add(LIFE)));
    if issued.0 > now.0.saturating_add(SKEW) || end.saturating_add(SKEW) <= now.0 {
        return Err(UpstreamError::misbehaved("its notice is of another time"));
    }
    Ok(Timestamp(end.saturating_add(SKEW)))
}

impl Event {
    /// A notice of this event.
    pub fn notice(
        &self,
        provider: &ProviderId,
        kind: NoticeKind,
        subject: Option<String>,
        sid: Option<String>,
    ) -> Notice {
        Notice {
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

/// The one value of a field of a posted form.
pub(super) fn field(body: &[u8], name: &str) -> Result<String, UpstreamError> {
    let mut found =
        form_urlencoded::parse(body).filter(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(UpstreamError::misbehaved("its notice cannot be read")),
    }
}

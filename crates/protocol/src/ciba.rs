//! Client-Initiated Backchannel Authentication (OpenID Connect CIBA Core 1.0): a client asks a person to sign in on another
//! device, without a browser of its own. Names, parameters and response of the endpoint, and signed requests.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::authorize::request_object::{RequestObjectFault, RequestObjectRules, TYPES, claims_as_parameters};
use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::jose::foreign_jws::ForeignJws;
use crate::jose::numeric_date::{is_begun, numeric_date};
use crate::params::Params;

/// The grant type (CIBA Core §4).
pub const CIBA_GRANT: &str = "urn:openid:params:grant-type:ciba";

/// How long a request waits for an answer unless it says so, in seconds.
const USUAL_EXPIRY: u64 = 600;
/// How long it waits at most, in seconds.
const LONGEST_EXPIRY: u64 = 1_800;
/// Most characters of a binding message: people compare it by eye.
const MAX_BINDING_MESSAGE: usize = 100;
/// Most characters of a notification token (CIBA Core §7.1).
const MAX_NOTIFICATION_TOKEN: usize = 1_024;
/// Longest `login_hint`.
const MAX_LOGIN_HINT: usize = 500;
/// How long a signed request may be valid, and how old it may be, in seconds (FAPI-CIBA §5.2.2).
const LONGEST_SIGNED: i64 = 3_600;
/// Parameters that stand beside a signed request: those of client authentication (CIBA Core §7.1.1).
const BESIDE: [&str; 5] = ["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// A response of the endpoint (CIBA Core §7.3).
#[derive(Debug, Clone, Serialize)]
pub struct CibaResponse {
    pub auth_req_id: String,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// Seconds between two token requests.
    pub interval: u32,
}

/// Whom the client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserHint {
    /// An email address or a `sub`.
    Login(String),
    /// An ID token that was issued to the client.
    IdToken(String),
}

/// What a client's requests must have.
#[derive(Debug, Clone, Copy)]
pub struct CibaRules {
    /// FAPI-CIBA §5.2.2: something that tells this request from another one.
    pub binding_message: bool,
    /// The client is called when the person has answered.
    pub notification_token: bool,
}

/// The parameters that only a CIBA request has (CIBA Core §7.1). `user_code` is not supported and ignored.
#[derive(Clone, PartialEq, Eq)]
pub struct CibaParameters {
    pub hint: UserHint,
    /// A text that both devices show.
    pub binding_message: Option<String>,
    /// Seconds that the request waits for an answer.
    pub expires_in: u64,
    /// The bearer token of the call to the client.
    pub notification_token: Option<String>,
}

/// Not the notification token, which is a secret of the client.
impl fmt::Debug for CibaParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CibaParameters").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl CibaParameters {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request`; `invalid_binding_message` for one that cannot be shown.
    pub fn read(params: &Params, rules: CibaRules) -> Result<Self, OAuthError> {
        let binding_message = single(params, "binding_message")?.map(binding_message).transpose()?;
        if rules.binding_message && binding_message.is_none() {
            return Err(OAuthError::invalid_request("binding_message is missing: the client's profile requires it"));
        }
        let token = single(params, "client_notification_token")?;
        if token.is_some_and(|token| !is_bearer_token(token)) {
            let why = "client_notification_token must be a bearer token of 1024 characters at most";
            return Err(OAuthError::invalid_request(why));
        }
        if rules.notification_token && token.is_none() {
            return Err(OAuthError::invalid_request("client_notification_token is missing"));
        }
        Ok(Self {
            hint: hint(params)?,
            binding_message,
            expires_in: single(params, "requested_expiry")?.map_or(Ok(USUAL_EXPIRY), expiry)?,
            notification_token: token.filter(|_| rules.notification_token).map(str::to_owned),
        })
    }
}

fn single<'p>(params: &'p Params, name: &str) -> Result<Option<&'p str>, OAuthError> {
    params.get(name).map_err(|_| OAuthError::repeated(name))
}

/// Exactly one hint (CIBA Core §7.1).
fn hint(params: &Params) -> Result<UserHint, OAuthError> {
    let one = |name| single(params, name);
    match (one("login_hint")?, one("id_token_hint")?, one("login_hint_token")?) {
        (Some(hint), None, None) if hint.len() <= MAX_LOGIN_HINT => Ok(UserHint::Login(hint.to_owned())),
        (Some(_), None, None) => Err(OAuthError::invalid_request("login_hint is too long")),
        (None, Some(token), None) => Ok(UserHint::IdToken(token.to_owned())),
        (None, None, Some(_)) => Err(OAuthError::invalid_request("login_hint_token is not supported")),
        _ => Err(OAuthError::invalid_request("exactly one of login_hint and id_token_hint is required")),
    }
}

fn binding_message(text: &str) -> Result<String, OAuthError> {
    if text.chars().count() <= MAX_BINDING_MESSAGE && text.chars().all(is_shown) && !text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let why = "binding_message must be a line of 100 characters at most, without control characters";
    Err(OAuthError::new(ErrorCode::InvalidBindingMessage, why))
}

/// Whether people see a character as what it is: it neither breaks lines nor reorders other characters.
fn is_shown(c: char) -> bool {
    let hidden = matches!(c, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !hidden
}

/// RFC 6750 §2.1
fn is_bearer_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    text.len() <= MAX_NOTIFICATION_TOKEN && !body.is_empty() && body.bytes().all(fits)
}

fn expiry(text: &str) -> Result<u64, OAuthError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(seconds) if digits && seconds > 0 => Ok(u64::from(seconds).min(LONGEST_EXPIRY)),
        _ => Err(OAuthError::invalid_request("requested_expiry must be a positive number of seconds")),
    }
}

/// A signed request whose claims are valid (CIBA Core §7.1.1).
#[derive(Debug)]
pub struct SignedCibaRequest {
    pub params: Params,
    /// It may be used once, until `expires_at`.
    pub jti: String,
    /// Seconds since the epoch.
    pub expires_at: i64,
}

/// Checks the claims of a request with a valid signature. `beside` are the parameters outside of it.
///
/// # Errors
/// The first fault.
pub fn signed_request(
    jws: &ForeignJws<'_>,
    beside: &Params,
    rules: &RequestObjectRules<'_>,
) -> Result<SignedCibaRequest, RequestObjectFault> {
    let claims = &jws.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !jws.is_typed(&TYPES) {
        return Err(RequestObjectFault::TokenType);
    }
    if beside.iter().any(|(name, _)| !BESIDE.contains(&name)) {
        return Err(RequestObjectFault::Beside);
    }
    if text("iss") != Some(rules.client_id) {
        return Err(RequestObjectFault::Issuer);
    }
    if claims.get("client_id").is_some_and(|id| id.as_str() != Some(rules.client_id)) {
        return Err(RequestObjectFault::OtherClient);
    }
    let is_us = |aud: &Value| aud.as_str() == Some(rules.issuer);
    if !claims.get("aud").is_some_and(|aud| aud.as_array().map_or_else(|| is_us(aud), |all| all.iter().any(is_us))) {
        return Err(RequestObjectFault::Audience);
    }
    // With a sub it could be meant to authenticate the client (RFC 9101 §10.8).
    if claims.contains_key("sub") {
        return Err(RequestObjectFault::Subject);
    }
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(RequestObjectFault::Nested);
    }
    let expires_at = times(jws, rules.now)?;
    let jti = text("jti").filter(|jti| !jti.is_empty()).ok_or(RequestObjectFault::Incomplete)?.to_owned();
    Ok(SignedCibaRequest { params: claims_as_parameters(claims, rules.client_id)?, jti, expires_at })
}

/// Checks `exp`, `iat` and `nbf`, which are required, and returns `exp`.
fn times(jws: &ForeignJws<'_>, now: i64) -> Result<i64, RequestObjectFault> {
    let date = |name| match numeric_date(&jws.claims, name) {
        Ok(Some(at)) => Ok(at),
        Ok(None) => Err(RequestObjectFault::Incomplete),
        Err(_) => Err(RequestObjectFault::Times),
    };
    let (exp, iat, nbf) = (date("exp")?, date("iat")?, date("nbf")?);
    if exp <= now || iat > exp || !is_begun(&jws.claims, now) {
        return Err(RequestObjectFault::Times);
    }
    let oldest = now.saturating_sub(LONGEST_SIGNED);
    if exp > nbf.saturating_add(LONGEST_SIGNED) || nbf < oldest {
        return Err(RequestObjectFault::TooLong);
    }
    Ok(exp)
}

#[cfg(test)]
mod tests;

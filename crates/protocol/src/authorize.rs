//! The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), parsed once, by a table of checks.
//!
//! Until client and redirect URI are verified, an error is shown on a page: [`Destination`]. From then on errors are
//! sent to the redirect URI: [`AuthorizeRequest::check`] returns them.

pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod request_object;
pub mod response_mode;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::authorize::pkce::CodeChallenge;
use crate::authorize::prompt::Prompt;
use crate::authorize::response_mode::ResponseMode;
use crate::cause::RejectionCause;
use crate::claims::ClaimsRequest;
use crate::dpop::is_thumbprint;
use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::params::Params;
use crate::scope::{Scope, is_of_usher};

/// Maximum length of `state`.
const MAX_STATE: usize = 4_096;
/// Maximum length of `nonce`.
const MAX_NONCE: usize = 1_024;
/// Maximum length of the other free texts.
const MAX_TEXT: usize = 2_000;
/// Maximum bytes of free text in one request: it is part of the URLs of the following pages, and common proxies refuse
/// a request line of more than 8 kB.
const MAX_TOGETHER: usize = 5_500;

/// Client and redirect URI, which must be verified before any redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// `client_id`.
    pub client_id: String,
    /// `redirect_uri` as sent, if sent.
    pub redirect_uri: Option<String>,
}

impl Destination {
    /// Reads the two parameters that an error redirect depends on.
    ///
    /// # Errors
    /// `invalid_request` if either is repeated or `client_id` is missing: shown on a page, never redirected.
    pub fn read(params: &Params) -> Result<Self, OAuthError> {
        let client_id =
            single(params, "client_id")?.ok_or_else(|| OAuthError::invalid_request("client_id is missing"))?;
        let redirect_uri = single(params, "redirect_uri")?;
        Ok(Self { client_id: client_id.to_owned(), redirect_uri: redirect_uri.map(str::to_owned) })
    }
}

/// The properties of the client that the checks need.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own, and they occur in any combination")]
pub struct ClientRules<'a> {
    /// PKCE is required: the client is public (RFC 9700 §2.1.1), or is configured so.
    pub requires_pkce: bool,
    /// How the request must reach the server.
    pub transport: RequestTransport,
    /// The scopes that it may request.
    pub scope: &'a Scope,
    /// Whether it may request every scope of an API as well: which ones, the APIs decide.
    pub scopes_of_apis: bool,
    /// Whether it may use the authorization code grant.
    pub authorization_code: bool,
    /// Whether it may have refresh tokens.
    pub refresh_token: bool,
}

/// How a request reached the server, or how a client's requests must.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestTransport {
    /// Pushed (RFC 9126).
    pub pushed: bool,
    /// As a signed request object (RFC 9101).
    pub signed: bool,
}

/// An authorization request that passed every check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Returned unchanged.
    pub state: Option<String>,
    /// How the response is delivered.
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// The requested scope, limited to what the client may request. Empty if only a resource was requested.
    pub scope: Scope,
    /// The canonical identifiers of the requested APIs (RFC 8707). They are not kept after the request was read.
    #[serde(skip)]
    pub resource: Vec<String>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// Which pages to show.
    pub prompt: Prompt,
    /// Maximum age of the authentication, in seconds.
    pub max_age: Option<u64>,
    /// The account that the client expects.
    pub login_hint: Option<String>,
    /// An ID token of the user that the client expects. It is not kept after the request was read.
    #[serde(skip)]
    pub id_token_hint: Option<String>,
    /// Authentication contexts, best first.
    pub acr_values: Vec<String>,
    /// Languages, best first.
    pub ui_locales: Option<String>,
    /// The PKCE challenge.
    pub code_challenge: Option<CodeChallenge>,
    /// Claims requested by name.
    pub claims: ClaimsRequest,
    /// The thumbprint of the key that the code is bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// How the request reached the server.
    #[serde(default)]
    pub transport: RequestTransport,
}

/// The checks of a device authorization request (RFC 8628 §3.1), which has no redirect URI and no browser.
const DEVICE_CHECKS: &[AuthorizeCheck] = &[no_object, resource, scope, code_challenge];

/// The checks of a CIBA request (CIBA Core §7.1), which has neither. What is particular to it is read by [`crate::ciba`].
const CIBA_CHECKS: &[AuthorizeCheck] = &[openid, resource, scope, acr_values];

type AuthorizeCheck = fn(&Params, &ClientRules<'_>, &mut AuthorizeRequest) -> Result<(), OAuthError>;

/// Every check, in order. `state` and `response_mode` come first: every error response needs them.
const CHECKS: &[(&str, AuthorizeCheck)] = &[
    ("state", state),
    ("response_mode", response_mode),
    ("request", transport),
    ("registration", registration),
    ("response_type", response_type),
    ("resource", resource),
    ("scope", scope),
    ("nonce", nonce),
    ("prompt", prompt),
    ("max_age", max_age),
    ("login_hint", login_hint),
    ("id_token_hint", id_token_hint),
    ("acr_values", acr_values),
    ("ui_locales", ui_locales),
    ("display", display),
    ("claims", claims),
    ("code_challenge", code_challenge),
    ("dpop_jkt", dpop_jkt),
    ("length", length),
];

impl AuthorizeRequest {
    /// Runs the checks on a request whose client and redirect URI are verified.
    ///
    /// # Errors
    /// The first failed check, with the request as far as it was read (so that the error response has `state` and the
    /// requested `response_mode`).
    pub fn check(
        params: &Params,
        transport: RequestTransport,
        rules: &ClientRules<'_>,
    ) -> Result<Self, (OAuthError, Box<Self>)> {
        // Even an invalid `state` is reported in the requested mode.
        let response_mode = params.get("response_mode").ok().flatten().and_then(ResponseMode::parse);
        let response_mode = response_mode.unwrap_or_default();
        let mut request = Self { response_mode, transport, ..Self::default() };
        for (_, check) in CHECKS {
            if let Err(error) = check(params, rules, &mut request) {
                return Err((error, Box::new(request)));
            }
        }
        Ok(request)
    }

    /// Runs the checks on the request of a device. The person is always asked.
    ///
    /// # Errors
    /// The first failed check.
    pub fn check_device(params: &Params, rules: &ClientRules<'_>) -> Result<Self, OAuthError> {
        // PKCE is optional: no redirect carries the device code through a browser.
        let rules = ClientRules { requires_pkce: false, ..*rules };
        let mut request = Self::default();
        for check in DEVICE_CHECKS {
            check(params, &rules, &mut request)?;
        }
        Ok(request)
    }

    /// Runs the checks on a CIBA request. The person is always asked.
    ///
    /// # Errors
    /// The first failed check.
    pub fn check_ciba(params: &Params, rules: &ClientRules<'_>) -> Result<Self, OAuthError> {
        let mut request = Self::default();
        for check in CIBA_CHECKS {
            check(params, rules, &mut request)?;
        }
        Ok(request)
    }

    /// As much of a request as the response to it needs: for a request that cannot be read further.
    pub fn to_answer(params: &Params) -> Self {
        let response_mode = params.get("response_mode").ok().flatten().and_then(ResponseMode::parse);
        let state = text(params, "state", MAX_STATE).ok().flatten();
        Self { response_mode: response_mode.unwrap_or_default(), state, ..Self::default() }
    }
}

fn single<'p>(params: &'p Params, name: &str) -> Result<Option<&'p str>, OAuthError> {
    params.get(name).map_err(|_| OAuthError::repeated(name))
}

fn text(params: &Params, name: &'static str, longest: usize) -> Result<Option<String>, OAuthError> {
    match single(params, name)? {
        Some(value) if value.len() > longest => Err(OAuthError::invalid_request(format!("{name} is too long"))),
        value => Ok(value.map(str::to_owned)),
    }
}

fn state(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.state = text(params, "state", MAX_STATE)?;
    Ok(())
}

fn transport(_: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    if rules.transport.pushed && !request.transport.pushed {
        return Err(RejectionCause::NotPushed.into());
    }
    if rules.transport.signed && !request.transport.signed {
        return Err(RejectionCause::NotSigned.into());
    }
    Ok(())
}

fn no_object(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    for name in ["request", "request_uri"] {
        refuse(params, name, ErrorCode::InvalidRequest, "a device has no request object")?;
    }
    Ok(())
}

fn dpop_jkt(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.dpop_jkt = single(params, "dpop_jkt")?.map(str::to_owned);
    if request.dpop_jkt.as_deref().is_some_and(|jkt| !is_thumbprint(jkt)) {
        return Err(OAuthError::invalid_request("dpop_jkt must be the base64url of a SHA-256 value"));
    }
    Ok(())
}

fn registration(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    refuse(params, "registration", ErrorCode::RegistrationNotSupported, "registration is not supported")
}

fn resource(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.resource = crate::resource::requested(params)?;
    Ok(())
}

fn refuse(params: &Params, name: &str, code: ErrorCode, why: &'static str) -> Result<(), OAuthError> {
    match single(params, name)? {
        None => Ok(()),
        Some(_) => Err(OAuthError::new(code, why)),
    }
}

fn response_type(params: &Params, rules: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match single(params, "response_type")? {
        None => Err(OAuthError::invalid_request("response_type is missing")),
        Some("code") if rules.authorization_code => Ok(()),
        Some("code") => {
            Err(RejectionCause::GrantNotAllowed("the client may not use the authorization code grant").into())
        }
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}

fn response_mode(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let Some(name) = single(params, "response_mode")? else { return Ok(()) };
    let known = ResponseMode::parse(name);
    request.response_mode =
        known.ok_or_else(|| OAuthError::invalid_request("response_mode must be query, fragment, form_post or jwt"))?;
    Ok(())
}

fn length(_: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let (AuthorizeRequest { state, nonce, login_hint, ui_locales, resource, .. }, claims) =
        (&*request, &request.claims);
    let single = [state, nonce, login_hint, ui_locales].into_iter().flatten().chain(&claims.subs);
    let listed = request.acr_values.iter().chain(claims.essential_acr.iter().flatten()).chain(resource);
    if single.chain(listed).map(String::len).sum::<usize>() > MAX_TOGETHER {
        let parameters = "state, nonce, login_hint, ui_locales, acr_values, resource and claims";
        return Err(OAuthError::invalid_request(format!("{parameters} are longer than {MAX_TOGETHER} bytes together")));
    }
    Ok(())
}

fn scope(params: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let asked = Scope::parse(single(params, "scope")?.unwrap_or_default())?;
    if asked.is_empty() && !request.resource.is_empty() {
        // The default is everything that the client may ask for there (RFC 6749 §3.3).
        return Ok(());
    }
    // Unknown values are ignored (OpenID Connect Core §3.1.2.1); the token response names what was granted.
    let may_request = |token: &&str| rules.scope.contains(token) || rules.scopes_of_apis && !is_of_usher(token);
    let mut granted: Scope = asked.iter().filter(may_request).map(str::to_owned).collect();
    // Of OpenID Connect, and of requests for an API (RFC 8707): an agent works on for a person who signed in nowhere.
    let may_be_offline = granted.contains("openid") || !request.resource.is_empty();
    if !rules.refresh_token || !may_be_offline {
        granted = granted.without("offline_access");
    }
    if granted.is_empty() {
        return Err(RejectionCause::ScopeNotAllowed("scope names nothing that this client may ask for").into());
    }
    request.scope = granted;
    Ok(())
}

fn openid(params: &Params, rules: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let asked = Scope::parse(single(params, "scope")?.unwrap_or_default())?;
    if asked.contains("openid") && rules.scope.contains("openid") {
        return Ok(());
    }
    let why = "scope must contain openid, for which the client must be registered";
    Err(RejectionCause::ScopeNotAllowed(why).into())
}

fn nonce(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.nonce = text(params, "nonce", MAX_NONCE)?;
    Ok(())
}

fn prompt(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.prompt = Prompt::parse(single(params, "prompt")?.unwrap_or_default())?;
    Ok(())
}

fn max_age(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let Some(value) = single(params, "max_age")? else { return Ok(()) };
    // `u64::from_str` accepts a leading `+`, the specification does not.
    let seconds = value.bytes().all(|b| b.is_ascii_digit()).then(|| value.parse::<u32>().ok()).flatten();
    let seconds = seconds.ok_or_else(|| OAuthError::invalid_request("max_age must be a number of seconds"))?;
    request.max_age = Some(u64::from(seconds));
    Ok(())
}

fn login_hint(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.login_hint = text(params, "login_hint", MAX_TEXT)?;
    Ok(())
}

fn id_token_hint(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.id_token_hint = text(params, "id_token_hint", 16 * 1_024)?;
    Ok(())
}

fn acr_values(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let values = text(params, "acr_values", MAX_TEXT)?.unwrap_or_default();
    request.acr_values = values.split(' ').filter(|value| !value.is_empty()).map(str::to_owned).collect();
    Ok(())
}

fn ui_locales(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    request.ui_locales = text(params, "ui_locales", MAX_TEXT)?;
    Ok(())
}

fn display(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    match single(params, "display")? {
        // The pages fit every window, so every value is supported.
        None | Some("page" | "popup" | "touch" | "wap") => Ok(()),
        Some(_) => Err(OAuthError::invalid_request("display holds an unknown value")),
    }
}

fn claims(params: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    if let Some(value) = single(params, "claims")? {
        request.claims = ClaimsRequest::parse(value)?;
        // As scopes that the client is not registered for.
        request.claims.limit(rules.scope);
    }
    Ok(())
}

fn code_challenge(params: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let method = single(params, "code_challenge_method")?;
    match single(params, "code_challenge")? {
        Some(challenge) => request.code_challenge = Some(CodeChallenge::parse(challenge, method)?),
        None if method.is_some() => return Err(OAuthError::invalid_request("code_challenge is missing")),
        None if rules.requires_pkce => {
            return Err(RejectionCause::ChallengeMissing.into());
        }
        None => {}
    }
    Ok(())
}

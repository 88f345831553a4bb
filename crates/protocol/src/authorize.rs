//! The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), parsed once, by a table of checks.
//!
//! Until client and redirect URI are verified, an error is shown on a page: [`Destination`]. From then on errors are
//! sent to the redirect URI: [`AuthorizeRequest::check`] returns them.

use serde::{Deserialize, Serialize};

use super::claims::ClaimsRequest;
use super::error::OAuthError;
use super::params::Params;
use super::pkce::CodeChallenge;
use super::prompt::Prompt;
use super::response_mode::ResponseMode;
use super::scope::Scope;
use crate::error_code::ErrorCode;

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
pub struct ClientRules<'a> {
    /// PKCE is required: the client is public (RFC 9700 §2.1.1), or is configured so.
    pub requires_pkce: bool,
    /// The scopes that it may request.
    pub scope: &'a Scope,
    /// Whether it may use the authorization code grant.
    pub authorization_code: bool,
    /// Whether it may have refresh tokens.
    pub refresh_token: bool,
}

/// An authorization request that passed every check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Returned unchanged.
    pub state: Option<String>,
    /// How the response is delivered.
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// The requested scope, limited to what the client may request.
    pub scope: Scope,
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
}

/// The checks of a device authorization request (RFC 8628 §3.1), which has no redirect URI and no browser.
const DEVICE_CHECKS: &[AuthorizeCheck] = &[request, request_uri, resource, scope, code_challenge];

type AuthorizeCheck = fn(&Params, &ClientRules<'_>, &mut AuthorizeRequest) -> Result<(), OAuthError>;

/// Every check, in order. `state` and `response_mode` come first: every error response needs them.
const CHECKS: &[(&str, AuthorizeCheck)] = &[
    ("state", state),
    ("response_mode", response_mode),
    ("request", request),
    ("request_uri", request_uri),
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
    ("length", length),
];

impl AuthorizeRequest {
    /// Runs the checks on a request whose client and redirect URI are verified.
    ///
    /// # Errors
    /// The first failed check, with the request as far as it was read (so that the error response has `state` and the
    /// requested `response_mode`).
    pub fn check(params: &Params, rules: &ClientRules<'_>) -> Result<Self, (OAuthError, Box<Self>)> {
        // Even an invalid `state` is reported in the requested mode.
        let response_mode = params.get("response_mode").ok().flatten().and_then(ResponseMode::parse);
        let mut request = Self { response_mode: response_mode.unwrap_or_default(), ..Self::default() };
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

fn request(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    refuse(params, "request", ErrorCode::RequestNotSupported, "request objects are not supported")
}

fn request_uri(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    refuse(params, "request_uri", ErrorCode::RequestUriNotSupported, "request_uri is not supported")
}

fn registration(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    refuse(params, "registration", ErrorCode::RegistrationNotSupported, "registration is not supported")
}

fn resource(params: &Params, _: &ClientRules<'_>, _: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    refuse(params, "resource", ErrorCode::InvalidTarget, "no resource can be chosen here")
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
            Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use the authorization code grant"))
        }
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}

fn response_mode(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let Some(name) = single(params, "response_mode")? else { return Ok(()) };
    let known = ResponseMode::parse(name);
    request.response_mode =
        known.ok_or_else(|| OAuthError::invalid_request("response_mode must be query, fragment or form_post"))?;
    Ok(())
}

fn length(_: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let (AuthorizeRequest { state, nonce, login_hint, ui_locales, .. }, claims) = (&*request, &request.claims);
    let single = [state, nonce, login_hint, ui_locales, &claims.sub].into_iter().flatten();
    let listed = request.acr_values.iter().chain(claims.essential_acr.iter().flatten());
    if single.chain(listed).map(String::len).sum::<usize>() > MAX_TOGETHER {
        let parameters = "state, nonce, login_hint, ui_locales, acr_values and claims";
        return Err(OAuthError::invalid_request(format!("{parameters} are longer than {MAX_TOGETHER} bytes together")));
    }
    Ok(())
}

fn scope(params: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let asked = Scope::parse(single(params, "scope")?.unwrap_or_default())?;
    // Unknown values are ignored (OpenID Connect Core §3.1.2.1); the token response names what was granted.
    let mut granted = asked.intersection(rules.scope);
    if !rules.refresh_token || !granted.contains("openid") {
        granted = granted.without("offline_access");
    }
    if granted.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope names nothing that this client may ask for"));
    }
    request.scope = granted;
    Ok(())
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

fn claims(params: &Params, _: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    if let Some(value) = single(params, "claims")? {
        request.claims = ClaimsRequest::parse(value)?;
    }
    Ok(())
}

fn code_challenge(params: &Params, rules: &ClientRules<'_>, request: &mut AuthorizeRequest) -> Result<(), OAuthError> {
    let method = single(params, "code_challenge_method")?;
    match single(params, "code_challenge")? {
        Some(challenge) => request.code_challenge = Some(CodeChallenge::parse(challenge, method)?),
        None if method.is_some() => return Err(OAuthError::invalid_request("code_challenge is missing")),
        None if rules.requires_pkce => {
            return Err(OAuthError::invalid_request("code_challenge is missing: this client must use PKCE"));
        }
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn checked(requires_pkce: bool, pairs: &[(&str, &str)]) -> Result<AuthorizeRequest, OAuthError> {
        let scope = Scope::of(["openid", "email", "offline_access"]);
        let rules = ClientRules { requires_pkce, scope: &scope, authorization_code: true, refresh_token: true };
        let base = [("response_type", "code"), ("scope", "openid email")];
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in base.iter().filter(|(name, _)| pairs.iter().all(|(other, _)| other != name)).chain(pairs) {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        AuthorizeRequest::check(&Params::from_pairs(all), &rules).map_err(|(error, _)| error)
    }

    fn code_of(requires_pkce: bool, pairs: &[(&str, &str)]) -> &'static str {
        checked(requires_pkce, pairs).map_or_else(|error| error.code.as_str(), |_| "accepted")
    }

    #[test]
    fn an_ordinary_request_passes() {
        let request = checked(
            true,
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256"), ("state", "x y"), ("nonce", "n")],
        )
        .unwrap();
        assert_eq!(request.state.as_deref(), Some("x y"));
        assert!(request.code_challenge.is_some());
        assert_eq!(request.scope, Scope::of(["openid", "email"]));
    }

    #[test]
    fn a_device_needs_a_scope_and_may_use_pkce() {
        let scope = Scope::of(["openid", "email", "offline_access"]);
        let rules = ClientRules { requires_pkce: true, scope: &scope, authorization_code: false, refresh_token: true };
        let code_of = |pairs: &[(&str, &str)]| {
            let checked = AuthorizeRequest::check_device(&Params::from_pairs(pairs.iter().copied()), &rules);
            checked.map_or_else(|error| error.code.as_str(), |_| "accepted")
        };
        for (pairs, code) in [
            (&[("scope", "openid offline_access")][..], "accepted"),
            (&[("scope", "openid"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")], "accepted"),
            (&[("scope", "openid"), ("code_challenge", CHALLENGE)], "invalid_request"),
            (&[("scope", "openid"), ("scope", "email")], "invalid_request"),
            (&[("scope", "openid"), ("request", "e30")], "request_not_supported"),
            (&[("scope", "openid"), ("resource", "https://api.test")], "invalid_target"),
            (&[("scope", "unknown")], "invalid_scope"),
            (&[], "invalid_scope"),
        ] {
            assert_eq!(code_of(pairs), code, "{pairs:?}");
        }
    }

    #[test]
    fn each_fault_has_its_own_code() {
        for (pairs, code) in [
            (&[("response_type", "token")][..], "unsupported_response_type"),
            (&[("response_type", "code id_token")], "unsupported_response_type"),
            (&[("response_type", "")], "invalid_request"),
            (&[("response_mode", "web_message")], "invalid_request"),
            (&[("response_mode", "query"), ("response_mode", "query")], "invalid_request"),
            (&[("response_mode", "fragment")], "accepted"),
            (&[("response_mode", "form_post")], "accepted"),
            (&[("request", "e30.e30.")], "request_not_supported"),
            (&[("request_uri", "https://evil.test")], "request_uri_not_supported"),
            (&[("registration", "{}")], "registration_not_supported"),
            (&[("resource", "https://api.test")], "invalid_target"),
            (&[("scope", "admin")], "invalid_scope"),
            (&[("scope", "open\"id")], "invalid_scope"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("max_age", "+1")], "invalid_request"),
            (&[("max_age", "abc")], "invalid_request"),
            (&[("max_age", "9223372036854775808")], "invalid_request"),
            (&[("display", "hologram")], "invalid_request"),
            (&[("claims", "[")], "invalid_request"),
            (&[("code_challenge", CHALLENGE)], "invalid_request"),
            (&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge_method", "S256")], "invalid_request"),
            (&[("state", "a"), ("state", "b")], "invalid_request"),
            (&[("nonce", "a"), ("nonce", "b")], "invalid_request"),
            (&[("extra", "foobar")], "accepted"),
            (&[("acr_values", "1 2"), ("ui_locales", "se"), ("display", "popup")], "accepted"),
        ] {
            assert_eq!(code_of(false, pairs), code, "{pairs:?}");
        }
    }

    #[test]
    fn a_public_client_must_send_a_challenge() {
        assert_eq!(code_of(true, &[]), "invalid_request");
        assert_eq!(code_of(false, &[]), "accepted");
    }

    #[test]
    fn offline_access_needs_openid() {
        assert!(!checked(false, &[("scope", "email offline_access")]).unwrap().scope.contains("offline_access"));
        assert!(checked(false, &[("scope", "openid offline_access")]).unwrap().scope.contains("offline_access"));
    }

    #[test]
    fn free_texts_are_bounded_together() {
        let (state, hint) = ("s".repeat(MAX_STATE), "h".repeat(MAX_TOGETHER - MAX_STATE));
        assert_eq!(code_of(false, &[("state", &state), ("login_hint", &hint)]), "accepted");
        assert_eq!(code_of(false, &[("state", &state), ("login_hint", &hint), ("nonce", "n")]), "invalid_request");
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, "x".repeat(MAX_TOGETHER + 1));
        assert_eq!(code_of(false, &[("claims", &claims)]), "invalid_request");
    }

    #[test]
    fn every_error_returns_in_the_mode_that_was_asked_for() {
        let scope = Scope::of(["openid"]);
        let rules = ClientRules { requires_pkce: false, scope: &scope, authorization_code: true, refresh_token: true };
        for (pairs, mode) in [
            (vec![("response_mode", "form_post"), ("state", "a"), ("state", "b")], ResponseMode::FormPost),
            (vec![("response_mode", "fragment"), ("response_type", "token")], ResponseMode::Fragment),
            (vec![("response_mode", "unknown")], ResponseMode::Query),
        ] {
            let (_, request) = AuthorizeRequest::check(&Params::from_pairs(pairs), &rules).unwrap_err();
            assert_eq!(request.response_mode, mode);
        }
    }

    #[test]
    fn the_state_goes_home_with_the_error() {
        let scope = Scope::of(["openid"]);
        let rules = ClientRules { requires_pkce: false, scope: &scope, authorization_code: true, refresh_token: true };
        let params = Params::from_pairs(vec![
            ("state".to_owned(), "kept".to_owned()),
            ("response_type".to_owned(), "token".to_owned()),
        ]);
        let (_, request) = AuthorizeRequest::check(&params, &rules).unwrap_err();
        assert_eq!(request.state.as_deref(), Some("kept"));
    }

    #[test]
    fn a_repeated_destination_has_nowhere_to_go() {
        let pairs = |names: &[&str]| Params::from_pairs(names.iter().map(|name| (*name, "x")));
        assert!(Destination::read(&pairs(&["client_id", "redirect_uri"])).is_ok());
        for bad in [&["redirect_uri"][..], &["client_id", "client_id"], &["client_id", "redirect_uri", "redirect_uri"]]
        {
            assert!(Destination::read(&pairs(bad)).is_err(), "{bad:?}");
        }
    }
}

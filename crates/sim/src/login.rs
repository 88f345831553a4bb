//! What all providers have in common: checking the client, determining the user, redirecting back.

use std::net::IpAddr;
use std::sync::Arc;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use url::{Host, Url};

use super::Simulator;
use super::faults::SimFault;
use super::grants::{PkceChallenge, SimGrant, TokenKind};
use super::page;
use super::personas::{LoginHint, SimUser};
use super::provider::SimProvider;
use super::request::SimRequest;

/// A response that ends a request early.
#[derive(Debug)]
pub struct LoginRefused(Box<Response>);

impl From<Response> for LoginRefused {
    fn from(answer: Response) -> Self {
        Self(Box::new(answer))
    }
}

impl IntoResponse for LoginRefused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The result of a request.
pub type LoginResult = Result<Response, LoginRefused>;

/// The user of a request.
#[derive(Debug)]
pub enum LoginUser {
    /// This user.
    Is(Box<SimUser>),
    /// Unknown, and the request forbids a page (`prompt=none`).
    Silence,
    /// Unknown: this page asks.
    Asks(Box<Response>),
}

/// Determines the user: from `login_hint=persona:…`, or by the page.
pub fn who(sim: &Simulator, provider: SimProvider, request: &SimRequest) -> LoginUser {
    let query = &request.query;
    // The page's own form sends a name and an address.
    let named = query.get("sim_name").map(|name| match query.get("sim_email") {
        Some(email) => format!("persona:{name}:{email}"),
        None => format!("persona:{name}"),
    });
    let hint = named.as_deref().or(query.get("login_hint")).and_then(LoginHint::parse);
    if let Some(hint) = hint {
        let visit = sim.grants().visit(&format!("{}|{}", provider.segment(), hint.name));
        return LoginUser::Is(Box::new(SimUser::come(provider, &hint, visit)));
    }
    if query.list("prompt").iter().any(|word| word == "none") {
        return LoginUser::Silence;
    }
    let scope = query.get("scope").unwrap_or_default();
    LoginUser::Asks(Box::new(page::people(provider, &request.path, query.pairs(), scope)))
}

/// Every http(s) URL on this machine is registered; no other is. The token endpoint compares the exact URI.
pub fn is_registered(redirect_uri: &str) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else { return false };
    matches!(url.scheme(), "http" | "https") && url.fragment().is_none() && is_loopback(&url)
}

/// Is the URL on this machine?
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// Parses the PKCE challenge of a request.
///
/// # Errors
/// If the method is unknown or the challenge is not 43 to 128 characters long.
pub fn challenge(request: &SimRequest) -> Result<Option<PkceChallenge>, &'static str> {
    let Some(challenge) = request.query.get("code_challenge") else { return Ok(None) };
    if !(43..=128).contains(&challenge.len()) {
        return Err("code_challenge must be 43 to 128 characters long");
    }
    match request.query.get("code_challenge_method") {
        Some("S256") => Ok(Some(PkceChallenge::S256(challenge.to_owned()))),
        None | Some("plain") => Ok(Some(PkceChallenge::Plain(challenge.to_owned()))),
        Some(_) => Err("Invalid code_challenge_method"),
    }
}

/// A grant to `person` for `request`; the provider adds the scope.
pub fn grant(
    sim: &Simulator,
    provider: SimProvider,
    request: &SimRequest,
    person: SimUser,
    scope: Vec<String>,
) -> SimGrant {
    SimGrant {
        provider,
        client: request.query.get("client_id").unwrap_or_default().to_owned(),
        person,
        redirect_uri: request.query.get("redirect_uri").unwrap_or_default().to_owned(),
        scope,
        nonce: request.query.get("nonce").map(str::to_owned),
        challenge: challenge(request).ok().flatten(),
        offline: false,
        at: sim.clock.now(),
        sid: sim.clock.draw(16),
        family: sim.grants().next_family(),
    }
}

/// Stores a code for `grant` that expires after so many seconds.
pub fn issue_code(sim: &Simulator, grant: SimGrant, prefix: &str, life: i64) -> String {
    let code = format!("{prefix}{}", sim.clock.draw(32));
    let expires_at = grant.at + life;
    sim.grants().issue(TokenKind::Code, code.clone(), Arc::new(grant), expires_at);
    code
}

/// Redirects to the client with these parameters, and an optional fragment.
pub fn back(redirect_uri: &str, parameters: &[(&str, &str)], fragment: &str) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{redirect_uri}{joint}{}{fragment}", query.finish());
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

/// The `iss` parameters of a callback (RFC 9207), with the fault switches applied.
pub fn iss<'a>(sim: &Simulator, provider: SimProvider, issuer: &'a str) -> Vec<(&'static str, &'a str)> {
    if sim.faults.on(SimFault::NoIss, provider) {
        return Vec::new();
    }
    if sim.faults.on(SimFault::OtherIss, provider) {
        return vec![("iss", "https://attacker.example")];
    }
    let mut parameters = vec![("iss", issuer)];
    if sim.faults.on(SimFault::DuplicateIss, provider) {
        parameters.push(("iss", "https://attacker.example"));
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_registered() {
        for good in ["http://localhost:1/cb", "http://127.0.0.1/cb?x=1", "http://[::1]:8080/", "https://a.localhost/cb"]
        {
            assert!(is_registered(good), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "http://example.org/cb",
            "http://localhost.example.org",
            "http://localhost/#",
            "ftp://localhost/",
        ] {
            assert!(!is_registered(bad), "{bad}");
        }
    }
}

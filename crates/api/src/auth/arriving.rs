//! A sign-in in progress, and the requested session mode: cookie or tokens.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;

use usher_accounts::Browser;
use usher_config::SessionMode;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::ows;

/// A sign-in in progress.
pub struct PendingApiSignIn {
    /// The browser. In token mode only its identifier is known, and no cookie is set.
    pub visitor: Visitor,
    /// The requested session mode.
    pub mode: SessionMode,
}

impl FromRequestParts<App> for PendingApiSignIn {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let mut visitor = Visitor::from_request_parts(parts, app).await?;
        let mode = asked(&parts.headers).unwrap_or(app.usher.core.config.session.mode);
        if mode == SessionMode::Token {
            visitor.browser = Browser::from_cookies(None, visitor.browser.mark());
        }
        Ok(Self { visitor, mode })
    }
}

/// Reads the mode from `Accept: application/json; mode=token` (RFC 9110 §12.5.1).
fn asked(headers: &HeaderMap) -> Option<SessionMode> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).find_map(|range| {
        let mut parts = range.split(';').map(ows::trim);
        let json = parts.next()?.eq_ignore_ascii_case("application/json");
        let (_, mode) =
            parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("mode"))?;
        match mode.trim_matches('"') {
            "token" if json => Some(SessionMode::Token),
            "cookie" if json => Some(SessionMode::Cookie),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_stands_in_the_media_type() {
        let mode = |accept: &str| asked(&HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]));
        for token in ["application/json; mode=token", "text/html, application/JSON;q=0.9;mode=\"token\""] {
            assert_eq!(mode(token), Some(SessionMode::Token), "{token}");
        }
        assert_eq!(mode("application/json;mode=cookie"), Some(SessionMode::Cookie));
        for none in ["", "*/*", "application/json", "text/plain; mode=token", "application/json; mode=tokens", ";;=,;"]
        {
            assert_eq!(mode(none), None, "{none}");
        }
    }
}

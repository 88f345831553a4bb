//! Signed introspection responses (RFC 9701).

use serde::Serialize;

use crate::ows;

/// The `typ` of the JWT (RFC 9701 §5).
pub const TYP: &str = "token-introspection+jwt";
/// The media type of the response, by which it is asked for (RFC 9701 §4).
pub const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// The claims (RFC 9701 §5). There is no `sub` and no `exp`, so that the JWT passes for no access token (§8.1).
#[derive(Debug, Serialize)]
pub struct SignedIntrospectionClaims<'a, T> {
    pub iss: &'a str,
    /// The client that asked.
    pub aud: &'a str,
    /// Seconds since the epoch.
    pub iat: i64,
    /// The response (RFC 7662 §2.2).
    pub token_introspection: &'a T,
}

/// Whether a value of the header `Accept` names the media type (RFC 9110 §12.5.1). A range such as `*/*` asks for JSON, which
/// every client understands.
pub fn is_accepted(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(ows::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(MEDIA_TYPE));
        named && !parts.filter_map(|part| part.split_once('=')).any(|(name, value)| is_zero_weight(name, value))
    })
}

fn is_zero_weight(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("q") && value.trim_start_matches(['0', '.']).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_is_asked_for_by_its_name() {
        for (accept, wanted) in [
            (MEDIA_TYPE, true),
            ("application/json;q=0.5, Application/Token-Introspection+JWT; q=0.9", true),
            ("application/token-introspection+jwt;q=0", false),
            ("application/token-introspection+jwt;q=0.000, application/json", false),
            ("application/json", false),
            ("*/*", false),
            ("application/jwt", false),
            ("", false),
        ] {
            assert_eq!(is_accepted(accept), wanted, "{accept}");
        }
    }
}

//! The token endpoint: requests (RFC 6749 §4.1.3, §4.4.2, §6) and responses (§5.1).

use serde::Serialize;

use crate::error::OAuthError;
use crate::error_code::ErrorCode;
use crate::grant_type::GrantType;
use crate::params::Params;
use crate::scope::Scope;

/// The form of a token request: its parameters, each at most once (RFC 6749 §3.2), except `resource`.
#[derive(Debug, Clone, Copy)]
pub struct TokenForm<'f>(pub &'f Params);

impl<'f> TokenForm<'f> {
    /// An optional parameter.
    ///
    /// # Errors
    /// `invalid_request` if it is repeated.
    pub fn get(&self, name: &'static str) -> Result<Option<&'f str>, OAuthError> {
        self.0.get(name).map_err(|_| OAuthError::repeated(name))
    }

    /// A required parameter.
    ///
    /// # Errors
    /// `invalid_request` if it is missing or repeated.
    pub fn require(&self, name: &'static str) -> Result<&'f str, OAuthError> {
        self.get(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }

    /// The requested scope.
    ///
    /// # Errors
    /// `invalid_scope`, or `invalid_request` if it is repeated.
    pub fn scope(&self) -> Result<Option<Scope>, OAuthError> {
        self.get("scope")?.map(Scope::parse).transpose()
    }

    /// The canonical identifiers of the requested APIs (RFC 8707 §2.2); empty if none is.
    ///
    /// # Errors
    /// `invalid_target` if one cannot identify an API.
    pub fn resources(&self) -> Result<Vec<String>, OAuthError> {
        crate::resource::requested(self.0)
    }

    /// The requested grant type, with its handler.
    ///
    /// # Errors
    /// `invalid_request` if it is missing, `unsupported_grant_type`.
    pub fn select<'g, H>(&self, supported: &'g [(GrantType, H)]) -> Result<&'g (GrantType, H), OAuthError> {
        let name = self.require("grant_type")?;
        let unsupported = || OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant type is not supported");
        supported.iter().find(|(known, _)| known.name == name).ok_or_else(unsupported)
    }
}

/// A successful response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Debug, Clone, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// What the access token is, after a token exchange (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// `Bearer`, or `DPoP` if it is bound to a key (RFC 9449 §5).
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The granted scope. Absent if none was requested or granted; empty if no requested scope has a meaning at the
    /// resources of the access token, because its absence would say that all were granted (RFC 6749 §5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The refresh token, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token, if `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: GrantType = GrantType { name: "known", confidential: false };

    fn read(pairs: &[(&str, &str)]) -> Result<(), &'static str> {
        let form = Params::from_pairs(pairs.iter().copied());
        let form = TokenForm(&form);
        let read = || {
            form.select(&[(KNOWN, ())])?;
            form.require("code")?;
            form.resources()?;
            form.scope().map(drop)
        };
        read().map_err(|error: OAuthError| error.code.as_str())
    }

    #[test]
    fn parameters_are_read_once() {
        assert_eq!(read(&[("grant_type", "known"), ("code", "c"), ("scope", "openid")]), Ok(()));
    }

    #[test]
    fn faults_have_their_own_codes() {
        for (pairs, code) in [
            (&[][..], "invalid_request"),
            (&[("grant_type", "password"), ("username", "ana")], "unsupported_grant_type"),
            (&[("grant_type", "known")], "invalid_request"),
            (&[("grant_type", "known"), ("grant_type", "known")], "invalid_request"),
            (&[("grant_type", "known"), ("code", "a"), ("code", "b")], "invalid_request"),
            (&[("grant_type", "known"), ("code", "")], "invalid_request"),
            (&[("grant_type", "known"), ("code", "a"), ("scope", "a\"b")], "invalid_scope"),
            (&[("grant_type", "known"), ("code", "c"), ("resource", "orders")], "invalid_target"),
        ] {
            assert_eq!(read(pairs).unwrap_err(), code, "{pairs:?}");
        }
    }
}

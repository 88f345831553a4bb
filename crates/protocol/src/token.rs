//! The token endpoint: requests (RFC 6749 §4.1.3, §4.4.2, §6) and responses (§5.1).

use serde::Serialize;

use super::error::OAuthError;
use super::params::Params;
use super::scope::Scope;
use crate::error_code::ErrorCode;

/// A token request, one variant for each grant type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenRequest {
    /// RFC 6749 §4.1.3 with RFC 7636 §4.5.
    AuthorizationCode {
        /// The code.
        code: String,
        /// The redirect URI of the authorization request, if that had one.
        redirect_uri: Option<String>,
        /// The PKCE verifier.
        code_verifier: Option<String>,
    },
    /// RFC 6749 §6.
    RefreshToken {
        /// The refresh token.
        refresh_token: String,
        /// A narrower scope for the access token.
        scope: Option<Scope>,
    },
    /// RFC 6749 §4.4.2.
    ClientCredentials {
        /// The requested scope; everything that the client may have if absent.
        scope: Option<Scope>,
    },
}

impl TokenRequest {
    /// The supported grant types, for the metadata.
    pub const GRANT_TYPES: [&'static str; 3] = ["authorization_code", "refresh_token", "client_credentials"];

    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request` for a missing or repeated parameter, `unsupported_grant_type`, `invalid_scope`, `invalid_target`.
    pub fn parse(form: &Params) -> Result<Self, OAuthError> {
        let get = |name: &'static str| form.get(name).map_err(|_| OAuthError::repeated(name));
        let need = |name: &'static str| {
            get(name)?.map(str::to_owned).ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
        };
        let grant_type = need("grant_type")?;
        if get("resource")?.is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidTarget, "no resource can be chosen here"));
        }
        let scope = || get("scope")?.map(Scope::parse).transpose();
        match grant_type.as_str() {
            "authorization_code" => Ok(Self::AuthorizationCode {
                code: need("code")?,
                redirect_uri: get("redirect_uri")?.map(str::to_owned),
                code_verifier: get("code_verifier")?.map(str::to_owned),
            }),
            "refresh_token" => Ok(Self::RefreshToken { refresh_token: need("refresh_token")?, scope: scope()? }),
            "client_credentials" => Ok(Self::ClientCredentials { scope: scope()? }),
            _ => Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant type is not supported")),
        }
    }

    /// Its grant type.
    pub const fn grant_type(&self) -> &'static str {
        match self {
            Self::AuthorizationCode { .. } => "authorization_code",
            Self::RefreshToken { .. } => "refresh_token",
            Self::ClientCredentials { .. } => "client_credentials",
        }
    }
}

/// A successful response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Debug, Clone, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The granted scope.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
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

    fn parse(pairs: &[(&str, &str)]) -> Result<TokenRequest, &'static str> {
        TokenRequest::parse(&Params::from_pairs(pairs.iter().copied())).map_err(|error| error.code.as_str())
    }

    #[test]
    fn each_grant_type_reads_its_own_part() {
        let code = parse(&[("grant_type", "authorization_code"), ("code", "c"), ("code_verifier", "")]).unwrap();
        assert_eq!(code, TokenRequest::AuthorizationCode { code: "c".into(), redirect_uri: None, code_verifier: None });
        assert_eq!(code.grant_type(), "authorization_code");
        assert!(parse(&[("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "openid")]).is_ok());
        assert!(parse(&[("grant_type", "client_credentials")]).is_ok());
    }

    #[test]
    fn faults_have_their_own_codes() {
        for (pairs, code) in [
            (&[][..], "invalid_request"),
            (&[("grant_type", "password"), ("username", "ana")], "unsupported_grant_type"),
            (&[("grant_type", "authorization_code")], "invalid_request"),
            (&[("grant_type", "authorization_code"), ("code", "a"), ("code", "b")], "invalid_request"),
            (&[("grant_type", "refresh_token"), ("refresh_token", "")], "invalid_request"),
            (&[("grant_type", "client_credentials"), ("scope", "a\"b")], "invalid_scope"),
            (&[("grant_type", "client_credentials"), ("resource", "https://api.test")], "invalid_target"),
        ] {
            assert_eq!(parse(pairs).unwrap_err(), code, "{pairs:?}");
        }
    }
}

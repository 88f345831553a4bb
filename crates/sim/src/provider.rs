//! The simulated providers, and their endpoints.

use serde::{Deserialize, Serialize};

/// A simulated provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SimProvider {
    /// OpenID Connect, with Google's peculiarities.
    Google,
    /// OAuth 2 and Graph.
    Facebook,
    /// OAuth 2 with PKCE, API v2.
    X,
    /// OAuth 2 with errors at status 200.
    GitHub,
    /// OpenID Connect by `form_post`.
    Apple,
    /// Entra, with the template issuer.
    Microsoft,
    /// An OpenID provider without peculiarities.
    Oidc,
}

impl SimProvider {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Google, Self::Facebook, Self::X, Self::GitHub, Self::Apple, Self::Microsoft, Self::Oidc];

    /// The first segment of its paths.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Facebook => "facebook",
            Self::X => "x",
            Self::GitHub => "github",
            Self::Apple => "apple",
            Self::Microsoft => "microsoft",
            Self::Oidc => "oidc",
        }
    }

    /// Its name on pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Facebook => "Facebook",
            Self::X => "X",
            Self::GitHub => "GitHub",
            Self::Apple => "Apple",
            Self::Microsoft => "Microsoft",
            Self::Oidc => "an OpenID provider",
        }
    }

    /// The provider of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|provider| provider.segment() == first)
    }
}

/// An endpoint, by its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// The page where a user decides.
    Authorize,
    /// The token endpoint.
    Token,
    /// The user's claims.
    Userinfo,
    /// The JWK set.
    Keys,
    /// The metadata.
    Discovery,
    /// Everything else.
    Other,
}

impl Endpoint {
    /// The endpoint of a provider's path.
    pub fn of_path(path: &str) -> Self {
        let ends = |ways: &[&str]| ways.iter().any(|way| path.ends_with(way));
        if path.contains("/.well-known/") && !ends(&["/jwks/"]) {
            Self::Discovery
        } else if ends(&["/access_token", "/token"]) {
            Self::Token
        } else if ends(&["/authorize", "/v2/auth", "/dialog/oauth"]) {
            Self::Authorize
        } else if ends(&["/certs", "/keys", "/jwks", "/jwks/"]) {
            Self::Keys
        } else if ends(&["/userinfo", "/me", "/user", "/user/emails"]) {
            Self::Userinfo
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_whose_it_is_and_what_it_is_for() {
        for (path, provider, endpoint) in [
            ("/google/o/oauth2/v2/auth", Some(SimProvider::Google), Endpoint::Authorize),
            ("/google/.well-known/openid-configuration", Some(SimProvider::Google), Endpoint::Discovery),
            ("/google/oauth2/v3/certs", Some(SimProvider::Google), Endpoint::Keys),
            ("/facebook/v25.0/oauth/access_token", Some(SimProvider::Facebook), Endpoint::Token),
            ("/facebook/.well-known/oauth/openid/jwks/", Some(SimProvider::Facebook), Endpoint::Keys),
            ("/x/2/users/me", Some(SimProvider::X), Endpoint::Userinfo),
            ("/github/user/emails", Some(SimProvider::GitHub), Endpoint::Userinfo),
            ("/microsoft/common/discovery/v2.0/keys", Some(SimProvider::Microsoft), Endpoint::Keys),
            ("/googles/token", None, Endpoint::Token),
            ("", None, Endpoint::Other),
        ] {
            assert_eq!((SimProvider::of_path(path), Endpoint::of_path(path)), (provider, endpoint), "{path}");
        }
    }
}

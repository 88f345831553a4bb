//! The simulated providers, and their endpoints.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use axum::Router;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{PROVIDERS, Simulator};

/// What is known of a simulated provider. Each has one `static`, beside its behaviour.
pub(super) struct SimulatedProvider {
    /// The first segment of its paths, which is also the kind of provider that it plays.
    pub segment: &'static str,
    /// Its name on pages.
    pub name: &'static str,
    /// What follows the segment in its base URL.
    pub below: &'static str,
    /// What `usher sim` says behind its base URL.
    pub remark: &'static str,
    /// Whether `usher dev` offers it.
    pub in_dev: bool,
    /// A subject in its format, from a number and hexadecimal digits that the name of the user determines.
    pub subject: fn(u64, &str) -> String,
    /// Its endpoints.
    pub routes: fn() -> Router<Arc<Simulator>>,
}

impl SimulatedProvider {
    pub const fn new(segment: &'static str, name: &'static str, routes: fn() -> Router<Arc<Simulator>>) -> Self {
        Self { segment, name, below: "", remark: "", in_dev: false, subject: |_, hex| hex[..32].to_owned(), routes }
    }
}

/// A simulated provider.
#[derive(Clone, Copy)]
pub struct SimProvider(&'static SimulatedProvider);

impl SimProvider {
    pub(super) const fn of(simulated: &'static SimulatedProvider) -> Self {
        Self(simulated)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        PROVIDERS.iter().map(|simulated| Self(simulated))
    }

    /// The provider that plays a kind.
    pub fn of_kind(kind: &str) -> Option<Self> {
        Self::all().find(|provider| provider.segment() == kind)
    }

    /// The first segment of its paths, which is also the kind of provider that it plays.
    pub const fn segment(self) -> &'static str {
        self.0.segment
    }

    /// Its name on pages.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The path of its base URL.
    pub fn path(self) -> String {
        format!("/{}{}", self.0.segment, self.0.below)
    }

    /// What `usher sim` says behind its base URL.
    pub const fn remark(self) -> &'static str {
        self.0.remark
    }

    /// Whether `usher dev` offers it.
    pub const fn is_in_dev(self) -> bool {
        self.0.in_dev
    }

    pub(super) fn subject(self, number: u64, hex: &str) -> String {
        (self.0.subject)(number, hex)
    }

    pub(super) fn routes(self) -> Router<Arc<Simulator>> {
        (self.0.routes)()
    }

    /// The provider of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::of_kind(path.trim_start_matches('/').split('/').next().unwrap_or_default())
    }
}

impl fmt::Debug for SimProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())
    }
}

impl PartialEq for SimProvider {
    fn eq(&self, other: &Self) -> bool {
        self.segment() == other.segment()
    }
}

impl Eq for SimProvider {}

impl Hash for SimProvider {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.segment().hash(state);
    }
}

impl Serialize for SimProvider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.segment())
    }
}

impl<'de> Deserialize<'de> for SimProvider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of_kind(&name).ok_or_else(|| de::Error::custom(format!("unknown provider `{name}`")))
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
    use super::super::{facebook, github, google, microsoft, x};
    use super::*;

    #[test]
    fn a_path_names_its_provider_and_endpoint() {
        for (path, provider, endpoint) in [
            ("/google/o/oauth2/v2/auth", Some(google::PROVIDER), Endpoint::Authorize),
            ("/google/.well-known/openid-configuration", Some(google::PROVIDER), Endpoint::Discovery),
            ("/google/oauth2/v3/certs", Some(google::PROVIDER), Endpoint::Keys),
            ("/facebook/v25.0/oauth/access_token", Some(facebook::PROVIDER), Endpoint::Token),
            ("/facebook/.well-known/oauth/openid/jwks/", Some(facebook::PROVIDER), Endpoint::Keys),
            ("/x/2/users/me", Some(x::PROVIDER), Endpoint::Userinfo),
            ("/github/user/emails", Some(github::PROVIDER), Endpoint::Userinfo),
            ("/microsoft/common/discovery/v2.0/keys", Some(microsoft::PROVIDER), Endpoint::Keys),
            ("/googles/token", None, Endpoint::Token),
            ("", None, Endpoint::Other),
        ] {
            assert_eq!((SimProvider::of_path(path), Endpoint::of_path(path)), (provider, endpoint), "{path}");
        }
    }
}

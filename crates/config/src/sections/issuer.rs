//! The issuer identifier.

use std::fmt;

use serde::Serialize;
use url::{Host, Url};

use crate::fault::InvalidReason;
use crate::setting::SettingValue;

/// An issuer identifier (RFC 8414 §2, OpenID Connect Discovery §3): `https://host[:port]`, or `http` on loopback.
///
/// Always an origin in its canonical spelling, because relying parties compare issuers byte by byte (RFC 9207 §2.4) and
/// `__Host-` cookies belong to an origin, not to a path of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// Parses an issuer. The error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, InvalidReason> {
        let url = Url::parse(text).map_err(|_| "expected a URL such as https://id.example.org")?;
        let canonical = url.origin().ascii_serialization();
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return Err("expected a URL such as https://id.example.org".into());
        }
        if !matches!(url.path(), "" | "/") {
            return Err(format!("expected no path: Usher needs a host of its own, such as {canonical}").into());
        }
        if canonical != text {
            let rule = "no user, query, fragment, trailing slash, default port or capitals";
            return Err(format!("expected {canonical} ({rule})").into());
        }
        let issuer = Self { text: canonical, url };
        if issuer.is_https() || issuer.is_loopback() {
            Ok(issuer)
        } else {
            Err("expected https: plain http is for localhost only".into())
        }
    }

    /// The identifier, exactly as in `iss`, without trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as a URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Host` that browsers send: the host, and the port if it is not the default of the scheme.
    pub fn authority(&self) -> &str {
        self.text.split_once("://").map_or(self.text.as_str(), |(_, authority)| authority)
    }

    /// Whether it is https; then cookies are `Secure` and `__Host-`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is a loopback address.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The URL of a path that begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({})", self.text)
    }
}

impl Serialize for Issuer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl SettingValue for Issuer {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn https_anywhere_and_http_at_home() {
        for good in [
            "https://id.example.org",
            "https://id.example.org:8443",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080",
            "http://usher.localhost",
        ] {
            assert_eq!(Issuer::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn an_issuer_has_one_spelling() {
        for (bad, meant) in [
            ("https://id.example.org/", "https://id.example.org"),
            ("https://ID.example.org", "https://id.example.org"),
            ("https://id.example.org:443", "https://id.example.org"),
            ("https://id.example.org?", "https://id.example.org"),
            ("https://id.example.org#x", "https://id.example.org"),
            ("https://me:pw@id.example.org", "https://id.example.org"),
            (" https://id.example.org", "https://id.example.org"),
            ("https://ключ.example", "https://xn--j1ac0b1a.example"),
        ] {
            let reason = Issuer::parse(bad).unwrap_err();
            assert!(reason.contains(&format!("expected {meant} ")), "{bad}: {reason}");
        }
    }

    #[test]
    fn what_is_no_issuer_is_refused() {
        for bad in [
            "",
            "id.example.org",
            "http://id.example.org",
            "http://localhost.example.org",
            "http://10.0.0.1:8080",
            "https://id.example.org/realms/main",
            "https://",
            "ftp://localhost",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn it_knows_its_host_and_its_paths() {
        let issuer = Issuer::parse("http://localhost:8080").unwrap();
        assert_eq!(issuer.authority(), "localhost:8080");
        assert_eq!(issuer.at("/oauth2/token"), "http://localhost:8080/oauth2/token");
        assert!(issuer.is_loopback() && !issuer.is_https());
        assert_eq!(Issuer::parse("https://id.example.org").unwrap().authority(), "id.example.org");
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_an_origin(text in "https?://[a-zA-Z0-9.:@/?#\\[\\]-]{0,24}") {
            if let Ok(issuer) = Issuer::parse(&text) {
                prop_assert_eq!(issuer.as_str(), &text);
                prop_assert!(!text.ends_with('/') && !text.contains(['?', '#', '@']));
            }
        }
    }
}

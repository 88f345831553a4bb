//! Issuer, listener, TLS, proxies and security contact.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use url::Url;

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::sections::issuer::Issuer;
use crate::setting::{RunMode, SettingDefault, SettingValue, settings};

settings! {
    /// Issuer, listener, TLS, proxies.
    ServerSettings {
        /// The issuer, the URL of Usher for people and applications: `https://HOST`, or http on localhost.
        "issuer" => issuer: Issuer = SettingDefault::Nothing;
        /// The address to listen on.
        "listen" => listen: SocketAddr = SettingDefault::Always("127.0.0.1:8080");
        /// Certificate chain, PEM; without it Usher serves plain HTTP, to a proxy.
        "tls.cert" => tls_cert: Option<PathBuf> = SettingDefault::Nothing;
        /// Private key of the certificate, PEM.
        "tls.key" => tls_key: Option<PathBuf> = SettingDefault::Nothing;
        /// Proxies whose X-Forwarded-For is trusted: address ranges, separated by commas.
        "trusted_proxies" => trusted_proxies: Vec<IpNet> = SettingDefault::Always("");
        /// Contact for vulnerability reports, served as security.txt (RFC 9116): a mailto:, https: or tel: URI. Without
        /// it there is no such file.
        "security_contact" => security_contact: Option<SecurityContact> = SettingDefault::Nothing;
    }
}

/// The contact for vulnerability reports: the `Contact` of RFC 9116 §2.5.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityContact(String);

impl SecurityContact {
    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SettingValue for SecurityContact {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        const EXPECTED: &str = "expected a mailto:, https: or tel: address, such as mailto:security@example.org";
        let url = Url::parse(text).map_err(|_| EXPECTED)?;
        let reaches_somebody = match url.scheme() {
            "mailto" => url.path().contains('@'),
            "tel" => !url.path().is_empty(),
            "https" => url.has_host(),
            _ => false,
        };
        // One line of the file: the text of a parsed URL has no control characters.
        if reaches_somebody { Ok(Self(url.into())) } else { Err(EXPECTED.into()) }
    }
}

impl ServerSettings {
    /// Certificate and key, if Usher terminates TLS itself.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }

    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => reader.refuse("tls.key", "expected the key of tls.cert".into()),
            (None, Some(_)) => reader.refuse("tls.cert", "expected the certificate of tls.key".into()),
            _ => {}
        }
        if self.tls().is_some() && !self.issuer.is_https() {
            reader.refuse("issuer", "expected https, because tls.cert is set".into());
        }
        if reader.profile == RunMode::Dev && !self.issuer.is_loopback() {
            let reason = "expected localhost: `usher dev` serves this machine alone; `usher serve` serves others";
            reader.refuse("issuer", reason.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_security_contact_is_an_address_that_reaches_somebody() {
        for good in ["mailto:security@example.org", "https://example.org/report", "tel:+351-123-456"] {
            assert_eq!(
                SecurityContact::from_text(good).map(|contact| contact.as_str().to_owned()),
                Ok(good.to_owned())
            );
        }
        for bad in ["security@example.org", "http://example.org", "mailto:nobody", "javascript:alert(1)", "x", "tel:"] {
            assert!(SecurityContact::from_text(bad).is_err(), "{bad}");
        }
        let broken = SecurityContact::from_text("https://example.org/a\nExpires: never").unwrap();
        assert!(!broken.as_str().contains(char::is_control), "{}", broken.as_str());
    }
}

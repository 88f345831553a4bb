//! Certificates of TLS clients (RFC 8705).

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::sections::issuer::Issuer;
use crate::sections::server::ServerSettings;
use crate::setting::{SettingDefault, SettingValue, settings};

settings! {
    /// Certificates of TLS clients.
    MutualTlsSettings {
        /// Another address to listen on, where TLS asks clients for a certificate: browsers, which would ask people, use
        /// the first one. It needs tls.cert and mtls.url.
        "mtls.listen" => listen: Option<SocketAddr> = SettingDefault::Nothing;
        /// The URL of that address, or of a host where the proxy asks clients for a certificate. Without it they present
        /// it at the issuer's.
        "mtls.url" => url: Option<Issuer> = SettingDefault::Nothing;
        /// The header in which trusted proxies send the client's certificate: `Client-Cert` (RFC 9440),
        /// `X-Forwarded-Client-Cert` (Envoy), or any other with an escaped PEM (nginx).
        "mtls.header" => header: Option<CertificateHeader> = SettingDefault::Nothing;
        /// Authorities that issue certificates for clients, PEM. Without it clients authenticate by self-signed ones only.
        "mtls.ca" => ca: Option<PathBuf> = SettingDefault::Nothing;
    }
}

/// The name of a header, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateHeader(String);

impl CertificateHeader {
    /// A header with this name.
    pub fn named(name: &str) -> Self {
        Self(name.to_ascii_lowercase())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SettingValue for CertificateHeader {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !text.is_empty() && text.bytes().all(fits) {
            Ok(Self::named(text))
        } else {
            Err("expected the name of a header, such as Client-Cert".into())
        }
    }
}

impl MutualTlsSettings {
    /// Whether clients can present certificates.
    pub const fn is_on(&self) -> bool {
        self.listen.is_some() || self.header.is_some()
    }

    pub(crate) fn check(&self, server: &ServerSettings, reader: &mut SettingsReader) {
        if self.listen.is_some() && server.tls().is_none() {
            reader.refuse("mtls.listen", "expected tls.cert and tls.key beside it".into());
        }
        if self.listen.is_some() && self.url.is_none() {
            reader.refuse("mtls.url", "expected the URL of mtls.listen, such as https://id.example.org:8443".into());
        }
        if self.header.is_some() && server.trusted_proxies.is_empty() {
            reader.refuse("mtls.header", "expected trusted_proxies beside it: nobody else may send the header".into());
        }
        for (key, given) in [("mtls.url", self.url.is_some()), ("mtls.ca", self.ca.is_some())] {
            if given && !self.is_on() {
                reader.refuse(key, "expected mtls.listen or mtls.header beside it".into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_one_spelling() {
        let parsed = CertificateHeader::from_text("X-SSL-Client-Cert").map(|header| header.as_str().to_owned());
        assert_eq!(parsed, Ok("x-ssl-client-cert".to_owned()));
        for bad in ["", "a b", "a:", "cert\n"] {
            assert!(CertificateHeader::from_text(bad).is_err(), "{bad}");
        }
    }
}

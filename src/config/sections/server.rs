//! The front door itself: its address, where it listens, TLS, and whom it believes about addresses.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use crate::config::issuer::Issuer;
use crate::config::reader::Reader;
use crate::config::setting::{Fallback, Profile, settings};

settings! {
    /// Address, listener, TLS, proxies.
    Server {
        /// The address people and applications know Usher by: `https://HOST`, or http on localhost.
        "issuer" => issuer: Issuer = Fallback::Nothing;
        /// Where it listens.
        "listen" => listen: SocketAddr = Fallback::Always("127.0.0.1:8080");
        /// Certificate chain, PEM; without it Usher speaks plain HTTP to a proxy.
        "tls.cert" => tls_cert: Option<PathBuf> = Fallback::Nothing;
        /// Private key of the certificate, PEM.
        "tls.key" => tls_key: Option<PathBuf> = Fallback::Nothing;
        /// Proxies whose X-Forwarded-For is believed: address ranges, separated by commas.
        "trusted_proxies" => trusted_proxies: Vec<IpNet> = Fallback::Always("");
    }
}

impl Server {
    /// Certificate and key, where Usher ends TLS by itself.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }

    pub(in crate::config) fn check(&self, reader: &mut Reader) {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => reader.refuse("tls.key", "expected the key of tls.cert".into()),
            (None, Some(_)) => reader.refuse("tls.cert", "expected the certificate of tls.key".into()),
            _ => {}
        }
        if self.tls().is_some() && !self.issuer.is_https() {
            reader.refuse("issuer", "expected https, because tls.cert is set".into());
        }
        if reader.profile == Profile::Dev && !self.issuer.is_loopback() {
            let reason = "expected localhost: `usher dev` serves this machine alone; `usher serve` serves others";
            reader.refuse("issuer", reason.into());
        }
    }
}

//! The certificate of a TLS client (RFC 8705): from the TLS connection itself, or from the header of a trusted proxy.
//!
//! The header is removed from every request, so that nothing else reads it; from a peer that is no trusted proxy it says
//! nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use thiserror::Error;

use crate::extract::client_ip::{PeerAddr, TrustedProxies};
use crate::tls::provider;
use usher_config::CertificateHeader;
use usher_domain::time::Clock;
use usher_protocol::client::certificate::ClientCertificate;

/// The header with the intermediate certificates (RFC 9440 §2.3).
const CHAIN: &str = "client-cert-chain";
/// Most certificates of a chain.
const LONGEST_CHAIN: usize = 8;
/// Longest certificate, in bytes.
const LARGEST: usize = 16 * 1_024;

/// Why the authorities cannot be used.
#[derive(Debug, Error)]
pub enum AuthoritiesError {
    #[error("{path}: {cause}")]
    Pem {
        path: PathBuf,
        /// The reader's error; it never quotes the content.
        cause: pem::Error,
    },
    #[error("{0}: no certificate of an authority that can be used")]
    Empty(PathBuf),
}

/// The authorities that issue certificates for clients.
#[derive(Clone)]
pub struct Authorities {
    verifier: Arc<dyn ClientCertVerifier>,
    clock: Arc<dyn Clock>,
}

impl Authorities {
    /// Reads their certificates from a PEM file.
    ///
    /// # Errors
    /// If the file cannot be read or holds none.
    pub fn from_pem(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, AuthoritiesError> {
        let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let found = found.map_err(|cause| AuthoritiesError::Pem { path: path.to_owned(), cause })?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found);
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider())).build();
        let verifier = verifier.map_err(|_| AuthoritiesError::Empty(path.to_owned()))?;
        Ok(Self { verifier, clock })
    }

    /// Whether one of them has issued the certificate for a client, and it is valid now.
    fn vouch_for(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> bool {
        let now = Duration::from_secs(u64::try_from(self.clock.now().0).unwrap_or_default());
        self.verifier.verify_client_cert(leaf, chain, UnixTime::since_unix_epoch(now)).is_ok()
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities")
    }
}

/// Where certificates of clients come from.
#[derive(Debug, Clone, Default)]
pub struct CertificateSource {
    /// The header of the trusted proxies.
    pub header: Option<CertificateHeader>,
    pub authorities: Option<Authorities>,
}

/// A certificate and its intermediates, as presented.
type PresentedChain = (CertificateDer<'static>, Vec<CertificateDer<'static>>);

impl CertificateSource {
    /// Adds the certificate of the client to a request, as an extension: that of the TLS connection, else what a trusted
    /// proxy reports.
    pub fn mark<B>(
        &self,
        request: &mut Request<B>,
        proxies: &TrustedProxies,
        of_connection: Option<&[CertificateDer<'static>]>,
    ) {
        let reported = self.take_header(request.headers_mut());
        let is_proxy = request.extensions().get::<PeerAddr>().is_some_and(|peer| proxies.contains(peer.0.ip()));
        let own = of_connection.and_then(|all| all.split_first()).map(|(leaf, chain)| (leaf.clone(), chain.to_vec()));
        let Some((leaf, chain)) = own.or(reported.filter(|_| is_proxy)) else { return };
        let trusted = self.authorities.as_ref().is_some_and(|authorities| authorities.vouch_for(&leaf, &chain));
        request.extensions_mut().insert(ClientCertificate::new(leaf.to_vec(), trusted));
    }

    fn take_header(&self, headers: &mut HeaderMap) -> Option<PresentedChain> {
        let name = self.header.as_ref()?.as_str();
        let (values, chain) = (taken(headers, name), taken(headers, CHAIN));
        // A proxy that adds its header to that of the client instead of replacing it would let clients choose.
        let [value] = values.as_slice() else { return None };
        let value = value.to_str().ok()?;
        match name {
            "client-cert" => Some((byte_sequence(value)?, chain_of(&chain)?)),
            "x-forwarded-client-cert" => of_pem(envoy_certificate(value)?),
            _ => of_pem(value),
        }
    }
}

/// Removes a header.
fn taken(headers: &mut HeaderMap, name: &str) -> Vec<HeaderValue> {
    let Ok(name) = name.parse::<HeaderName>() else { return Vec::new() };
    let values = headers.get_all(&name).iter().cloned().collect();
    headers.remove(&name);
    values
}

/// A byte sequence between colons (RFC 9440 §2.1, RFC 9651 §3.3.5).
fn byte_sequence(value: &str) -> Option<CertificateDer<'static>> {
    let encoded = value.trim_matches(' ').strip_prefix(':')?.strip_suffix(':')?;
    let der = STANDARD.decode(encoded).ok().filter(|der| (1..=LARGEST).contains(&der.len()))?;
    Some(der.into())
}

fn chain_of(values: &[HeaderValue]) -> Option<Vec<CertificateDer<'static>>> {
    let items = values.iter().map(|value| value.to_str().ok()).collect::<Option<Vec<_>>>()?;
    let items: Vec<_> = items.iter().flat_map(|value| value.split(',')).collect();
    if items.len() > LONGEST_CHAIN {
        return None;
    }
    items.into_iter().map(byte_sequence).collect()
}

/// `Cert` of the last element, that of the proxy itself: `By=…;Hash=…;Cert="…",By=…`.
fn envoy_certificate(value: &str) -> Option<&str> {
    let last = outside_quotes(value, ',')?.pop()?;
    let pairs = outside_quotes(last, ';')?.into_iter().filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("cert"));
    let (Some((_, quoted)), None) = (found.next(), found.next()) else { return None };
    quoted.trim().strip_prefix('"')?.strip_suffix('"')
}

/// The parts of a value between separators. Those in quotes separate nothing: the subject of a certificate, which its owner
/// chooses, is in quotes. `None` if a quote does not end.
fn outside_quotes(value: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut begin, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            other if other == separator && !quoted => {
                parts.push(&value[begin..at]);
                begin = at + other.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&value[begin..]);
    (!quoted).then_some(parts)
}

/// A percent-encoded PEM; what follows the first certificate are intermediates.
fn of_pem(encoded: &str) -> Option<PresentedChain> {
    let pem = percent_decode_str(encoded).collect::<Vec<u8>>();
    let all = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().ok()?;
    let fits = all.len() <= LONGEST_CHAIN && all.iter().all(|der| der.len() <= LARGEST);
    let (leaf, chain) = all.split_first().filter(|_| fits)?;
    Some((leaf.clone().into_owned(), chain.iter().map(|one| one.clone().into_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

    fn marked(header: &str, pairs: &[(&'static str, &str)], peer: &str) -> Option<Vec<u8>> {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap()]);
        let mut request = Request::new(());
        request.extensions_mut().insert(PeerAddr(peer.parse().unwrap()));
        for (name, value) in pairs {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let header = Some(CertificateHeader::named(header));
        CertificateSource { header, authorities: None }.mark(&mut request, &proxies, None);
        assert!(pairs.iter().all(|(name, _)| name == &"x-other" || !request.headers().contains_key(*name)));
        request.extensions().get::<ClientCertificate>().map(|certificate| certificate.der().to_vec())
    }

    #[test]
    fn a_trusted_proxy_reports_the_certificate_in_one_of_three_ways() {
        let escaped = utf8_percent_encode(PEM, NON_ALPHANUMERIC).to_string();
        let envoy = format!("Hash=00;Cert=\"{escaped}\";Subject=\"CN=a\"");
        let two = format!("Hash=00;Cert=\"{escaped}x\",By=proxy;Cert=\"{escaped}\"");
        for (header, value) in [
            ("client-cert", ":MAA=:"),
            ("x-ssl-client-cert", &*escaped),
            ("x-forwarded-client-cert", &*envoy),
            ("x-forwarded-client-cert", &*two),
        ] {
            assert_eq!(marked(header, &[(header, value)], "10.0.0.7:1"), Some(vec![0x30, 0]), "{header}");
            // HT-04
            assert_eq!(marked(header, &[(header, value)], "203.0.113.7:1"), None, "{header} of a stranger");
            assert_eq!(marked(header, &[(header, value), (header, value)], "10.0.0.7:1"), None, "{header} twice");
        }
    }

    /// Whoever makes a certificate chooses its subject.
    #[test]
    fn what_the_subject_of_a_certificate_says_is_not_taken_for_another_certificate() {
        let own = utf8_percent_encode(PEM, NON_ALPHANUMERIC).to_string();
        let other = utf8_percent_encode(&PEM.replace("MAA=", "MAE="), NON_ALPHANUMERIC).to_string();
        for subject in
            [format!("CN=a,Cert={other}"), format!("CN=a;Cert={other}"), format!("CN=a\\\",By=x;Cert=\\\"{other}\\\"")]
        {
            let value = format!("Hash=00;Cert=\"{own}\";Subject=\"{subject}\"");
            let found = marked("x-forwarded-client-cert", &[("x-forwarded-client-cert", &value)], "10.0.0.7:1");
            assert_eq!(found, Some(vec![0x30, 0]), "{value}");
        }
    }

    #[test]
    fn garbage_is_no_certificate() {
        for bad in ["", "MAA=", ":MAA=", "::", ":!!:", ":MAA=:, :MAA=:"] {
            assert_eq!(marked("client-cert", &[("client-cert", bad)], "10.0.0.7:1"), None, "{bad}");
        }
        for bad in ["", "MAA=", "-----BEGIN", "%2D%2D", "Hash=00", "Cert=", "Cert=\"", "Cert=\"\""] {
            assert_eq!(marked("x-cert", &[("x-cert", bad)], "10.0.0.7:1"), None, "{bad}");
            let envoy = [("x-forwarded-client-cert", bad)];
            assert_eq!(marked("x-forwarded-client-cert", &envoy, "10.0.0.7:1"), None, "{bad}");
        }
        let long = [("client-cert", ":MAA=:"), ("client-cert-chain", &*[":MAA=:"; 9].join(", "))];
        assert_eq!(marked("client-cert", &long, "10.0.0.7:1"), None);
    }
}

//! TLS for servers without a proxy in front: 1.3, and 1.2 with forward secrecy and AEAD only (RFC 9325 §4.2).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, SupportedCipherSuite};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// A TLS acceptor with a certificate and its key.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why a certificate and key cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file is missing, unreadable or holds no such PEM section.
    #[error("{path}: {cause}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// The reader's error; it never quotes the content.
        cause: pem::Error,
    },
    /// The certificate and the key do not belong together, or one of them is unusable.
    #[error("the certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

impl Tls {
    /// Reads a certificate chain, leaf first, and its private key (PKCS#8, SEC 1 or PKCS#1) from PEM files.
    pub fn from_pem(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Self::with_clients(certificate, key, WebPkiClientVerifier::no_client_auth())
    }

    /// As [`Tls::from_pem`], and asks clients for a certificate. They need not have one, and any will do: whoever uses it
    /// decides what it is worth.
    pub fn asking_for_certificates(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Self::with_clients(certificate, key, Arc::new(AnyCertificate(provider().signature_verification_algorithms)))
    }

    fn with_clients(certificate: &Path, key: &Path, clients: Arc<dyn ClientCertVerifier>) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|cause| TlsError::Pem { path: certificate.to_owned(), cause })?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|cause| TlsError::Pem { path: key.to_owned(), cause })?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// The acceptor of TLS handshakes.
    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.0
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// An explicit provider instead of the process default, which another crate may have set.
pub(crate) fn provider() -> CryptoProvider {
    use aws_lc_rs::cipher_suite as suite;
    let cipher_suites: Vec<SupportedCipherSuite> = vec![
        suite::TLS13_AES_256_GCM_SHA384,
        suite::TLS13_AES_128_GCM_SHA256,
        suite::TLS13_CHACHA20_POLY1305_SHA256,
        suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];
    CryptoProvider { cipher_suites, ..aws_lc_rs::default_provider() }
}

/// Accepts every certificate whose key the client has proven to hold.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_files_are_named_and_not_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.pem");
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nhunter2\n").unwrap();
        for file in [dir.path().join("nothing.pem"), path] {
            let error = Tls::from_pem(&file, &file).unwrap_err().to_string();
            assert!(error.contains(file.to_str().unwrap()) && !error.contains("hunter2"), "{error}");
        }
    }
}

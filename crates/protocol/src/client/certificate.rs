//! Certificates of TLS clients (RFC 8705).

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The certificate that a TLS client presented. It has proven that it holds the key of the certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Vec<u8>,
    thumbprint: String,
    trusted: bool,
}

impl ClientCertificate {
    /// A certificate (DER). `trusted`: an authority of the operator has issued it, and it is valid now.
    pub fn new(der: Vec<u8>, trusted: bool) -> Self {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &der));
        Self { der, thumbprint, trusted }
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 thumbprint, `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Whether what it says of its subject may be believed. A self-signed certificate says whatever its owner wants.
    pub const fn is_trusted(&self) -> bool {
        self.trusted
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint)
            .field("trusted", &self.trusted)
            .finish_non_exhaustive()
    }
}

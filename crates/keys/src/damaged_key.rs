//! Stored signing keys that cannot be used.

use aws_lc_rs::error::KeyRejected;
use josekit::JoseError;

/// A record without a usable key. The other keys work without it.
#[derive(Debug, thiserror::Error)]
#[error("signing key {kid}: {fault}")]
pub struct DamagedKey {
    /// The key ID in the record.
    pub kid: String,
    /// The fault.
    pub fault: KeyFault,
}

/// The fault of a stored key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The public key is not of its algorithm, or its thumbprint is not the key ID.
    #[error("the public half is damaged")]
    Public,
    /// The private key cannot be decrypted: damaged, or sealed under another master key.
    #[error("the private half does not open: damaged, or sealed under another master key")]
    Sealed,
    /// The private key does not belong to the public key.
    #[error("the private half does not belong to the public half")]
    Mismatch,
    /// The cryptographic library rejected the key.
    #[error("the key does not parse: {0}")]
    Library(#[from] KeyRejected),
    /// josekit rejected the key.
    #[error("the key does not parse: {0}")]
    Jose(#[from] JoseError),
}

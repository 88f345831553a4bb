//! PBKDF2 (RFC 8018 §5.2), as Keycloak, passlib, Zitadel and the PHC format write it.

use std::fmt;
use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::HashFault;
use crate::encoding::{decode, parameter};

/// The most iterations: two seconds with SHA-512.
const MOST: u32 = 2_000_000;
/// The shortest output, in bytes.
const SHORTEST: usize = 10;

/// The hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pbkdf2Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Pbkdf2Digest {
    /// By the name in the text: `pbkdf2-sha256`, or `pbkdf2` for SHA-1.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "pbkdf2" | "pbkdf2-sha1" => Some(Self::Sha1),
            "pbkdf2-sha256" => Some(Self::Sha256),
            "pbkdf2-sha384" => Some(Self::Sha384),
            "pbkdf2-sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2-sha1",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha384 => "pbkdf2-sha384",
            Self::Sha512 => "pbkdf2-sha512",
        }
    }

    const fn algorithm(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

/// A PBKDF2 hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pbkdf2Hash {
    digest: Pbkdf2Digest,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Pbkdf2Hash {
    /// A hash of its parts. Salt and output are base64.
    pub fn of(digest: Pbkdf2Digest, iterations: u64, salt: &str, output: &str) -> Result<Self, HashFault> {
        let iterations = u32::try_from(iterations).map_err(|_| HashFault::TooExpensive)?;
        let iterations = NonZeroU32::new(iterations).ok_or(HashFault::Malformed)?;
        let (salt, output) = (decode(salt)?, decode(output)?);
        if output.len() < SHORTEST {
            return Err(HashFault::Malformed);
        }
        // Each block of 20 to 64 bytes costs all iterations.
        if iterations.get() > MOST || output.len() > 128 {
            return Err(HashFault::TooExpensive);
        }
        Ok(Self { digest, iterations, salt, output })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, HashFault> {
        let parts: Vec<&str> = text.split('$').collect();
        let [_, name, cost, salt, output] = parts[..] else { return Err(HashFault::Malformed) };
        let digest = Pbkdf2Digest::by_name(name).ok_or(HashFault::Malformed)?;
        let iterations = cost.parse().ok().or_else(|| parameter(cost, "i")).ok_or(HashFault::Malformed)?;
        let hash = Self::of(digest, iterations, salt, output)?;
        let length = u64::try_from(hash.output.len()).unwrap_or(u64::MAX);
        if parameter(cost, "l").is_some_and(|said| said != length) {
            return Err(HashFault::Malformed);
        }
        Ok(hash)
    }

    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        pbkdf2::verify(self.digest.algorithm(), self.iterations, &self.salt, password, &self.output).is_ok()
    }
}

/// The PHC format.
impl fmt::Display for Pbkdf2Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (salt, output) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.output));
        let (name, length) = (self.digest.name(), self.output.len());
        write!(f, "${name}$i={},l={length}${salt}${output}", self.iterations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_as_it_was_written() {
        let hash = Pbkdf2Hash::of(Pbkdf2Digest::Sha512, 210_000, "c2FsdA==", "AAECAwQFBgcICQoLDA0ODw==").unwrap();
        assert_eq!(hash.to_string(), "$pbkdf2-sha512$i=210000,l=16$c2FsdA$AAECAwQFBgcICQoLDA0ODw");
        assert_eq!(Pbkdf2Hash::parse(&hash.to_string()), Ok(hash));
    }
}

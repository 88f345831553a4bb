//! bcrypt, as OpenBSD and PHP write it. Bytes of the password after the 72nd do not count.

use crate::HashFault;

/// The highest cost: about two seconds.
const MOST: u32 = 15;

/// A bcrypt hash of 60 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BcryptHash(String);

impl BcryptHash {
    pub(crate) fn parse(text: &str) -> Result<Self, HashFault> {
        let is_body = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
        let rest = text.get(4..).ok_or(HashFault::Malformed)?;
        let (cost, body) = rest.split_once('$').ok_or(HashFault::Malformed)?;
        let cost: u32 = cost.parse().map_err(|_| HashFault::Malformed)?;
        if cost < 4 || body.len() != 53 || !body.bytes().all(is_body) {
            return Err(HashFault::Malformed);
        }
        if cost > MOST { Err(HashFault::TooExpensive) } else { Ok(Self(text.to_owned())) }
    }

    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, &self.0).unwrap_or(false)
    }
}

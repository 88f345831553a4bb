//! scrypt (RFC 7914) in the PHC format.

use scrypt::Params;
use subtle::ConstantTimeEq as _;

use crate::HashFault;
use crate::encoding::{decode, parameter};

/// The most memory, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// The most memory that is walked through, in bytes: memory times lanes.
const MOST_WORK: u64 = 1024 * 1024 * 1024;
/// The shortest output, in bytes.
const SHORTEST: usize = 10;

/// An scrypt hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScryptHash {
    log_n: u8,
    r: u32,
    p: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl ScryptHash {
    pub(crate) fn parse(text: &str) -> Result<Self, HashFault> {
        let parts: Vec<&str> = text.split('$').collect();
        let [_, _, cost, salt, output] = parts[..] else { return Err(HashFault::Malformed) };
        let cost = |name| parameter(cost, name).filter(|value| *value > 0).ok_or(HashFault::Malformed);
        let (log_n, r, p) = (cost("ln")?, cost("r")?, cost("p")?);
        let (salt, output) = (decode(salt)?, decode(output)?);
        if output.len() < SHORTEST {
            return Err(HashFault::Malformed);
        }
        let blocks = u32::try_from(log_n).ok().and_then(|log_n| 1_u64.checked_shl(log_n));
        let memory = blocks.and_then(|n| n.checked_mul(128)?.checked_mul(r)).ok_or(HashFault::TooExpensive)?;
        let work = memory.checked_mul(p).ok_or(HashFault::TooExpensive)?;
        if memory > MOST_MEMORY || work > MOST_WORK {
            return Err(HashFault::TooExpensive);
        }
        let narrow = |value: u64| u32::try_from(value).map_err(|_| HashFault::TooExpensive);
        let log_n = u8::try_from(log_n).map_err(|_| HashFault::TooExpensive)?;
        let hash = Self { log_n, r: narrow(r)?, p: narrow(p)?, salt, output };
        hash.params().map(|_| hash).ok_or(HashFault::Malformed)
    }

    fn params(&self) -> Option<Params> {
        Params::new(self.log_n, self.r, self.p).ok()
    }

    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        let Some(params) = self.params() else { return false };
        let mut output = vec![0; self.output.len()];
        scrypt::scrypt(password, &self.salt, &params, &mut output).is_ok() && output.ct_eq(&self.output).into()
    }
}

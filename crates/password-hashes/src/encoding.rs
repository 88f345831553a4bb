//! Base64 as hashes contain it: with or without padding, `.` for `+` as in passlib.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::HashFault;

/// The longest salt and the longest output, in bytes.
const LONGEST: usize = 512;

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes a salt or an output, which is not empty.
pub fn decode(text: &str) -> Result<Vec<u8>, HashFault> {
    let bytes = FORGIVING.decode(text.replace('.', "+")).map_err(|_| HashFault::Malformed)?;
    if (1..=LONGEST).contains(&bytes.len()) { Ok(bytes) } else { Err(HashFault::Malformed) }
}

/// The value of `name=` in a list of parameters.
pub fn parameter(list: &str, name: &str) -> Option<u64> {
    list.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

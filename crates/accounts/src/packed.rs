//! Values in URLs: JSON that is compressed before it is sealed.
//!
//! The length of a sealed value reveals how well its content compresses. Nothing that is packed here is secret:
//! sessions and users are identified by their ids, and their secrets stay in cookies.

use std::io::Read as _;

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most bytes of JSON that a packed value may decompress to.
const MAX_UNPACKED: u64 = 128 * 1_024;

/// JSON in the DEFLATE format (RFC 1951).
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    let mut packed = Vec::new();
    DeflateEncoder::new(&json[..], Compression::default()).read_to_end(&mut packed).map_err(serde_json::Error::io)?;
    Ok(packed)
}

/// Unpacks what [`pack`] packed; `None` for anything else.
pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(MAX_UNPACKED).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_and_takes_less_room() {
        let value: Vec<String> = (0..50).map(|n| format!("https://rp.test/callback/{n}")).collect();
        let packed = pack(&value).unwrap();
        assert!(packed.len() * 3 < serde_json::to_vec(&value).unwrap().len());
        assert_eq!(unpack::<Vec<String>>(&packed), Some(value));
    }

    #[test]
    fn garbage_and_bombs_open_to_nothing() {
        assert_eq!(unpack::<String>(b"\"plain JSON\""), None);
        assert_eq!(unpack::<String>(b""), None);
        let bomb = pack(&"0".repeat(1_000_000)).unwrap();
        assert!(bomb.len() < 2_000);
        assert_eq!(unpack::<String>(&bomb), None);
    }
}

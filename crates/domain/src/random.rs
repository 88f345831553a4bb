//! Random bytes, passed in. Only `app` has a source that uses the operating system.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills `buffer` with fresh bytes.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Random {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// 256 bits as 43 base64url characters: an unguessable bearer secret.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// 128 bits as 22 base64url characters: an opaque identifier.
    pub fn handle(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }

    /// `digits` decimal digits, each equally likely, for a code that a person types.
    pub fn digits(&self, digits: usize) -> String {
        let mut code = String::with_capacity(digits);
        while code.len() < digits {
            let [byte] = self.bytes::<1>();
            // 250 is the largest multiple of ten in a byte: rejecting values above keeps the digits uniform.
            if byte < 250 {
                code.push(char::from(b'0' + byte % 10));
            }
        }
        code
    }
}

/// A deterministic source for tests.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// A source that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // splitmix64: distinct values, not secret.
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_asked_number_of_digits() {
        let random: &dyn Random = &SeededRandom::new(7);
        for wanted in [1, 6, 8] {
            let code = random.digits(wanted);
            assert_eq!(code.len(), wanted);
            assert!(code.bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let random: &dyn Random = &SeededRandom::new(7);
        let (one, two) = (random.token(), random.token());
        assert_eq!(one.len(), 43);
        assert_ne!(one, two);
        assert_eq!(random.handle().len(), 22);
    }
}

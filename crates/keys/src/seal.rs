//! Sealing: authenticated encryption of values that leave the process.
//!
//! Every purpose has its own keys, derived from the master key by HKDF-SHA256 (RFC 5869), so that a value sealed for
//! one purpose never opens as another. A sealed value is `version ‖ 16 random bytes ‖ AES-256-GCM ciphertext and tag`;
//! key and nonce of each value are derived from the purpose's key and the random bytes, so the limit on random 96-bit
//! nonces does not apply.
//! A deterministically sealed value is `version ‖ AES-256-GCM-SIV ciphertext and tag` (RFC 8452): equal values give
//! equal results.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::master::MasterKey;
pub use super::purpose::Purpose;
use usher_domain::random::Random;

const VERSION: u8 = 1;
const VERSION_DETERMINISTIC: u8 = 2;
const VERSION_LOCKED: u8 = 3;
const SALT: usize = 16;
const KEY: usize = 32;
const TAG: usize = 16;

/// The value cannot be opened: forged, damaged, truncated, of another purpose or another master key. The error does not
/// reveal which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct UnsealError;

/// The derived keys of one purpose.
struct PurposeKeys {
    purpose: Purpose,
    sealing: Prk,
    deterministic: LessSafeKey,
    mac: hmac::Key,
}

/// Seals and opens under one master key. Created once, shared by reference.
pub struct Sealer {
    keys: Vec<PurposeKeys>,
    fingerprint: [u8; 16],
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer([redacted])")
    }
}

impl Sealer {
    /// Derives the keys of every purpose.
    pub fn new(master: &MasterKey) -> Self {
        let root = Salt::new(HKDF_SHA256, b"usher seal 1").extract(master.expose());
        let keys = Purpose::ALL.into_iter().map(|purpose| PurposeKeys::derive(&root, purpose)).collect();
        Self { keys, fingerprint: *expand(&root, &[b"fingerprint"]) }
    }

    /// Sixteen bytes that identify the master key and reveal nothing about it. Stored in the database, they prove at
    /// start that the key is the right one.
    pub const fn fingerprint(&self) -> [u8; 16] {
        self.fingerprint
    }

    /// Seals `plaintext`. Sealing the same value twice gives different results.
    pub fn seal(&self, purpose: Purpose, plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let salt: [u8; SALT] = random.bytes();
        let (key, nonce) = self.of(purpose).one_time(&salt);
        let mut sealed = Vec::with_capacity(1 + SALT + plaintext.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(plaintext);
        append_tag(&key, nonce, &mut sealed, 1 + SALT);
        sealed
    }

    /// Opens what [`Sealer::seal`] sealed for the same purpose.
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(UnsealError)?;
        let (salt, ciphertext) = rest.split_first_chunk::<SALT>().ok_or(UnsealError)?;
        let (key, nonce) = self.of(purpose).one_time(salt);
        open_with(&key, nonce, VERSION, ciphertext)
    }

    /// [`Sealer::seal`] as base64url without padding.
    pub fn seal_text(&self, purpose: Purpose, plaintext: &[u8], random: &dyn Random) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(purpose, plaintext, random))
    }

    /// Opens what [`Sealer::seal_text`] sealed. Only the canonical encoding is accepted.
    pub fn open_text(&self, purpose: Purpose, text: &str) -> Result<Vec<u8>, UnsealError> {
        self.open(purpose, &URL_SAFE_NO_PAD.decode(text).map_err(|_| UnsealError)?)
    }

    /// Seals `plaintext` so that opening also requires `lock`: the master key alone does not suffice.
    pub fn seal_locked(&self, purpose: Purpose, lock: &[u8], plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let salt: [u8; SALT] = random.bytes();
        let (key, nonce) = self.of(purpose).locked(&salt, lock);
        let mut sealed = Vec::with_capacity(1 + SALT + plaintext.len() + TAG);
        sealed.push(VERSION_LOCKED);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(plaintext);
        append_tag(&key, nonce, &mut sealed, 1 + SALT);
        sealed
    }

    /// Opens what [`Sealer::seal_locked`] sealed with the same lock.
    pub fn open_locked(&self, purpose: Purpose, lock: &[u8], sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let rest = sealed.strip_prefix(&[VERSION_LOCKED]).ok_or(UnsealError)?;
        let (salt, ciphertext) = rest.split_first_chunk::<SALT>().ok_or(UnsealError)?;
        let (key, nonce) = self.of(purpose).locked(salt, lock);
        open_with(&key, nonce, VERSION_LOCKED, ciphertext)
    }

    /// Seals `plaintext` so that the same value always gives the same result, which reveals equality.
    pub fn seal_deterministic(&self, purpose: Purpose, plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(1 + plaintext.len() + TAG);
        sealed.push(VERSION_DETERMINISTIC);
        sealed.extend_from_slice(plaintext);
        append_tag(&self.of(purpose).deterministic, fixed_nonce(), &mut sealed, 1);
        sealed
    }

    /// Opens what [`Sealer::seal_deterministic`] sealed for the same purpose.
    pub fn open_deterministic(&self, purpose: Purpose, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let ciphertext = sealed.strip_prefix(&[VERSION_DETERMINISTIC]).ok_or(UnsealError)?;
        open_with(&self.of(purpose).deterministic, fixed_nonce(), VERSION_DETERMINISTIC, ciphertext)
    }

    /// [`Sealer::seal_deterministic`] as base64url without padding.
    pub fn seal_deterministic_text(&self, purpose: Purpose, plaintext: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal_deterministic(purpose, plaintext))
    }

    /// Opens what [`Sealer::seal_deterministic_text`] sealed; only the canonical encoding is accepted.
    pub fn open_deterministic_text(&self, purpose: Purpose, text: &str) -> Result<Vec<u8>, UnsealError> {
        self.open_deterministic(purpose, &URL_SAFE_NO_PAD.decode(text).map_err(|_| UnsealError)?)
    }

    /// HMAC-SHA256 under the purpose's key: for storing codes that are too short for a plain hash.
    pub fn mac(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&self.of(purpose).mac, data).as_ref());
        mac
    }

    /// Whether `mac` is that of `data`, compared in constant time.
    pub fn mac_fits(&self, purpose: Purpose, data: &[u8], mac: &[u8]) -> bool {
        hmac::verify(&self.of(purpose).mac, data, mac).is_ok()
    }

    fn of(&self, purpose: Purpose) -> &PurposeKeys {
        let keys = &self.keys[purpose as usize];
        debug_assert_eq!(keys.purpose, purpose, "Purpose::ALL is in the order of declaration");
        keys
    }
}

impl PurposeKeys {
    fn derive(root: &Prk, purpose: Purpose) -> Self {
        let derived = |use_: &str| expand::<KEY>(root, &[use_.as_bytes(), b" ", purpose.label().as_bytes()]);
        Self {
            purpose,
            sealing: Prk::new_less_safe(HKDF_SHA256, &*derived("seal")),
            deterministic: LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM_SIV, &*derived("seal deterministic")).expect("the key is 32 bytes long"),
            ),
            mac: hmac::Key::new(hmac::HMAC_SHA256, &*derived("mac")),
        }
    }

    /// Key and nonce of the value with this `salt`.
    fn one_time(&self, salt: &[u8; SALT]) -> (LessSafeKey, Nonce) {
        self.derived(&[b"value", salt])
    }

    /// The same for a locked value: the lock is part of the derivation.
    fn locked(&self, salt: &[u8; SALT], lock: &[u8]) -> (LessSafeKey, Nonce) {
        let lock = hmac::sign(&self.mac, lock);
        self.derived(&[b"locked", salt, lock.as_ref()])
    }

    fn derived(&self, info: &[&[u8]]) -> (LessSafeKey, Nonce) {
        let both = expand::<{ KEY + NONCE_LEN }>(&self.sealing, info);
        let (key, nonce) = both.split_at(KEY);
        (
            LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key is 32 bytes long")),
            Nonce::try_assume_unique_for_key(nonce).expect("the nonce is 12 bytes long"),
        )
    }
}

struct DerivedKeyLength(usize);

impl KeyType for DerivedKeyLength {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    let derived = key.expand(info, DerivedKeyLength(N)).expect("HKDF-SHA256 gives up to 8160 bytes");
    derived.fill(&mut *bytes).expect("the buffer has the length that was asked for");
    bytes
}

/// Under a repeated nonce, RFC 8452 only reveals that equal values are equal, which is intended here.
fn fixed_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Encrypts `sealed[from..]` in place and appends the tag. The version is authenticated as well.
fn append_tag(key: &LessSafeKey, nonce: Nonce, sealed: &mut Vec<u8>, from: usize) {
    let aad = Aad::from([sealed[0]]);
    let tag = key
        .seal_in_place_separate_tag(nonce, aad, &mut sealed[from..])
        .expect("AES-GCM refuses only values of many gigabytes");
    sealed.extend_from_slice(tag.as_ref());
}

fn open_with(key: &LessSafeKey, nonce: Nonce, version: u8, ciphertext: &[u8]) -> Result<Vec<u8>, UnsealError> {
    let mut plaintext = ciphertext.to_vec();
    let length = key.open_in_place(nonce, Aad::from([version]), &mut plaintext).map_err(|_| UnsealError)?.len();
    plaintext.truncate(length);
    Ok(plaintext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::random::SeededRandom;

    fn sealer(seed: u64) -> Sealer {
        Sealer::new(&MasterKey::generate(&SeededRandom::new(seed)))
    }

    #[test]
    fn what_was_sealed_opens_and_no_two_seals_are_alike() {
        let (sealer, random) = (sealer(1), SeededRandom::new(2));
        for plaintext in [&b""[..], b"x", &[7; 5000]] {
            let one = sealer.seal(Purpose::EmailMessage, plaintext, &random);
            assert_ne!(one, sealer.seal(Purpose::EmailMessage, plaintext, &random));
            assert_eq!(sealer.open(Purpose::EmailMessage, &one).unwrap(), plaintext);
        }
    }

    #[test]
    fn a_locked_value_opens_under_its_lock_alone() {
        let (sealer, random) = (sealer(1), SeededRandom::new(2));
        let sealed = sealer.seal_locked(Purpose::RepeatedAnswer, b"key", b"answer", &random);
        assert_eq!(sealer.open_locked(Purpose::RepeatedAnswer, b"key", &sealed).unwrap(), b"answer");
        for lock in [&b""[..], b"kez", b"key "] {
            assert_eq!(sealer.open_locked(Purpose::RepeatedAnswer, lock, &sealed), Err(UnsealError));
        }
        assert_eq!(sealer.open(Purpose::RepeatedAnswer, &sealed), Err(UnsealError));
        assert_eq!(sealer.open_locked(Purpose::EmailMessage, b"key", &sealed), Err(UnsealError));
        assert_eq!(sealer.open_locked(Purpose::RepeatedAnswer, b"key", b""), Err(UnsealError));
    }

    #[test]
    fn a_wrong_key_or_a_wrong_purpose_opens_nothing() {
        let (right, wrong) = (sealer(1), sealer(2));
        let sealed = right.seal(Purpose::AuthorizationCode, b"value", &SeededRandom::new(3));
        let fixed = right.seal_deterministic(Purpose::AuthorizationCode, b"value");
        assert_eq!(wrong.open(Purpose::AuthorizationCode, &sealed), Err(UnsealError));
        assert_eq!(wrong.open_deterministic(Purpose::AuthorizationCode, &fixed), Err(UnsealError));
        assert_eq!(right.open(Purpose::AuthorizationCode, &fixed), Err(UnsealError));
        assert_eq!(right.open_deterministic(Purpose::AuthorizationCode, &sealed), Err(UnsealError));
        for other in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::AuthorizationCode) {
            assert_eq!(right.open(other, &sealed), Err(UnsealError), "{other:?}");
            assert_eq!(right.open_deterministic(other, &fixed), Err(UnsealError), "{other:?}");
        }
    }

    #[test]
    fn any_changed_or_missing_byte_spoils_the_seal() {
        let sealer = sealer(1);
        let value = sealer.seal(Purpose::Proof, b"value", &SeededRandom::new(2));
        let fixed = sealer.seal_deterministic(Purpose::Proof, b"value");
        for place in 0..value.len() {
            let mut damaged = value.clone();
            damaged[place] ^= 1;
            assert_eq!(sealer.open(Purpose::Proof, &damaged), Err(UnsealError));
            assert_eq!(sealer.open(Purpose::Proof, &value[..place]), Err(UnsealError));
        }
        for place in 0..fixed.len() {
            let mut damaged = fixed.clone();
            damaged[place] ^= 1;
            assert_eq!(sealer.open_deterministic(Purpose::Proof, &damaged), Err(UnsealError));
            assert_eq!(sealer.open_deterministic(Purpose::Proof, &fixed[..place]), Err(UnsealError));
        }
    }

    #[test]
    fn a_sealed_text_has_one_spelling() {
        let sealer = sealer(1);
        // The last character of 34 bytes carries only two bits; the other four could be altered.
        let text = sealer.seal_text(Purpose::Proof, b"v", &SeededRandom::new(2));
        assert_eq!(sealer.open_text(Purpose::Proof, &text).unwrap(), b"v");
        let last = text.chars().last().unwrap();
        let altered = char::from(last as u8 + 1);
        let loose_bits = format!("{}{altered}", &text[..text.len() - 1]);
        for wrong in [&loose_bits, &format!("{text}=="), &format!("{text} "), &text.replace('A', "\n"), "", "A", "💥"]
        {
            assert!(*wrong == *text || sealer.open_text(Purpose::Proof, wrong).is_err(), "{wrong}");
        }
        assert_ne!(loose_bits, text);
    }

    #[test]
    fn a_deterministic_seal_is_the_same_each_time() {
        let sealer = sealer(1);
        let one = sealer.seal_deterministic_text(Purpose::RefreshToken, b"grant, 1");
        assert_eq!(one, sealer.seal_deterministic_text(Purpose::RefreshToken, b"grant, 1"));
        assert_ne!(one, sealer.seal_deterministic_text(Purpose::RefreshToken, b"grant, 2"));
        assert_eq!(sealer.open_deterministic_text(Purpose::RefreshToken, &one).unwrap(), b"grant, 1");
        assert!(sealer.open_deterministic_text(Purpose::RefreshToken, &format!("{one}=")).is_err());
    }

    #[test]
    fn a_mac_fits_its_data_purpose_and_key_only() {
        let one = sealer(1);
        let mac = one.mac(Purpose::Proof, b"123456");
        assert!(one.mac_fits(Purpose::Proof, b"123456", &mac));
        assert!(!one.mac_fits(Purpose::Proof, b"123457", &mac));
        assert!(!one.mac_fits(Purpose::EmailMessage, b"123456", &mac));
        assert!(!one.mac_fits(Purpose::Proof, b"123456", &mac[..31]));
        assert!(!sealer(2).mac_fits(Purpose::Proof, b"123456", &mac));
    }

    #[test]
    fn fingerprints_of_master_keys_differ() {
        assert_eq!(sealer(1).fingerprint(), sealer(1).fingerprint());
        assert_ne!(sealer(1).fingerprint(), sealer(2).fingerprint());
    }

    #[test]
    fn what_an_older_release_sealed_still_opens() {
        let sealer = Sealer::new(&MasterKey::from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap());
        let kept = "AeUFCxAdFpJWwVwCiewtCpF-Uk_HCrmn42mfV3n4atu4JV981A";
        let fixed = "An_6zsWQM1r3KEUKriZ57qTvMoPL";
        assert_eq!(sealer.open_text(Purpose::SigningKey, kept).unwrap(), b"kept");
        assert_eq!(sealer.open_deterministic_text(Purpose::RefreshToken, fixed).unwrap(), b"kept");
        assert_eq!(URL_SAFE_NO_PAD.encode(sealer.fingerprint()), "JIrAeaCXmu7r8kXPuGj6CQ");
    }
}

//! The secrets of a client: at most two at once, so that one can be replaced without a gap.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How many secrets are kept: the newest and the one before it.
const REMEMBERED: usize = 2;
/// A rotation never ends a secret younger than this: another caller just received it.
const YOUNG: Duration = Duration::from_secs(10);
/// The use of a secret is recorded at most this often.
pub const USE_NOTED_EVERY: Duration = Duration::from_hours(1);

/// One secret of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// SHA-256 of the secret, hexadecimal: a secret of 256 random bits needs no slow hash.
    pub sha256: String,
    /// The secret itself, sealed and locked to the client's id: only of a client that signs with it
    /// (`client_secret_jwt`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedClientSecret>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; never if absent.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, accurate to [`USE_NOTED_EVERY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// How to replace a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretRotation {
    /// How long the present secret stays valid; zero ends it at once.
    pub overlap: Duration,
    /// Also end a secret that was just created. Only if nobody else can have received one.
    pub end_young: bool,
}

impl SecretRotation {
    /// The default overlap.
    pub const USUAL: Duration = Duration::from_hours(24);
    /// The maximum overlap.
    pub const LONGEST: Duration = Duration::from_hours(24 * 30);

    /// A rotation with this overlap.
    pub const fn with_overlap(overlap: Duration) -> Self {
        Self { overlap, end_young: false }
    }
}

impl Default for SecretRotation {
    fn default() -> Self {
        Self::with_overlap(Self::USUAL)
    }
}

/// Why a rotation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationFault {
    /// The overlap is longer than [`SecretRotation::LONGEST`].
    #[error("the overlap must not be longer than 30 days")]
    Overlap,
    /// A secret that would end was just created, probably by another rotation.
    #[error("a secret that would end was made within the last 10 seconds")]
    JustRotated,
}

/// A sealed secret, in JSON as base64url.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealedClientSecret(pub Vec<u8>);

impl fmt::Debug for SealedClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedClientSecret([redacted])")
    }
}

impl TryFrom<String> for SealedClientSecret {
    type Error = base64::DecodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        URL_SAFE_NO_PAD.decode(text).map(Self)
    }
}

impl From<SealedClientSecret> for String {
    fn from(sealed: SealedClientSecret) -> Self {
        URL_SAFE_NO_PAD.encode(sealed.0)
    }
}

impl ClientSecret {
    /// A secret that is valid from now on.
    pub const fn new(sha256: String, now: Timestamp) -> Self {
        Self { sha256, sealed: None, created_at: now, expires_at: None, last_used_at: None }
    }

    /// Its id: the beginning of its hash, which reveals nothing about 256 random bits.
    pub fn id(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }

    /// Whether it is valid now.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether its use should be recorded now.
    pub fn use_is_news(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| last + USE_NOTED_EVERY <= now)
    }
}

/// The secrets after a rotation, newest first: the new one, and the present one until it expires.
///
/// Older secrets end now. An expiry is never postponed.
///
/// # Errors
/// [`RotationFault::JustRotated`] if a secret would end that another caller just received: after several simultaneous
/// rotations, every returned secret works.
pub fn rotated(
    held: &[ClientSecret],
    fresh: ClientSecret,
    rotation: SecretRotation,
    now: Timestamp,
) -> Result<Vec<ClientSecret>, RotationFault> {
    if rotation.overlap > SecretRotation::LONGEST {
        return Err(RotationFault::Overlap);
    }
    let end = now + rotation.overlap;
    let mut present = held.first().cloned();
    if let Some(secret) = &mut present {
        secret.expires_at = Some(secret.expires_at.map_or(end, |earlier| earlier.min(end)));
    }
    let ends = |secret: &&ClientSecret| {
        secret.is_good(now) && !present.as_ref().is_some_and(|kept| kept.sha256 == secret.sha256 && kept.is_good(now))
    };
    if !rotation.end_young && held.iter().filter(ends).any(|secret| now < secret.created_at + YOUNG) {
        return Err(RotationFault::JustRotated);
    }
    Ok(std::iter::once(fresh).chain(present).take(REMEMBERED).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn secret(name: &str, age: u64) -> ClientSecret {
        ClientSecret::new(name.to_owned(), Timestamp(NOW.0 - i64::try_from(age).unwrap()))
    }

    fn names(secrets: &[ClientSecret], at: Timestamp) -> Vec<&str> {
        secrets.iter().filter(|secret| secret.is_good(at)).map(|secret| secret.sha256.as_str()).collect()
    }

    fn rotate(held: &[ClientSecret], overlap: u64) -> Result<Vec<ClientSecret>, RotationFault> {
        rotated(held, secret("fresh", 0), SecretRotation::with_overlap(Duration::from_secs(overlap)), NOW)
    }

    #[test]
    fn the_present_secret_is_good_until_its_overlap_ends() {
        let after = rotate(&[secret("present", 100)], 60).unwrap();
        assert_eq!(names(&after, NOW + Duration::from_secs(59)), ["fresh", "present"]);
        assert_eq!(names(&after, NOW + Duration::from_secs(60)), ["fresh"]);
    }

    #[test]
    fn without_an_overlap_it_ends_now_and_is_still_shown_with_its_end() {
        let after = rotate(&[secret("present", 100)], 0).unwrap();
        assert_eq!((names(&after, NOW), after.len()), (vec!["fresh"], 2));
    }

    #[test]
    fn a_third_secret_ends_the_oldest_now() {
        let after = rotate(&[secret("present", 100), secret("older", 200)], 60).unwrap();
        assert_eq!(names(&after, NOW), ["fresh", "present"]);
    }

    #[test]
    fn no_rotation_prolongs_a_secret() {
        let ending = ClientSecret { expires_at: Some(NOW + Duration::from_secs(5)), ..secret("present", 100) };
        assert_eq!(rotate(std::slice::from_ref(&ending), 60).unwrap()[1].expires_at, ending.expires_at);
    }

    #[test]
    fn a_secret_that_was_just_handed_out_is_ended_by_nobody_else() {
        let (young, old) = (secret("young", 9), secret("old", 10));
        assert_eq!(rotate(std::slice::from_ref(&young), 0), Err(RotationFault::JustRotated));
        assert_eq!(rotate(&[old.clone(), young.clone()], 60), Err(RotationFault::JustRotated));
        assert!(rotate(std::slice::from_ref(&old), 0).is_ok() && rotate(&[young.clone(), old], 60).is_ok());
        let forced = SecretRotation { overlap: Duration::ZERO, end_young: true };
        assert!(rotated(&[young], secret("fresh", 0), forced, NOW).is_ok());
    }

    #[test]
    fn an_overlap_has_a_limit() {
        assert!(rotate(&[secret("present", 100)], 30 * 86_400).is_ok());
        assert_eq!(rotate(&[secret("present", 100)], 30 * 86_400 + 1), Err(RotationFault::Overlap));
    }

    #[test]
    fn a_use_is_news_once_an_hour() {
        let used = |ago: u64| ClientSecret {
            last_used_at: Some(Timestamp(NOW.0 - i64::try_from(ago).unwrap())),
            ..secret("s", 9_000)
        };
        assert!(secret("s", 0).use_is_news(NOW) && used(3_600).use_is_news(NOW) && !used(3_599).use_is_news(NOW));
    }
}

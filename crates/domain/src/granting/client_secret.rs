//! The secrets of a client: at most two at once, so that one can be replaced without a gap.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How many secrets are remembered: the newest and the one before it.
const REMEMBERED: usize = 2;
/// No rotation ends a secret that is younger than this: somebody else was just given it.
const YOUNG: Duration = Duration::from_secs(10);
/// The use of a secret is written down again after this.
pub const USE_NOTED_EVERY: Duration = Duration::from_hours(1);

/// One secret of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// SHA-256 of the secret, hexadecimal: a secret of 256 random bits needs no slow hash.
    pub sha256: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; for ever if absent.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within [`USE_NOTED_EVERY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// How a secret is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretRotation {
    /// How long the present secret stays good; zero ends it at once.
    pub overlap: Duration,
    /// End even a secret that was made a moment ago. Only where nobody else can have been given one.
    pub end_young: bool,
}

impl SecretRotation {
    /// How long a replaced secret stays good unless somebody says otherwise.
    pub const USUAL: Duration = Duration::from_hours(24);
    /// The longest overlap.
    pub const LONGEST: Duration = Duration::from_hours(24 * 30);

    /// The present secret stays good for so long.
    pub const fn with_overlap(overlap: Duration) -> Self {
        Self { overlap, end_young: false }
    }
}

impl Default for SecretRotation {
    fn default() -> Self {
        Self::with_overlap(Self::USUAL)
    }
}

/// Why a secret is not replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationFault {
    /// The overlap is longer than [`SecretRotation::LONGEST`].
    #[error("the overlap must not be longer than 30 days")]
    Overlap,
    /// A secret that would end was made a moment ago, probably by another rotation.
    #[error("a secret that would end was made within the last 10 seconds")]
    JustRotated,
}

impl ClientSecret {
    /// A secret that is good from now on.
    pub const fn new(sha256: String, now: Timestamp) -> Self {
        Self { sha256, created_at: now, expires_at: None, last_used_at: None }
    }

    /// Its name: the beginning of its hash, which tells nothing of 256 random bits.
    pub fn id(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }

    /// Does it prove the client?
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Is it time to write down that it is used?
    pub fn use_is_news(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| last + USE_NOTED_EVERY <= now)
    }
}

/// The secrets after a rotation, newest first: the fresh one, and the present one until its end.
///
/// Whatever was older ends now. The end of a secret is never moved back.
///
/// # Errors
/// [`RotationFault::JustRotated`] if a secret would end that somebody was given a moment ago: of many rotations at the
/// same moment, every one that succeeds hands out a secret that works.
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

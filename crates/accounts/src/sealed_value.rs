//! Typed values that leave the server sealed: in URLs, in forms, in the database.
//!
//! The type says by which purpose it is sealed, when it expires, and whether it belongs to one browser; opening checks
//! all of it. The content is JSON: a release reads what an earlier one sealed, so a member is added with a default and
//! keeps its name.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::Core;
use crate::login::accounts::Browser;
use crate::packed::{pack, unpack};
use usher_domain::oauth::code::AuthorizationCode;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::time::Timestamp;
use usher_keys::seal::Purpose;

/// A value that is sealed as a whole.
pub trait SealedValue {
    const PURPOSE: Purpose;
    /// Compressed: for values in URLs.
    const PACKED: bool = false;

    /// The moment from which it no longer opens. `None` if what carries it expires.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// The hash of the mark of the only browser in which it opens; `None` if it opens in any.
    fn browser(&self) -> Option<&str> {
        None
    }
}

impl SealedValue for Interaction {
    const PURPOSE: Purpose = Purpose::Interaction;
    const PACKED: bool = true;

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

/// Its redemption checks the expiry: after that a replay must still be recognized.
impl SealedValue for AuthorizationCode {
    const PURPOSE: Purpose = Purpose::AuthorizationCode;
    const PACKED: bool = true;
}

impl Core {
    /// Seals a value for the database.
    pub fn seal_value<T: SealedValue + Serialize>(&self, value: &T) -> Result<Vec<u8>, serde_json::Error> {
        Ok(self.sealer.seal(T::PURPOSE, &written(value)?, &*self.random))
    }

    /// Seals a value for a URL or a form.
    pub fn seal_value_text<T: SealedValue + Serialize>(&self, value: &T) -> Result<String, serde_json::Error> {
        Ok(self.sealer.seal_text(T::PURPOSE, &written(value)?, &*self.random))
    }

    /// Opens a value that is bound to no browser: `None` if it has expired, is bound to one, or is no such value.
    pub fn open_value<T: SealedValue + DeserializeOwned>(&self, sealed: &[u8]) -> Option<T> {
        valid(read(&self.sealer.open(T::PURPOSE, sealed).ok()?)?, None, self.now())
    }

    /// As [`Self::open_value`], also if it is bound to this browser.
    pub fn open_value_in<T: SealedValue + DeserializeOwned>(&self, sealed: &[u8], browser: &Browser) -> Option<T> {
        valid(read(&self.sealer.open(T::PURPOSE, sealed).ok()?)?, Some(browser), self.now())
    }

    /// [`Self::open_value`] of a text.
    pub fn open_value_text<T: SealedValue + DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        valid(self.open_in_any_browser(sealed)?, None, self.now())
    }

    /// [`Self::open_value_in`] of a text.
    pub fn open_value_text_in<T: SealedValue + DeserializeOwned>(&self, sealed: &str, browser: &Browser) -> Option<T> {
        valid(self.open_in_any_browser(sealed)?, Some(browser), self.now())
    }

    /// The value, whichever browser it is bound to and even if it has expired: for the little that it may reveal to
    /// anybody.
    pub fn open_in_any_browser<T: SealedValue + DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        read(&self.sealer.open_text(T::PURPOSE, sealed).ok()?)
    }
}

fn valid<T: SealedValue>(value: T, browser: Option<&Browser>, now: Timestamp) -> Option<T> {
    let here = value.browser().is_none_or(|hash| browser.is_some_and(|browser| browser.is_marked(hash)));
    let in_time = value.expires_at().is_none_or(|at| now < at);
    (here && in_time).then_some(value)
}

fn written<T: SealedValue + Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    if T::PACKED { pack(value) } else { serde_json::to_vec(value) }
}

fn read<T: SealedValue + DeserializeOwned>(content: &[u8]) -> Option<T> {
    if T::PACKED { unpack(content) } else { serde_json::from_slice(content).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::accounts::mark_hash;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        browser: Option<String>,
        expires_at: Option<Timestamp>,
    }

    impl SealedValue for Sample {
        const PURPOSE: Purpose = Purpose::Proof;

        fn expires_at(&self) -> Option<Timestamp> {
            self.expires_at
        }

        fn browser(&self) -> Option<&str> {
            self.browser.as_deref()
        }
    }

    fn browser(letter: &str) -> Browser {
        Browser::from_cookies(None, Some(&letter.repeat(43)))
    }

    #[test]
    fn a_bound_value_opens_in_its_browser_only() {
        let own = browser("a");
        let bound = || Sample { browser: own.mark().map(mark_hash), expires_at: None };
        let opens = |browser: Option<&Browser>| valid(bound(), browser, Timestamp(0)).is_some();
        assert!(bound().browser.is_some() && opens(Some(&own)));
        assert!(!opens(None) && !opens(Some(&browser("b"))) && !opens(Some(&Browser::default())));
    }

    #[test]
    fn an_unbound_value_opens_in_any_browser() {
        let unbound = || Sample { browser: None, expires_at: None };
        assert!(valid(unbound(), None, Timestamp(0)).is_some());
        assert!(valid(unbound(), Some(&browser("a")), Timestamp(0)).is_some());
    }

    #[test]
    fn a_value_opens_until_the_second_before_it_expires() {
        let value = || Sample { browser: None, expires_at: Some(Timestamp(60)) };
        assert!(valid(value(), None, Timestamp(59)).is_some());
        assert!(valid(value(), None, Timestamp(60)).is_none());
    }
}

//! Basic types of settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroize;

use super::fault::InvalidReason;
use super::setting::{PrintedPart, SettingValue};
use crate::entry::GivenValue;
use usher_domain::secret::Secret;

impl SettingValue for bool {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        text.parse().map_err(|_| InvalidReason::from("expected true or false"))
    }
}

impl SettingValue for u32 {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        whole(text)
    }
}

impl SettingValue for usize {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        whole(text)
    }
}

fn whole<T: std::str::FromStr>(text: &str) -> Result<T, InvalidReason> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| InvalidReason::from("expected a whole number"))
}

impl SettingValue for String {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text.trim().is_empty() { Err("expected a text that is not empty".into()) } else { Ok(text.to_owned()) }
    }
}

impl SettingValue for PathBuf {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text.is_empty() || text.contains('\0') { Err("expected a path".into()) } else { Ok(Self::from(text)) }
    }
}

impl SettingValue for SocketAddr {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        text.parse()
            .map_err(|_| InvalidReason::from("expected an address and a port, such as 127.0.0.1:8080 or [::]:8080"))
    }
}

/// A key of 256 bits, base64url (RFC 4648 §5), padding optional.
impl SettingValue for Secret<[u8; 32]> {
    const SHOW: PrintedPart = PrintedPart::Nothing;

    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default();
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map(Self::new);
        bytes.zeroize();
        key.map_err(|_| {
            InvalidReason::from("expected 32 bytes in base64url, which is 43 characters of A-Z a-z 0-9 - _")
        })
    }
}

/// An optional setting; an empty text unsets it, so that a higher layer can override a lower one.
impl<T: SettingValue> SettingValue for Option<T> {
    const SHOW: PrintedPart = T::SHOW;

    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }

    fn from_given(given: &GivenValue) -> Result<Self, InvalidReason> {
        match given {
            GivenValue::Text(text) => Self::from_text(text),
            GivenValue::List(_) => T::from_given(given).map(Some),
        }
    }

    fn when_absent() -> Option<Self> {
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_refuse_what_they_are_not() {
        assert_eq!(bool::from_text("true"), Ok(true));
        assert!(bool::from_text("yes").is_err());
        assert_eq!(u32::from_text("4096"), Ok(4096));
        for bad in ["", "-1", "+1", "1.0", "4294967296", "0x10", "1_000"] {
            assert!(u32::from_text(bad).is_err(), "{bad}");
        }
        assert!(SocketAddr::from_text("[::1]:8080").is_ok());
        for bad in ["", ":8080", "8080", "localhost:8080", "127.0.0.1", "127.0.0.1:65536"] {
            assert!(SocketAddr::from_text(bad).is_err(), "{bad}");
        }
        assert!(PathBuf::from_text("a\0b").is_err());
        assert!(String::from_text("  ").is_err());
    }

    #[test]
    fn a_key_is_exactly_thirty_two_bytes_of_base64url() {
        let key = URL_SAFE_NO_PAD.encode([0xFB; 32]);
        assert_eq!(Secret::<[u8; 32]>::from_text(&key).unwrap().expose(), &[0xFB; 32]);
        assert!(Secret::<[u8; 32]>::from_text(&format!("{key}=")).is_ok());
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        let long = URL_SAFE_NO_PAD.encode([1; 33]);
        let standard_alphabet = key.replace('-', "+");
        for bad in ["", "x", &short, &long, &standard_alphabet, "correct horse battery staple"] {
            assert!(Secret::<[u8; 32]>::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_empty_text_takes_an_optional_setting_back() {
        assert_eq!(Option::<PathBuf>::from_text(""), Ok(None));
        assert_eq!(Option::<PathBuf>::from_given(&GivenValue::Text("x".into())), Ok(Some(PathBuf::from("x"))));
        assert!(Option::<PathBuf>::from_given(&GivenValue::List(vec![])).is_err());
        assert_eq!(<Option<PathBuf> as SettingValue>::when_absent(), Some(None));
        assert_eq!(<PathBuf as SettingValue>::when_absent(), None);
    }
}

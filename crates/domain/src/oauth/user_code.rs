//! The code that a device shows and a person types (RFC 8628 §6.1): eight of twenty consonants, shown as `XXXX-XXXX`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// No vowels, so that no words arise; no digits and no Y, so that nothing looks like something else (RFC 8628 §6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// The longest text that is read: a code, with room for blanks and dashes.
const LONGEST: usize = 64;

/// A user code: 20⁸ possibilities, 34 bits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserCode(String);

impl UserCode {
    pub fn new(random: &dyn Random) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let [byte] = random.bytes::<1>();
            // 240 is the largest multiple of twenty in a byte: rejecting values above keeps the letters uniform.
            if byte < 240 {
                code.push(char::from(ALPHABET[usize::from(byte % 20)]));
            }
        }
        Self(code)
    }

    /// Reads a code as people type it: in any case, with dashes, blanks and dots anywhere.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > LONGEST {
            return None;
        }
        let separates = |c: &char| c.is_whitespace() || ('\u{2010}'..='\u{2015}').contains(c) || "-_.−".contains(*c);
        let code: String = typed.chars().filter(|c| !separates(c)).map(|c| c.to_ascii_uppercase()).collect();
        let fits = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
        fits.then_some(Self(code))
    }

    /// The letters without the dash: what is hashed.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

/// Not the code: it lets a person connect the device that shows it.
impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn read(typed: &str) -> Option<String> {
        UserCode::parse(typed).map(|code| code.to_string())
    }

    #[test]
    fn a_code_is_typed_in_any_case_with_or_without_dashes_and_blanks() {
        for typed in ["WDJB-MJHT", "wdjbmjht", " WdJb mJhT ", "w d j b - m j h t", "WDJB\u{2013}MJHT", "wdjb.mjht\n"] {
            assert_eq!(read(typed).as_deref(), Some("WDJB-MJHT"), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        let long = "B".repeat(9);
        let blanks = format!("WDJBMJHT{}", " ".repeat(100));
        for typed in
            ["", "WDJB", "WDJB-MJH", "WDJB-MJHA", "WDJB-MJH1", "WDJB-MJH0", "WDJBMJHÉ", "ЖDJB-MJHT", &long, &blanks]
        {
            assert_eq!(read(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_code_can_be_typed_as_it_is_shown() {
        let random = SeededRandom::new(3);
        for _ in 0..200 {
            let code = UserCode::new(&random);
            assert_eq!(UserCode::parse(&code.to_string()).as_ref(), Some(&code));
        }
    }

    #[test]
    fn a_code_does_not_appear_in_logs() {
        assert_eq!(format!("{:?}", UserCode::parse("WDJB-MJHT")), "Some(UserCode([redacted]))");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(typed in ".{0,80}") {
            let _ = UserCode::parse(&typed);
        }
    }
}

//! The authorization requests that a browser has brought an answer of to their clients lately, so that a page it goes
//! back to does not send a second answer to a client that takes none.

use crate::state::App;
use usher_domain::oauth::interaction::Interaction;

/// Most requests remembered. Each takes 17 bytes of a cookie.
const MOST: usize = 4;
/// Length of a mark: 96 bits in base64url.
const LENGTH: usize = 16;
/// Separates marks in the cookie; never part of a mark.
const BETWEEN: char = '.';

/// The marks of requests, the one answered last first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered(Vec<String>);

impl Answered {
    /// Reads the cookie. Anything that cannot be a mark is dropped.
    pub fn read(cookie: Option<&str>) -> Self {
        let fits = |text: &&str| {
            text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        Self(cookie.unwrap_or_default().split(BETWEEN).filter(fits).take(MOST).map(str::to_owned).collect())
    }

    /// The value for the cookie.
    pub fn to_cookie(&self) -> String {
        self.0.join(&BETWEEN.to_string())
    }

    /// Remembers that a request was answered with a code.
    pub fn remember(&mut self, app: &App, request: &Interaction) {
        let mark = app.usher.mark_of_request(request);
        self.0.retain(|known| *known != mark);
        self.0.insert(0, mark);
        self.0.truncate(MOST);
    }

    /// Was this request answered with a code in this browser?
    pub fn holds(&self, app: &App, request: &Interaction) -> bool {
        !self.0.is_empty() && self.0.contains(&app.usher.mark_of_request(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_holds_so_many_marks_and_nothing_else() {
        for bad in ["", ".", "short", &"a".repeat(LENGTH + 1), &"é".repeat(LENGTH / 2)] {
            assert_eq!(Answered::read(Some(bad)), Answered::default());
        }
        let cookie = (0..9).map(|n| format!("{n:0>16}")).collect::<Vec<_>>().join(".");
        let read = Answered::read(Some(&cookie));
        assert_eq!(read.to_cookie(), cookie[..MOST * (LENGTH + 1) - 1]);
    }
}

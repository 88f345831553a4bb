//! The authorization requests that were answered in a browser recently. If the user goes back to the page of such a
//! request, no second response is sent to the client, which would reject it.

use crate::state::App;
use usher_domain::oauth::interaction::Interaction;

/// Most requests remembered. Each takes 17 bytes of the cookie.
const MOST: usize = 4;
/// Length of an entry: 96 bits in base64url.
const LENGTH: usize = 16;
/// Separates entries in the cookie; never part of an entry.
const BETWEEN: char = '.';

/// The hashes of requests, the most recent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnsweredRequests(Vec<String>);

impl AnsweredRequests {
    /// Reads the cookie. Malformed entries are dropped.
    pub fn read(cookie: Option<&str>) -> Self {
        let fits = |text: &&str| {
            text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        Self(cookie.unwrap_or_default().split(BETWEEN).filter(fits).take(MOST).map(str::to_owned).collect())
    }

    /// The cookie's value.
    pub fn to_cookie(&self) -> String {
        self.0.join(&BETWEEN.to_string())
    }

    /// Remembers that a request was answered with a code.
    pub fn remember(&mut self, app: &App, request: &Interaction) {
        let mark = app.usher.authorizations.mark_of_request(request);
        self.0.retain(|known| *known != mark);
        self.0.insert(0, mark);
        self.0.truncate(MOST);
    }

    /// Was this request answered with a code in this browser?
    pub fn holds(&self, app: &App, request: &Interaction) -> bool {
        !self.0.is_empty() && self.0.contains(&app.usher.authorizations.mark_of_request(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_holds_so_many_marks_and_nothing_else() {
        for bad in ["", ".", "short", &"a".repeat(LENGTH + 1), &"é".repeat(LENGTH / 2)] {
            assert_eq!(AnsweredRequests::read(Some(bad)), AnsweredRequests::default());
        }
        let cookie = (0..9).map(|n| format!("{n:0>16}")).collect::<Vec<_>>().join(".");
        let read = AnsweredRequests::read(Some(&cookie));
        assert_eq!(read.to_cookie(), cookie[..MOST * (LENGTH + 1) - 1]);
    }
}

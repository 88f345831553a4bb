//! How long a browser stays signed in, and what the session API hands out.

use std::time::Duration;

use crate::fault::Reason;
use crate::reader::Reader;
use crate::setting::{Fallback, Value, settings};
use crate::units::spelt;

const YEAR: Duration = Duration::from_hours(24 * 366);

settings! {
    /// The two limits of a session (SP 800-63B-4 §2.1.3), and how the session API hands it out.
    Session {
        /// A session that nobody uses ends after this long.
        "session.idle" => idle: Duration = Fallback::Always("14d");
        /// A session ends this long after sign-in, however much it is used.
        "session.absolute" => absolute: Duration = Fallback::Always("90d");
        /// What the session API answers a sign-in with where the request does not say: cookie (httpOnly) or token.
        "session.mode" => mode: SessionMode = Fallback::Always("cookie");
    }
}

/// What somebody who signs in by the session API is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionMode {
    /// The cookie of the pages, which no script can read.
    Cookie,
    /// An access token and a refresh token, for whatever keeps no cookies.
    Token,
}

impl Value for SessionMode {
    fn from_text(text: &str) -> Result<Self, Reason> {
        match text {
            "cookie" => Ok(Self::Cookie),
            "token" => Ok(Self::Token),
            _ => Err("expected cookie or token".into()),
        }
    }
}

impl Session {
    pub(crate) fn check(&self, reader: &mut Reader) {
        reader.within("session.idle", &self.idle, &(Duration::from_mins(1)..=YEAR));
        reader.within("session.absolute", &self.absolute, &(Duration::from_mins(1)..=YEAR));
        if self.idle > self.absolute {
            reader
                .refuse("session.idle", format!("expected at most session.absolute, {}", spelt(self.absolute)).into());
        }
    }
}

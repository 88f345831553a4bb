//! Lifetimes of sessions, and the mode of the session API.

use std::time::Duration;

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, SettingValue, settings};
use crate::units::spelt;

const YEAR: Duration = Duration::from_hours(24 * 366);

settings! {
    /// The two lifetimes of a session (SP 800-63B-4 §2.1.3), and the mode of the session API.
    SessionSettings {
        /// Idle lifetime of a session.
        "session.idle" => idle: Duration = SettingDefault::Always("14d");
        /// Absolute lifetime of a session.
        "session.absolute" => absolute: Duration = SettingDefault::Always("90d");
        /// What a sign-in with the session API returns by default: cookie (httpOnly) or token.
        "session.mode" => mode: SessionMode = SettingDefault::Always("cookie");
    }
}

/// What a sign-in with the session API returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionMode {
    /// The cookie of the pages, which scripts cannot read.
    Cookie,
    /// An access token and a refresh token, for clients without cookies.
    Token,
}

impl SettingValue for SessionMode {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        match text {
            "cookie" => Ok(Self::Cookie),
            "token" => Ok(Self::Token),
            _ => Err("expected cookie or token".into()),
        }
    }
}

impl SessionSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        reader.within("session.idle", &self.idle, &(Duration::from_mins(1)..=YEAR));
        reader.within("session.absolute", &self.absolute, &(Duration::from_mins(1)..=YEAR));
        if self.idle > self.absolute {
            reader
                .refuse("session.idle", format!("expected at most session.absolute, {}", spelt(self.absolute)).into());
        }
    }
}

//! How long a browser stays signed in.

use std::time::Duration;

use super::reader::Reader;
use super::setting::{Fallback, settings};
use super::units::spelt;

const YEAR: Duration = Duration::from_hours(24 * 366);

settings! {
    /// The two limits of a session (SP 800-63B-4 §2.1.3).
    Session {
        /// A session that nobody uses ends after this long.
        "session.idle" => idle: Duration = Fallback::Always("14d");
        /// A session ends this long after sign-in, however much it is used.
        "session.absolute" => absolute: Duration = Fallback::Always("90d");
    }
}

impl Session {
    pub(super) fn check(&self, reader: &mut Reader) {
        reader.within("session.idle", &self.idle, &(Duration::from_mins(1)..=YEAR));
        reader.within("session.absolute", &self.absolute, &(Duration::from_mins(1)..=YEAR));
        if self.idle > self.absolute {
            reader
                .refuse("session.idle", format!("expected at most session.absolute, {}", spelt(self.absolute)).into());
        }
    }
}

//! The flight recorder: what requests of clients did, for their developers.

use std::time::Duration;

use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, settings};

/// The longest time that attempts are kept.
const LONGEST: Duration = Duration::from_hours(30 * 24);

settings! {
    /// The flight recorder.
    AttemptSettings {
        /// Whether the last requests of each client are recorded, step by step, for its developers. Secrets never are.
        "attempts.record" => record: bool = SettingDefault::Always("true");
        /// How long recorded requests are kept: 30d at most.
        "attempts.kept" => kept: Duration = SettingDefault::Always("7d");
    }
}

impl AttemptSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        if self.kept > LONGEST {
            reader.refuse("attempts.kept", "expected 30d at most".into());
        }
    }
}

//! Logging.

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{SettingDefault, SettingValue, settings};

settings! {
    /// The log.
    TelemetrySettings {
        /// What is logged: a level (error, warn, info, debug, trace) or a filter such as `info,usher_api=debug`.
        "log" => log: String = SettingDefault::Always("info");
        /// The log format: text for people, json for machines (one object on each line).
        "log_format" => log_format: LogFormat = SettingDefault::ByProfile { dev: "text", serve: "json" };
    }
}

impl TelemetrySettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        if self.log.contains(char::is_control) {
            reader.refuse("log", "expected one line".into());
        }
    }
}

/// The log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object on each line.
    Json,
}

impl SettingValue for LogFormat {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("expected text or json".into()),
        }
    }
}

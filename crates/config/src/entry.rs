//! A value as it was written, with its origin.

use std::fmt;
use std::path::PathBuf;

/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// The built-in default.
    Default,
    /// A line of a file.
    File {
        /// The path as it was given.
        path: PathBuf,
        /// The line, starting at 1.
        line: usize,
    },
    /// An environment variable.
    Environment,
    /// A command-line flag.
    Flag,
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// A value before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GivenValue {
    /// A string, number, boolean or date, as text.
    Text(String),
    /// A TOML array.
    List(Vec<String>),
}

/// A setting in one layer.
#[derive(Debug, Clone)]
pub(super) struct LayerEntry {
    /// The name as written: `session.idle` or `USHER_SESSION__IDLE`.
    pub(super) name: String,
    /// The value.
    pub(super) given: GivenValue,
    /// Its origin.
    pub(super) origin: SettingOrigin,
    /// Whether the value is the path of a file with the secret.
    pub(super) by_file: bool,
}

/// A layer: dotted keys and their entries.
pub(super) type Layer = Vec<(String, LayerEntry)>;

/// An entry of a layer with text values.
pub(super) fn entry(name: &str, key: String, value: String, origin: SettingOrigin) -> (String, LayerEntry) {
    (key, LayerEntry { name: name.to_owned(), given: GivenValue::Text(value), origin, by_file: false })
}

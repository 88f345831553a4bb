//! A value as it was written, and where.

use std::fmt;
use std::path::PathBuf;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A file, and the line in it, from 1.
    File {
        /// As it was named.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The process environment.
    Environment,
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// A value as it was written, before anyone knows what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// A string, number, boolean or date, as text.
    Text(String),
    /// A TOML array.
    List(Vec<String>),
}

/// One setting as one layer has it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// As it was written: `session.idle` or `USHER_SESSION__IDLE`.
    pub(super) name: String,
    /// What was written.
    pub(super) given: Given,
    /// Where it was written.
    pub(super) origin: Origin,
    /// The value is the path of a file that holds the secret.
    pub(super) by_file: bool,
}

/// A layer: dotted keys and what stands under them.
pub(super) type Layer = Vec<(String, Entry)>;

/// An entry of a layer that knows only texts.
pub(super) fn entry(name: &str, key: String, value: String, origin: Origin) -> (String, Entry) {
    (key, Entry { name: name.to_owned(), given: Given::Text(value), origin, by_file: false })
}

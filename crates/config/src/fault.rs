//! Errors of a configuration, with what to do about them.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use crate::entry::SettingOrigin;

/// Why a value was refused. It never contains the value, which may be secret.
pub(super) type InvalidReason = Cow<'static, str>;

/// An error of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A given file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        cause: String,
    },
    /// A file has the wrong format.
    #[error("{origin}: {message}")]
    Syntax {
        /// File and line.
        origin: SettingOrigin,
        /// What was expected.
        message: String,
    },
    /// No setting has this name.
    #[error("{origin}: no setting is called {name}{}", suggestion(nearest.as_deref()))]
    Unknown {
        /// The name as written.
        name: String,
        /// Its origin.
        origin: SettingOrigin,
        /// The name that was probably meant, in the same spelling.
        nearest: Option<String>,
    },
    /// A reserved name that this version does not support.
    #[error("{origin}: {name} is not supported by this version yet; remove it")]
    NotYet {
        /// The name as written.
        name: String,
        /// Its origin.
        origin: SettingOrigin,
    },
    /// A value has the wrong type or unit, or is out of range.
    #[error("{origin}: {name} = {shown}: {reason}")]
    Invalid {
        /// The name as written.
        name: String,
        /// The value, masked if it is secret.
        shown: String,
        /// Its origin.
        origin: SettingOrigin,
        /// What was expected.
        reason: String,
    },
    /// A required setting is missing.
    #[error("{key} is not set: {hint}")]
    Missing {
        /// The dotted key, as in `usher.toml`.
        key: &'static str,
        /// An example of what to write.
        hint: &'static str,
    },
    /// A secret is set both as a value and as a file.
    #[error("{origin}: {name} and its `_FILE` form are both set here; keep one")]
    GivenTwice {
        /// The name as written.
        name: String,
        /// The origin of the second one.
        origin: SettingOrigin,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || String::from("; `usher config print --defaults` lists them all"),
        |name| format!("; did you mean {name}?"),
    )
}

/// All errors of a configuration, so that one attempt reports them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => only.fmt(f),
            all => {
                write!(f, "{} faults in the configuration:", all.len())?;
                all.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
        }
    }
}

impl std::error::Error for ConfigErrors {}

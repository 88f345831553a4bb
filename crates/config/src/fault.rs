//! What can be wrong with a configuration, said so that it can be put right.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use crate::entry::Origin;

/// Why a value was refused. It never contains the value, which may be a secret.
pub(super) type Reason = Cow<'static, str>;

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// A file is not what its name promises.
    #[error("{origin}: {message}")]
    Syntax {
        /// File and line.
        origin: Origin,
        /// What was expected there.
        message: String,
    },
    /// No setting has this name.
    #[error("{origin}: no setting is called {name}{}", suggestion(nearest.as_deref()))]
    Unknown {
        /// As it was written.
        name: String,
        /// Where it was written.
        origin: Origin,
        /// The name that was probably meant, in the same spelling.
        nearest: Option<String>,
    },
    /// A name this version reserves but does not act upon.
    #[error("{origin}: {name} is not supported by this version yet; remove it")]
    NotYet {
        /// As it was written.
        name: String,
        /// Where it was written.
        origin: Origin,
    },
    /// A value is of the wrong type, in the wrong unit or out of range.
    #[error("{origin}: {name} = {shown}: {reason}")]
    Invalid {
        /// As it was written.
        name: String,
        /// The value, masked where it is secret.
        shown: String,
        /// Where it was written.
        origin: Origin,
        /// What was expected.
        reason: String,
    },
    /// A required setting is missing.
    #[error("{key} is not set: {hint}")]
    Missing {
        /// Dotted, as in `usher.toml`.
        key: &'static str,
        /// What to write, by example.
        hint: &'static str,
    },
    /// A secret was given both as a value and as a file.
    #[error("{origin}: {name} and its `_FILE` form are both set here; keep one")]
    GivenTwice {
        /// As it was written.
        name: String,
        /// Where the second one was written.
        origin: Origin,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || String::from("; `usher config print --defaults` lists them all"),
        |name| format!("; did you mean {name}?"),
    )
}

/// Everything wrong with a configuration, together, so that one attempt is enough to learn of it.
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

//! What one setting is: its key, its default, its type; and the table a section is declared with.

use super::fault::Reason;
use crate::entry::Given;

/// Who Usher is started for: a developer on their own machine, or people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `usher dev`: nothing need be set, everything stays on this machine.
    Dev,
    /// `usher serve`: needs an issuer.
    Serve,
}

/// What holds where nobody sets anything.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fallback {
    /// The same for everyone.
    Always(&'static str),
    /// One for `usher dev`, one for `usher serve`.
    ByProfile {
        /// For a developer's own machine.
        dev: &'static str,
        /// For production.
        serve: &'static str,
    },
    /// Nothing, or something that `Config::load` works out.
    Nothing,
}

impl Fallback {
    /// The built-in text for a profile.
    pub(super) fn text(self, profile: Profile) -> Option<&'static str> {
        match (self, profile) {
            (Self::Always(text), _)
            | (Self::ByProfile { dev: text, .. }, Profile::Dev)
            | (Self::ByProfile { serve: text, .. }, Profile::Serve) => Some(text),
            (Self::Nothing, _) => None,
        }
    }
}

/// One row of a section's table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Dotted, as in `usher.toml`: `session.idle`.
    pub(super) key: &'static str,
    /// The field's doc comment: what it does.
    pub(super) about: &'static str,
    /// What holds where nobody sets it.
    pub(super) fallback: Fallback,
    /// How much of the value may be shown.
    pub(super) show: Show,
}

/// How much of a value may be shown to whoever prints the configuration or reads an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// All of it.
    Everything,
    /// A URL, without its password.
    UrlWithoutPassword,
    /// Nothing of it.
    Nothing,
}

impl Show {
    /// Whether the setting may also come from a file of its own (`…_FILE`).
    pub(super) fn is_secret(self) -> bool {
        self != Self::Everything
    }
}

/// A type a setting can have.
pub(super) trait Value: Sized {
    /// How much of it may be shown.
    const SHOW: Show = Show::Everything;

    /// Reads what was given, or says what was expected instead. The reason never repeats the value.
    fn from_text(text: &str) -> Result<Self, Reason>;

    /// Reads a text or a list; only lists override it.
    fn from_given(given: &Given) -> Result<Self, Reason> {
        match given {
            Given::Text(text) => Self::from_text(text),
            Given::List(_) => Err(Reason::from("expected one value, not a list")),
        }
    }

    /// What it is where nothing was given; `None` makes the setting required.
    fn when_absent() -> Option<Self> {
        None
    }
}

/// Declares a section: the struct others read, the table of its settings, and how it is read. The doc comment of a
/// field is also what `usher config print --defaults` says about it.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[doc = $about:literal])+ $key:literal => $field:ident: $kind:ty = $fallback:expr;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $about])+ pub $field: $kind,)+
        }

        impl $name {
            pub(crate) const SETTINGS: &'static [$crate::setting::Setting] = &[
                $($crate::setting::Setting {
                    key: $key,
                    about: concat!($($about),+),
                    fallback: $fallback,
                    show: <$kind as $crate::setting::Value>::SHOW,
                },)+
            ];

            pub(crate) fn read(reader: &mut $crate::reader::Reader) -> Option<Self> {
                $(let $field = reader.read::<$kind>($key);)+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}
pub(super) use settings;

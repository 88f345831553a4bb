//! A setting: key, default, type; and the macro that declares a section.

use super::fault::InvalidReason;
use crate::entry::GivenValue;

/// The kind of installation: development or production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// `usher dev`: needs no configuration, on this machine only.
    Dev,
    /// `usher serve`: needs an issuer.
    Serve,
}

/// The default of a setting.
#[derive(Debug, Clone, Copy)]
pub(super) enum SettingDefault {
    /// The same in development and production.
    Always(&'static str),
    /// Different ones for `usher dev` and `usher serve`.
    ByProfile {
        /// In development.
        dev: &'static str,
        /// In production.
        serve: &'static str,
    },
    /// None, or one that `Config::load` derives.
    Nothing,
}

impl SettingDefault {
    /// The default as text.
    pub(super) fn text(self, profile: RunMode) -> Option<&'static str> {
        match (self, profile) {
            (Self::Always(text), _)
            | (Self::ByProfile { dev: text, .. }, RunMode::Dev)
            | (Self::ByProfile { serve: text, .. }, RunMode::Serve) => Some(text),
            (Self::Nothing, _) => None,
        }
    }
}

/// A setting of a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// The dotted key, as in `usher.toml`: `session.idle`.
    pub(super) key: &'static str,
    /// The description: the field's doc comment.
    pub(super) about: &'static str,
    /// The default.
    pub(super) fallback: SettingDefault,
    /// How much of the value may be printed.
    pub(super) show: PrintedPart,
}

/// How much of a value may be printed in the configuration and in errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrintedPart {
    /// All of it.
    Everything,
    /// The URL without its password.
    UrlWithoutPassword,
    /// None of it.
    Nothing,
}

impl PrintedPart {
    /// Whether the setting may also come from a file (`…_FILE`).
    pub(super) fn is_secret(self) -> bool {
        self != Self::Everything
    }
}

/// The type of a setting.
pub(super) trait SettingValue: Sized {
    /// How much of it may be printed.
    const SHOW: PrintedPart = PrintedPart::Everything;

    /// Parses a text, or says what is expected. The reason never contains the value.
    fn from_text(text: &str) -> Result<Self, InvalidReason>;

    /// Parses a text or a list; only lists override it.
    fn from_given(given: &GivenValue) -> Result<Self, InvalidReason> {
        match given {
            GivenValue::Text(text) => Self::from_text(text),
            GivenValue::List(_) => Err(InvalidReason::from("expected one value, not a list")),
        }
    }

    /// The value if nothing is set; `None` makes the setting required.
    fn when_absent() -> Option<Self> {
        None
    }
}

/// Declares a section: its struct, the table of its settings, and how it is read. The doc comment of a field is also
/// its description in `usher config print --defaults`.
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
                    show: <$kind as $crate::setting::SettingValue>::SHOW,
                },)+
            ];

            pub(crate) fn read(reader: &mut $crate::reader::SettingsReader) -> Option<Self> {
                $(let $field = reader.read::<$kind>($key);)+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}
pub(super) use settings;

//! Enumerations with one name for each variant, the same in the database, on the wire and on the command line.

macro_rules! wire_names {
    ($(#[$doc:meta])* $name:ident, $unknown:ident, $said:literal: $($(#[$each:meta])* $variant:ident = $word:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant,)*
        }

        #[doc = concat!("A word that names no ", $said, ".")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($said)]
        pub struct $unknown;

        impl $name {
            /// Every variant.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the database and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $unknown;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|each| each.as_str() == word).ok_or($unknown)
            }
        }
    };
}
pub(super) use wire_names;

//! Translations: supported languages, language negotiation, messages.
//!
//! The texts are Fluent files under `translations/`, compiled in.

mod bundle;
mod date;
mod device;
#[cfg(test)]
mod keys;
mod negotiate;
mod number;

pub use bundle::Arg;

/// A supported language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English, the fallback.
    #[default]
    En,
    /// Brazilian Portuguese, also for other Portuguese.
    PtBr,
    /// Ukrainian.
    Uk,
}

impl Lang {
    /// Every language, in the order of menus.
    pub const ALL: [Self; 3] = [Self::En, Self::PtBr, Self::Uk];

    /// The BCP 47 tag, in canonical case.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::PtBr => "pt-BR",
            Self::Uk => "uk",
        }
    }

    /// The name in the language itself.
    pub const fn native_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::PtBr => "Português (Brasil)",
            Self::Uk => "Українська",
        }
    }

    /// The language for a BCP 47 tag or range, by its primary subtag: `pt`, `pt-PT` and `PT_br` are all [`Lang::PtBr`].
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.tag()[..2].eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_falls_back_to_the_language_that_serves_it() {
        for (tag, lang) in
            [("pt", Lang::PtBr), ("pt-PT", Lang::PtBr), ("PT_br", Lang::PtBr), ("uk-UA", Lang::Uk), ("en-GB", Lang::En)]
        {
            assert_eq!(Lang::from_tag(tag), Some(lang), "{tag}");
        }
    }

    #[test]
    fn a_language_nobody_wrote_is_not_guessed() {
        for tag in ["", "se", "ptx", "e", "*", "українська", "-", "_uk"] {
            assert_eq!(Lang::from_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_tag_names_its_own_language() {
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
    }
}

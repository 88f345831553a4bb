//! One Fluent bundle for each language, parsed once.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use super::Lang;

type LanguageTexts = FluentBundle<FluentResource>;

macro_rules! files {
    ($($tag:literal),*) => {
        [$([
            include_str!(concat!("../../../translations/", $tag, "/common.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/login.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/consent.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/account.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/factors.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/console.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/rules.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/attempts.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/check-up.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/branding.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/projects.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/installation.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/errors.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/mail.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/upstream.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/providers.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/users.ftl")),
            include_str!(concat!("../../../translations/", $tag, "/transfer.ftl")),
        ]),*]
    };
}

/// Every translation file, by language in the order of [`Lang::ALL`].
const SOURCES: [[&str; 18]; 3] = files!("en", "pt-BR", "uk");

static BUNDLES: LazyLock<[LanguageTexts; 3]> = LazyLock::new(|| Lang::ALL.map(bundle));

/// An argument of a message. Numbers select plural forms; texts are inserted unchanged.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// A word or name.
    Text(&'a str),
    /// A count.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&&'a String> for Arg<'a> {
    fn from(text: &&'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&u32> for Arg<'_> {
    fn from(number: &u32) -> Self {
        Self::Number((*number).into())
    }
}

impl Lang {
    /// The message `key`. An unknown key returns itself; a test prevents that.
    pub fn text(self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// The message `key` with these arguments.
    pub fn text_with(self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let bundle = &BUNDLES[self as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let args: FluentArgs<'_> = args.iter().map(|&(name, arg)| (name.to_owned(), value(arg))).collect();
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

fn value(arg: Arg<'_>) -> FluentValue<'_> {
    match arg {
        Arg::Text(text) => FluentValue::from(text),
        Arg::Number(number) => FluentValue::from(number),
    }
}

/// The translation files of one language.
pub(super) const fn sources(lang: Lang) -> [&'static str; 18] {
    SOURCES[lang as usize]
}

/// Plural rules follow the language; a test refuses files that do not parse.
fn bundle(lang: Lang) -> LanguageTexts {
    let mut bundle = LanguageTexts::new_concurrent(vec![identifier(lang)]);
    bundle.set_use_isolating(false);
    for source in sources(lang) {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn identifier(lang: Lang) -> LanguageIdentifier {
    lang.tag().parse().expect("every tag is a well-formed language identifier, which a test reads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ukrainian_counts_in_three_forms() {
        let sessions = |n: i64| Lang::Uk.text_with("recover-sessions-end", &[("count", n.into())]);
        assert!(sessions(1).contains("1 сеанс,"), "{}", sessions(1));
        assert!(sessions(3).contains("3 сеанси"), "{}", sessions(3));
        assert!(sessions(5).contains("5 сеансів"), "{}", sessions(5));
        assert!(sessions(21).contains("21 сеанс,"), "{}", sessions(21));
        assert!(sessions(12).contains("12 сеансів"), "{}", sessions(12));
    }

    #[test]
    fn portuguese_counts_in_two_forms() {
        let sessions = |n: i64| Lang::PtBr.text_with("recover-sessions-end", &[("count", n.into())]);
        assert!(sessions(1).contains("1 sessão"), "{}", sessions(1));
        assert!(sessions(2).contains("2 sessões"), "{}", sessions(2));
    }

    #[test]
    fn a_name_goes_in_without_invisible_marks() {
        let text = Lang::En.text_with("login-to-continue", &[("client", "Demo".into())]);
        assert!(text.contains("Demo") && !text.contains('\u{2068}'), "{text}");
    }

    #[test]
    fn a_key_nobody_wrote_answers_itself() {
        let absent = String::from("no-such") + "-key";
        assert_eq!(Lang::Uk.text(&absent), absent);
    }
}

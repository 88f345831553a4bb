//! The chrome every page shares: language, assets, navigation, who is signed in.

use usher_http_server::assets;
use usher_i18n::{Arg, Lang};

/// What every page needs beside its own subject. Templates ask it for their words.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The reader's language.
    pub lang: Lang,
    /// Whether this server runs in development mode, which every page says.
    pub dev: bool,
    /// The W3C trace id of this request; error pages show it.
    pub trace_id: String,
    /// Where stylesheet, script and icon are.
    pub assets: Assets,
    /// This page's own URL without `ui_locales`; empty where a language link would lose the reader's place.
    pub language_url_base: String,
    /// Who is signed in, where the page is theirs.
    pub account: Option<AccountChip>,
    /// The sections of the account or console, on pages that have them.
    pub nav: Vec<NavLink>,
}

/// URLs of the static files, with their content hashes.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// `app.css`.
    pub css_url: String,
    /// `app.js`; no page needs it to work.
    pub js_url: String,
    /// `passkeys.js`, on the pages that ask for one.
    pub passkeys_url: String,
    /// `logo.svg`, also the favicon.
    pub icon_url: String,
}

impl Assets {
    /// Where the files that are built into the program are.
    pub fn built_in() -> Self {
        let url = |name| assets::url(name).unwrap_or_default().to_owned();
        Self {
            css_url: url("app.css"),
            js_url: url("app.js"),
            passkeys_url: url("passkeys.js"),
            icon_url: url("logo.svg"),
        }
    }
}

/// The signed-in person, as the header shows them.
#[derive(Clone, Debug, Default)]
pub struct AccountChip {
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Where the header's "Sign out" leads.
    pub sign_out_url: String,
}

/// One section of the account or console.
#[derive(Clone, Debug)]
pub struct NavLink {
    /// What it says, in the reader's language.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether the reader is there now.
    pub current: bool,
}

/// The sections a page may offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Name, e-mail, language.
    Profile,
    /// Password and other ways to prove oneself.
    Security,
    /// Where one is signed in.
    Sessions,
    /// Applications with access.
    Apps,
    /// What happened.
    Activity,
    /// Taking the data home, and leaving.
    Data,
    /// The providers that lead here.
    Identities,
    /// The administrators' console.
    Console,
    /// The caught letters of development mode.
    DevMail,
}

/// One entry of the footer's language menu.
#[derive(Clone, Debug)]
pub struct LanguageLink {
    /// BCP 47 tag.
    pub tag: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// The same page in that language.
    pub url: String,
    /// Whether the page is in that language already.
    pub current: bool,
}

impl Page {
    /// The words under `key` in the reader's language.
    pub fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    /// The words under `key` with one variable filled in.
    pub fn tv<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> String {
        self.lang.text_with(key, &[(name, value.into())])
    }

    /// The words under `key` with the name of a person filled in, which may be of any script: Unicode isolates keep its
    /// direction from changing the order of the words around it.
    pub fn tp(&self, key: &str, name: &str, person: &str) -> String {
        self.tv(key, name, &format!("\u{2068}{person}\u{2069}"))
    }

    /// The words under `key` for a number, passed as `$count`.
    pub fn tn<'a>(&self, key: &str, count: impl Into<Arg<'a>>) -> String {
        self.tv(key, "count", count)
    }

    /// The language menu; empty where [`Page::language_url_base`] is.
    pub fn languages(&self) -> Vec<LanguageLink> {
        if self.language_url_base.is_empty() {
            return Vec::new();
        }
        let joint = if self.language_url_base.contains('?') { '&' } else { '?' };
        Lang::ALL.map(|lang| self.language_link(lang, joint)).to_vec()
    }

    fn language_link(&self, lang: Lang, joint: char) -> LanguageLink {
        let url = format!("{}{joint}ui_locales={}", self.language_url_base, lang.tag());
        LanguageLink { tag: lang.tag(), name: lang.native_name(), url, current: lang == self.lang }
    }
}

impl NavLink {
    /// The link to a section, worded in `lang`.
    pub fn new(lang: Lang, tab: Tab, url: impl Into<String>, current: bool) -> Self {
        let label = lang.text(match tab {
            Tab::Profile => "tab-profile",
            Tab::Security => "tab-security",
            Tab::Sessions => "tab-sessions",
            Tab::Apps => "tab-apps",
            Tab::Activity => "tab-activity",
            Tab::Data => "tab-data",
            Tab::Identities => "tab-identities",
            Tab::Console => "tab-console",
            Tab::DevMail => "tab-dev-mail",
        });
        Self { label, url: url.into(), current }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_link_keeps_the_query_it_was_given() {
        let page = Page { language_url_base: "/login?i=abc".into(), lang: Lang::Uk, ..Page::default() };
        let links = page.languages();
        assert_eq!(links[1].url, "/login?i=abc&ui_locales=pt-BR");
        assert!(links[2].current && !links[0].current);
        let page = Page { language_url_base: "/recover".into(), ..Page::default() };
        assert_eq!(page.languages()[2].url, "/recover?ui_locales=uk");
    }

    #[test]
    fn a_page_that_must_not_be_left_has_no_language_menu() {
        assert!(Page::default().languages().is_empty());
    }
}

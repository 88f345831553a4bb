//! The layout that all pages share: language, assets, navigation, the signed-in user.

use std::sync::Arc;

use super::markup::{Icon, Moment, Sentence, SpriteUrl};
use usher_domain::branding::Brand;
use usher_http_server::assets;
use usher_i18n::{Arg, Lang};

/// The layout data of a page. Templates also get their texts from it.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The reader's language.
    pub lang: Lang,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Does the server run in development mode? Every page shows that.
    pub dev: bool,
    /// The W3C trace id of this request; error pages show it.
    pub trace_id: String,
    /// The URLs of style sheet, scripts and icon.
    pub assets: AssetUrls,
    /// Whom the page names, and how it looks.
    pub brand: Arc<Brand>,
    /// This page's own URL without `ui_locales`; empty if a language link would lose the page's state.
    pub language_url_base: String,
    /// The signed-in user, on pages of an account.
    pub account: Option<AccountChip>,
    /// The sections of the account or console, on pages that have them.
    pub nav: Vec<NavLink>,
    /// The console, for administrators on account pages.
    pub console_url: Option<String>,
    /// The first projects, for the switch on pages of the console.
    pub projects: Vec<ProjectLink>,
}

/// A project in the switch.
#[derive(Clone, Debug)]
pub struct ProjectLink {
    pub name: String,
    pub url: String,
}

/// URLs of the static files, with their content hashes.
#[derive(Clone, Debug, Default)]
pub struct AssetUrls {
    /// `app.css`.
    pub css_url: &'static str,
    /// `app.js`; no page needs it to work.
    pub js_url: &'static str,
    /// `passkeys.js`, on pages that request one.
    pub passkeys_url: &'static str,
    /// `search.js`, on pages of the console.
    pub search_url: &'static str,
    /// `logo.svg`, also the favicon.
    pub icon_url: &'static str,
    /// `icons.svg`, the drawings of [`Layout::icon`].
    pub sprite_url: SpriteUrl,
    /// The font that every page needs.
    pub font_url: &'static str,
}

impl AssetUrls {
    /// The URLs of the files that are built into the binary.
    pub fn built_in() -> Self {
        let url = |name| assets::url(name).unwrap_or_default();
        Self {
            css_url: url("app.css"),
            js_url: url("app.js"),
            passkeys_url: url("passkeys.js"),
            search_url: url("search.js"),
            icon_url: url("logo.svg"),
            sprite_url: SpriteUrl::new(url("icons.svg").to_owned()),
            font_url: url("fonts/inter-latin.woff2"),
        }
    }
}

/// The signed-in user, in the header.
#[derive(Clone, Debug, Default)]
pub struct AccountChip {
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The URL of "Sign out".
    pub sign_out_url: String,
    /// Administrator of the installation?
    pub is_admin: bool,
}

impl AccountChip {
    /// Name, or address.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    pub fn initials(&self) -> String {
        initials(self.label())
    }

    pub fn tone(&self) -> usize {
        tone(&self.email)
    }
}

/// The letters in the circle of a person: the first ones of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|one| one.is_alphanumeric()));
    let first = letters.next();
    let both: String = first.into_iter().chain(letters.next_back()).flat_map(char::to_uppercase).collect();
    if both.is_empty() { "?".into() } else { both }
}

/// The colour of a circle or tile, the same for the same text: one of the `tone-*` of the style sheet.
pub fn tone(text: &str) -> usize {
    text.bytes().map(usize::from).sum::<usize>() % 5
}

/// One section of the account or console.
#[derive(Clone, Debug)]
pub struct NavLink {
    /// The name of its icon.
    pub icon: &'static str,
    /// Its label, in the reader's language.
    pub label: String,
    /// Its URL.
    pub url: String,
    /// Is it the current page?
    pub current: bool,
}

/// The sections of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What is safe, and what to do.
    Overview,
    /// Name, email, language.
    Profile,
    /// Password and other factors.
    Security,
    /// The sessions.
    Sessions,
    /// Applications with access.
    Apps,
    /// The activity log.
    Activity,
    /// Exporting the data, and deleting the account.
    Data,
    /// The linked identities.
    Identities,
    /// The overview of the installation, in the console.
    Console,
    /// The signing keys, in the console.
    Keys,
    /// The event log, in the console.
    Audit,
    /// Whether the installation works, in the console.
    Health,
    /// The settings, in the console.
    Settings,
    /// The projects, in the console.
    Projects,
    /// Everybody who has an account, in the console.
    Users,
    /// Who is signed in now, in the console.
    LiveSessions,
    /// The upstream providers, in the console.
    Providers,
    /// The branding of the installation, in the console.
    Branding,
    /// The caught emails of development mode.
    DevMail,
    /// The components, in development mode.
    Components,
}

/// An entry of the footer's language menu.
#[derive(Clone, Debug)]
pub struct LanguageLink {
    /// BCP 47 tag.
    pub tag: &'static str,
    /// The native name.
    pub name: &'static str,
    /// The same page in that language.
    pub url: String,
    /// Is the page in that language?
    pub current: bool,
}

impl Layout {
    /// The text of `key` in the reader's language.
    pub fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    /// The text of `key` with one variable.
    pub fn tv<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> String {
        self.lang.text_with(key, &[(name, value.into())])
    }

    /// The text of `key` with a name, which may be in any script: Unicode isolates keep its direction from changing
    /// the order of the surrounding words.
    pub fn tp(&self, key: &str, name: &str, person: &str) -> String {
        self.tv(key, name, &format!("\u{2068}{person}\u{2069}"))
    }

    /// The text of `key` for a number, passed as `$count`.
    pub fn tn<'a>(&self, key: &str, count: impl Into<Arg<'a>>) -> String {
        self.tv(key, "count", count)
    }

    /// As [`Self::tv`], with a point in time.
    pub fn sentence(&self, key: &str, name: &str, moment: &Moment) -> Sentence {
        Sentence::new(&self.tv(key, name, Sentence::PLACE), moment)
    }

    /// A time that has passed: how long ago it was.
    pub fn ago(&self, at: i64) -> Moment {
        Moment::ago(self.lang, at, self.now)
    }

    /// A time as a date.
    pub fn date(&self, at: i64) -> Moment {
        Moment::date(self.lang, at)
    }

    /// A drawing of the sprite, beside words that say the same.
    pub fn icon(&self, name: &'static str) -> Icon {
        self.assets.sprite_url.icon(name)
    }

    /// Our own symbol.
    pub fn symbol(&self) -> Icon {
        self.assets.sprite_url.symbol()
    }

    /// The mark of a provider of this kind; a plug, if it has none.
    pub fn mark(&self, kind: &str) -> Icon {
        self.assets.sprite_url.mark(kind)
    }

    /// Whether the reader is an administrator of the installation.
    pub fn is_administrator(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.is_admin)
    }

    /// The section that the page belongs to.
    pub fn section(&self) -> Option<&NavLink> {
        self.nav.iter().find(|link| link.current)
    }

    /// The present language, for the button of the menu.
    pub fn language_name(&self) -> &'static str {
        self.lang.native_name()
    }

    /// The language menu; empty if [`Page::language_url_base`] is.
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
    /// The link to a section, with its label in `lang`.
    pub fn new(lang: Lang, tab: Tab, url: impl Into<String>, current: bool) -> Self {
        let (icon, key) = match tab {
            Tab::Overview => ("house", "tab-overview"),
            Tab::Profile => ("user-round", "tab-profile"),
            Tab::Security => ("shield-check", "tab-security"),
            Tab::Sessions => ("laptop", "tab-sessions"),
            Tab::Identities => ("link", "tab-identities"),
            Tab::Apps => ("app-window", "tab-apps"),
            Tab::Activity => ("history", "tab-activity"),
            Tab::Data => ("download", "tab-data"),
            Tab::Console => ("house", "tab-console"),
            Tab::Keys => ("key-round", "tab-keys"),
            Tab::Audit => ("scroll-text", "tab-audit"),
            Tab::Health => ("circle-check", "tab-health"),
            Tab::Settings => ("settings", "tab-settings"),
            Tab::Projects => ("folder", "projects"),
            Tab::Users => ("users", "users"),
            Tab::LiveSessions => ("laptop", "live-sessions"),
            Tab::Providers => ("plug", "providers-title"),
            Tab::Branding => ("palette", "branding"),
            Tab::DevMail => ("mail", "tab-dev-mail"),
            Tab::Components => ("palette", "tab-components"),
        };
        Self { icon, label: lang.text(key), url: url.into(), current }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_link_keeps_the_query_it_was_given() {
        let page = Layout { language_url_base: "/login?i=abc".into(), lang: Lang::Uk, ..Layout::default() };
        let links = page.languages();
        assert_eq!(links[1].url, "/login?i=abc&ui_locales=pt-BR");
        assert!(links[2].current && !links[0].current);
        let page = Layout { language_url_base: "/recover".into(), ..Layout::default() };
        assert_eq!(page.languages()[2].url, "/recover?ui_locales=uk");
    }

    #[test]
    fn a_circle_has_the_initials_of_any_name() {
        for (name, letters) in
            [("Ana Luísa Souza", "AS"), ("їжак", "Ї"), ("ana@example.test", "A"), ("  «Лес»  ", "Л"), ("", "?")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn a_page_that_must_not_be_left_has_no_language_menu() {
        assert!(Layout::default().languages().is_empty());
    }
}

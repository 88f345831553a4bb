//! The user's sessions.

use askama::Template;

use crate::views::ReceiptLine;
use usher_i18n::Lang;
use usher_page_kit::views::{Form, Layout, Moment};

/// Every signed-in browser, this one first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/sessions.html")]
pub struct AccountSessions {
    /// The layout.
    pub page: Layout,
    /// Buttons `session` = id; those that end others, or all, have URLs of their own.
    pub form: Form,
    /// Success message.
    pub notice: Option<String>,
    /// Every session, this one first.
    pub sessions: Vec<SessionItem>,
    /// Applications that received, or will receive, a logout token.
    pub notified: Vec<ReceiptLine>,
    /// The page to report a compromise.
    pub not_me_url: String,
}

/// A session.
#[derive(Clone, Debug, Default)]
pub struct SessionItem {
    /// Its id.
    pub id: String,
    /// Is it the current one?
    pub this: bool,
    /// Browser and system, as text.
    pub device: String,
    /// Is it a phone or tablet?
    pub portable: bool,
    /// Where it was last used, as text.
    pub place: String,
    /// The authentication methods, as text.
    pub means: String,
    pub created: Moment,
    pub last_seen: Moment,
}

impl SessionItem {
    pub const fn icon(&self) -> &'static str {
        if self.portable { "smartphone" } else { "laptop" }
    }
}

/// The sessions of one kind of device.
#[derive(Debug)]
pub struct SessionGroup<'s> {
    pub heading: String,
    pub sessions: Vec<&'s SessionItem>,
}

impl AccountSessions {
    /// Computers, then phones; the group of this session first.
    pub fn groups(&self) -> Vec<SessionGroup<'_>> {
        let this_is_portable = self.sessions.first().is_some_and(|session| session.portable);
        let group = |portable: bool| SessionGroup {
            heading: self.page.t(if portable { "sessions-portable" } else { "sessions-computers" }),
            sessions: self.sessions.iter().filter(|session| session.portable == portable).collect(),
        };
        let groups = [this_is_portable, !this_is_portable].map(group);
        groups.into_iter().filter(|group| !group.sessions.is_empty()).collect()
    }

    pub fn has_others(&self) -> bool {
        self.sessions.len() > 1
    }
}

/// The authentication methods of a session (RFC 8176) as text, each once; those without a text are omitted.
pub fn means_words(lang: Lang, amr: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    for one in amr {
        let key = match one.as_str() {
            "pwd" => "means-password",
            "otp" => "means-code",
            "pop" => "means-passkey",
            "fed" => "means-provider",
            _ => continue,
        };
        let word = lang.text(key);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" + ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_named_once_each_and_what_has_no_words_is_left_out() {
        let amr = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(means_words(Lang::En, &amr(&["pwd", "otp", "mfa", "otp"])), "password + one-time code");
        assert_eq!(means_words(Lang::En, &amr(&["pop", "user", "mfa"])), "passkey");
        assert_eq!(means_words(Lang::En, &amr(&["<b>"])), "");
    }
}

//! The user's sessions.

use askama::Template;

use crate::views::{Form, Layout, ReceiptLine};
use usher_i18n::Lang;

/// Every signed-in browser, this one first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/sessions.html")]
pub struct AccountSessions {
    /// The layout.
    pub page: Layout,
    /// Buttons `session` = id, `others` = true, and `everywhere` = true.
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
    /// Where it was last used, as text.
    pub place: String,
    /// The authentication methods, as text.
    pub means: String,
    /// When it was created, in the reader's language.
    pub created: String,
    /// When it was last used, in the reader's language.
    pub last_seen: String,
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

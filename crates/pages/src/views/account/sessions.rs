//! Where a person is signed in.

use askama::Template;

use crate::views::{Form, Page, ReceiptLine};
use usher_i18n::Lang;

/// Every signed-in browser, this one first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/sessions.html")]
pub struct AccountSessions {
    /// The chrome.
    pub page: Page,
    /// Buttons `session` = id, `others` = true, and `everywhere` = true.
    pub form: Form,
    /// Good news.
    pub notice: Option<String>,
    /// Every session, this one first.
    pub sessions: Vec<SessionView>,
    /// Who was told of sessions that are over, and who is still to be told.
    pub told: Vec<ReceiptLine>,
    /// To say that one of them is a stranger's.
    pub not_me_url: String,
}

/// One signed-in browser or device.
#[derive(Clone, Debug, Default)]
pub struct SessionView {
    /// Names it to the server.
    pub id: String,
    /// Whether it is the one looking.
    pub this: bool,
    /// Browser and system, in words.
    pub device: String,
    /// Where it was last, in words.
    pub place: String,
    /// By which means the person showed who they are.
    pub means: String,
    /// When it began, in the reader's language.
    pub created: String,
    /// When it was last active, in the reader's language.
    pub last_seen: String,
}

/// The means of a session (RFC 8176) in words, each once; nothing is said of what has no words.
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

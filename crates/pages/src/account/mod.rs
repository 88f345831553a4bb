//! The pages of a signed-in user.

pub mod activity;
pub mod apps;
pub mod data;
pub mod email;
pub mod identities;
pub mod profile;
pub mod report_compromise;
pub mod security;
pub mod sessions;

use crate::views::Message;
use usher_domain::urls;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// The message for a user who had to sign in before a change could be made.
fn repeat_notice(query: &Params, lang: Lang) -> Option<String> {
    let repeats = query.get("done").ok().flatten() == Some(urls::DONE_REPEAT);
    repeats.then(|| Message::RepeatChange.text(lang))
}

//! The activity log of an account.

use askama::Template;

use usher_i18n::Lang;
use usher_page_kit::views::{Layout, Moment};

/// One page of events, newest first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/activity.html")]
pub struct AccountActivity {
    /// The layout.
    pub page: Layout,
    /// The filters: everything, or one heading.
    pub headings: Vec<HeadingLink>,
    /// The events.
    pub events: Vec<EventView>,
    /// The newest page, unless this is the first.
    pub newest_url: Option<String>,
    /// The next page, if there is one.
    pub older_url: Option<String>,
    /// The page to report a compromise.
    pub not_me_url: String,
}

/// A heading.
#[derive(Clone, Debug, Default)]
pub struct HeadingLink {
    /// Its label.
    pub label: String,
    /// Its URL.
    pub url: String,
    /// Is it selected?
    pub current: bool,
}

/// An event.
#[derive(Clone, Debug, Default)]
pub struct EventView {
    /// The name of its icon.
    pub icon: &'static str,
    /// The description.
    pub what: String,
    /// The reason, if it is known.
    pub why: Option<String>,
    /// Browser and network, if they are known.
    pub whence: Option<String>,
    /// When it happened.
    pub at: Moment,
    /// May the user report it as a compromise?
    pub reportable: bool,
}

/// The reason why something ended, as text.
pub fn reason_words(lang: Lang, reason: &str) -> Option<String> {
    let key = match reason {
        "sign_out" => "reason-sign-out",
        "sign_out_everywhere" => "reason-sign-out-everywhere",
        "ended_by_owner" => "reason-ended-by-owner",
        "password_changed" => "reason-password-changed",
        "password_recovered" => "reason-password-recovered",
        "token_reuse" | "code_reuse" => "reason-reuse",
        "revoked_by_client" => "reason-revoked-by-client",
        "revoked_by_project" => "reason-revoked-by-project",
        "consent_withdrawn" => "reason-consent-withdrawn",
        "administrator" | "user_disabled" => "reason-administrator",
        "client_disabled" => "reason-client-disabled",
        "disowned" => "reason-compromise-reported",
        _ => return None,
    };
    Some(lang.text(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::event::EventKind;

    #[test]
    fn every_event_that_is_shown_has_a_text_in_every_language() {
        for lang in Lang::ALL {
            for activity in EventKind::ALL.iter().filter_map(|kind| kind.row().activity) {
                let text = lang.text_with(activity.text, &[("client", "Demo".into())]);
                assert!(!text.starts_with("event-") && !text.contains('{'), "{}: {text}", activity.text);
            }
        }
    }
}

//! The activity log of an account.

use askama::Template;

use crate::views::Layout;
use usher_i18n::Lang;

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
    /// The description.
    pub what: String,
    /// The reason, if it is known.
    pub why: Option<String>,
    /// Browser and network, if they are known.
    pub whence: Option<String>,
    /// When it happened.
    pub at: String,
    /// May the user report it as a compromise?
    pub disownable: bool,
}

/// The description of an event, and whether its owner may report it. `None` for events that users do not see.
pub fn event_words(lang: Lang, kind: &str, client: &str) -> Option<(String, bool)> {
    let (key, disownable) = match kind {
        "session.created" => ("event-signed-in", true),
        "session.reauthenticated" => ("event-signed-in-again", false),
        "session.revoked" => ("event-session-ended", false),
        "session.sign_in_failed" => ("event-sign-in-failed", false),
        "user.password_changed" => ("event-password-changed", true),
        "user.password_recovered" => ("event-password-recovered", true),
        "user.recovery_requested" => ("event-recovery-requested", false),
        "user.disowned" => ("event-disowned", false),
        "identity.linked" => ("event-identity-linked", true),
        "identity.unlinked" => ("event-identity-unlinked", true),
        "user.merged" => ("event-merged", true),
        "user.merge_undone" => ("event-merge-undone", false),
        "token.reuse_detected" | "code.reuse_detected" => ("event-token-reuse", false),
        "consent.granted" => ("event-consent-granted", true),
        "consent.denied" => ("event-consent-denied", false),
        "consent.withdrawn" => ("event-consent-withdrawn", false),
        "grant.created" => ("event-grant-created", true),
        "grant.revoked" => ("event-grant-revoked", false),
        "user.created" => ("event-user-created", false),
        "user.updated" => ("event-user-updated", true),
        "user.email_changed" => ("event-email-changed", true),
        "user.disabled" => ("event-user-disabled", false),
        "user.enabled" => ("event-user-enabled", false),
        _ => return None,
    };
    Some((lang.text_with(key, &[("client", client.into())]), disownable))
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
        "disowned" => "reason-disowned",
        _ => return None,
    };
    Some(lang.text(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::user::activity::kinds;

    #[test]
    fn every_fact_that_is_shown_has_words_in_every_language() {
        for lang in Lang::ALL {
            for kind in kinds(None) {
                let (words, _) = event_words(lang, kind, "Demo").unwrap_or_else(|| panic!("{kind} has no words"));
                assert!(!words.starts_with("event-") && !words.contains('{'), "{kind}: {words}");
            }
        }
        assert_eq!(event_words(Lang::En, "key.created", ""), None);
    }
}

//! Texts about users that several pages show.

use crate::views::{UserLabel, UserState};
use usher_domain::urls::UserUrls;
use usher_domain::user::{User, UserStatus};
use usher_i18n::Lang;
use usher_page_kit::views::{initials, tone};
use usher_storage::users::search::UserSummary;

/// How lists show a person: by name, else by address, else by `sub`.
pub fn person(user: &User) -> UserLabel {
    let email = user.readable_email();
    let name = user.profile.display_name().unwrap_or_default();
    let label = [&name, &email, &user.sub.0].into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
    UserLabel {
        id: user.id.to_string(),
        url: UserUrls::of(&user.id).page(),
        initials: initials(&label),
        tone: tone(&user.sub.0),
        detail: if label == email { String::new() } else { email },
        label,
    }
}

/// Active, invited, disabled or merged.
pub(super) fn state(summary: &UserSummary) -> UserState {
    match summary.user.status {
        UserStatus::Disabled => UserState::Disabled,
        UserStatus::Merged => UserState::Merged,
        UserStatus::Active if summary.is_invited() => UserState::Invited,
        UserStatus::Active => UserState::Active,
    }
}

/// The ways in, as text.
pub(super) fn methods(summary: &UserSummary, lang: Lang, provider_name: impl Fn(&str) -> String) -> String {
    let mut all = Vec::new();
    if summary.password {
        all.push(lang.text("password"));
    }
    if summary.passkeys > 0 {
        all.push(lang.text("users-passkey"));
    }
    all.extend(summary.providers.iter().map(|id| provider_name(id)));
    all.join(", ")
}

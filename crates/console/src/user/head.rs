//! The head of a user's pages: who it is, their state, the tabs and the actions.

use super::words;
use crate::views::{UserAction, UserHead, UserTab, UserTabLink};
use usher_accounts::FlowError;
use usher_domain::id::UserId;
use usher_domain::urls::{self, UserUrls};
use usher_flows::MOST_CHANGED;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, PageKit as _};
use usher_page_kit::views::Layout;
use usher_storage::users::search::UserSummary;

const TABS: [(UserTab, &str); 6] = [
    (UserTab::Profile, "user-profile"),
    (UserTab::SignIn, "user-sign-in"),
    (UserTab::Sessions, "user-sessions"),
    (UserTab::Applications, "user-applications"),
    (UserTab::Roles, "user-roles"),
    (UserTab::Activity, "user-activity"),
];

/// The user in the URL with the head of their pages, and the layout of this one.
pub(super) async fn load(
    page: &mut AdminPage,
    id: UserId,
    tab: UserTab,
) -> Result<(UserSummary, UserHead, Layout), FlowError> {
    let found = page.app.usher.user_details.load(id).await?;
    let head = page.head(&url_of(&UserUrls::of(&id), tab));
    let is_self = id == page.account.user.id;
    let user_head = UserHead {
        form: page.form(UserUrls::of(&id).resend_invitation()),
        person: words::person(&found.user),
        sub: found.user.sub.0.clone(),
        state: words::state(&found),
        admin: found.user.admin,
        has_email: found.user.email.is_some(),
        is_self,
        urls: UserUrls::of(&id),
        tabs: tabs(&found, tab, head.lang),
        actions: actions(&found, is_self),
    };
    Ok((found, user_head, head))
}

fn url_of(urls: &UserUrls, tab: UserTab) -> String {
    match tab {
        UserTab::Profile => urls.page(),
        UserTab::SignIn => urls.sign_in(),
        UserTab::Sessions => urls.sessions(),
        UserTab::Applications => urls.applications(),
        UserTab::Roles => urls.roles(),
        UserTab::Activity => urls.activity(),
    }
}

fn tabs(found: &UserSummary, here: UserTab, lang: Lang) -> Vec<UserTabLink> {
    let urls = UserUrls::of(&found.user.id);
    let link = |(tab, key): (UserTab, &str)| UserTabLink {
        label: lang.text(key),
        url: url_of(&urls, tab),
        current: tab == here,
        count: if tab == UserTab::Sessions { found.sessions } else { 0 },
    };
    TABS.into_iter().map(link).collect()
}

/// What can be done to this user. Nobody does it to themselves, and an administrator is first made an ordinary user.
fn actions(found: &UserSummary, is_self: bool) -> Vec<UserAction> {
    use crate::views::UserState::{Active, Disabled, Invited, Merged};
    if is_self {
        return Vec::new();
    }
    let user = &found.user;
    let action = |word, label, icon, danger| UserAction { label, icon, danger, url: change_url(&[user.id], word) };
    let mut actions = Vec::new();
    let state = words::state(found);
    if state == Active && user.email.is_some() {
        actions.push(action("send-link", "user-send-link", "mail", false));
    }
    if found.sessions > 0 {
        actions.push(action("end-sessions", "user-end-sessions", "log-out", false));
    }
    if (found.totp || found.passkeys > 0) && !user.admin {
        actions.push(action("reset-factors", "user-reset-factors", "smartphone", false));
    }
    match state {
        Merged => {}
        _ if user.admin => actions.push(action("remove-admin", "user-remove-admin", "shield-check", false)),
        Active => actions.push(action("make-admin", "user-make-admin", "shield-check", false)),
        Invited | Disabled => {}
    }
    if !user.admin {
        match state {
            Disabled => actions.push(action("enable", "user-enable", "circle-check", false)),
            Active => actions.push(action("disable", "user-disable", "circle-x", true)),
            Invited | Merged => {}
        }
        if state != Invited {
            actions.push(action("delete", "user-delete", "circle-x", true));
        }
    }
    actions
}

/// The page that confirms a change of these users.
pub(super) fn change_url(users: &[UserId], word: &str) -> String {
    let users = users.iter().take(MOST_CHANGED);
    users.fold(urls::with(urls::CHANGE_USERS, "do", word), |url, id| urls::with(&url, "user", &id.to_string()))
}

//! The steps of the setup: what is left to do first, what is done folded.

use crate::views::installation::{CheckItem, Checklist};
use usher_accounts::SetupState;
use usher_domain::id::UserId;
use usher_domain::urls;
use usher_page_kit::views::Layout;

/// The checklist for an administrator. Does an application sign people in already?
pub fn checklist(page: &Layout, state: &SetupState, reader: UserId, has_grants: bool) -> Checklist {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let lacking = state.without_second_factor.len();
    let is_mine = state.without_second_factor.contains(&reader);
    let mut list = Checklist::default();
    let mut step =
        |is_done: bool, title: &str, to_do: String, done: String, button: Option<(&str, &str)>, action: bool| {
            let item = CheckItem {
                title: page.t(title),
                text: if is_done { done } else { to_do },
                button: button.filter(|_| !is_done).map(|(key, url)| (page.t(key), url.to_owned())),
                is_action: action,
            };
            if is_done { list.done.push(item) } else { list.to_do.push(item) }
        };
    let projects = Some(("check-client-button", urls::PROJECTS));
    step(has_grants, "check-client", page.t("check-client-todo"), String::new(), projects, false);
    step(state.has_mail, "check-mail", page.t("check-mail-todo"), page.t("check-mail-done"), None, false);
    let backed_up = Some(("check-key-button", urls::KEY_BACKED_UP));
    step(state.key_is_backed_up, "check-key", page.t("check-key-todo"), page.t("check-key-done"), backed_up, true);
    step(state.is_https, "check-https", page.t("check-https-todo"), String::new(), None, false);
    let providers = Some(("check-providers-button", urls::PROVIDERS));
    let names = state.providers.join(", ");
    step(!state.providers.is_empty(), "check-providers", page.t("check-providers-todo"), names, providers, false);
    let mine = is_mine.then_some(("check-factors-button", urls::SECURITY));
    let (to_do, done) = (page.tn("check-factors-todo", number(lacking)), page.t("check-factors-done"));
    step(lacking == 0, "check-factors", to_do, done, mine, false);
    let administrators = page.tn("check-second-done", number(state.administrators.len()));
    step(state.administrators.len() > 1, "check-second", page.t("check-second-todo"), administrators, None, false);
    list
}

//! The forms of the security page that remove or rename a factor.

use serde::Deserialize;

use super::{BROWSER_FORGOTTEN, FACTOR_CHANGED, PASSKEY_RENAMED};
use crate::account::security;
use crate::views::{AccountQuestion, AccountSecurity};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::{PasskeyId, RememberedId};
use usher_domain::urls::{self, PasskeyUrls};
use usher_page_kit::kit::{AccountPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::FieldErrors;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasskeyNameForm {
    name: String,
}

/// POST …/passkeys/{passkey}/rename
pub async fn rename_passkey(
    page: AccountPage,
    InPath(passkey): InPath<PasskeyId>,
    PageForm(form): PageForm<PasskeyNameForm>,
) -> PageResult {
    let renamed = page.app.usher.passkeys.rename_passkey(&page.account, passkey, &form.name).await;
    answer(page, renamed, PASSKEY_RENAMED).await
}

/// GET …/passkeys/{passkey}/remove
pub async fn ask_to_remove_passkey(page: AccountPage, InPath(passkey): InPath<PasskeyId>) -> PageResult {
    let passkeys = page.app.usher.passkeys.passkeys_of(&page.account).await?;
    let found = passkeys.iter().find(|one| one.id == passkey).ok_or(FlowError::from(Rejected::NotFound("passkey")))?;
    let here = PasskeyUrls::of(&passkey).remove();
    ask(page, here, ["question-passkey", "question-passkey-text", "passkey-remove"], &found.name)
}

/// POST
pub async fn remove_passkey(page: AccountPage, InPath(passkey): InPath<PasskeyId>, _: ButtonForm) -> PageResult {
    let removed = page.app.usher.passkeys.remove_passkey(&page.account, passkey).await;
    answer(page, removed, FACTOR_CHANGED).await
}

/// GET …/remove-totp
pub async fn ask_to_remove_totp(page: AccountPage) -> PageResult {
    ask(page, urls::REMOVE_TOTP.to_owned(), ["question-totp", "question-totp-text", "totp-remove"], "")
}

/// POST
pub async fn remove_totp(page: AccountPage, _: ButtonForm) -> PageResult {
    let removed = page.app.usher.authenticator_apps.remove_totp(&page.account).await;
    answer(page, removed, FACTOR_CHANGED).await
}

/// POST …/second-step/always
pub async fn second_step_always(page: AccountPage, _: ButtonForm) -> PageResult {
    let changed = page.app.usher.factor_rules.want_second_step(&page.account, true).await;
    answer(page, changed, FACTOR_CHANGED).await
}

/// POST …/second-step/sometimes
pub async fn second_step_sometimes(page: AccountPage, _: ButtonForm) -> PageResult {
    let changed = page.app.usher.factor_rules.want_second_step(&page.account, false).await;
    answer(page, changed, FACTOR_CHANGED).await
}

/// POST …/browsers/{browser}/forget
pub async fn forget_browser(page: AccountPage, InPath(browser): InPath<RememberedId>, _: ButtonForm) -> PageResult {
    let forgotten = page.app.usher.factor_rules.forget_browser(&page.account, Some(browser)).await;
    answer(page, forgotten, BROWSER_FORGOTTEN).await
}

/// POST …/browsers/forget-all
pub async fn forget_browsers(page: AccountPage, _: ButtonForm) -> PageResult {
    let forgotten = page.app.usher.factor_rules.forget_browser(&page.account, None).await;
    answer(page, forgotten, BROWSER_FORGOTTEN).await
}

/// Asks whether a factor is to be removed: the question, what it means, and the words of the button.
fn ask(mut page: AccountPage, here: String, [title, meaning, button]: [&str; 3], name: &str) -> PageResult {
    let head = page.head(urls::SECURITY);
    let view = AccountQuestion {
        form: page.form(here),
        title: head.tp(title, "name", name),
        meaning: head.t(meaning),
        button: head.t(button),
        keep_url: urls::SECURITY.to_owned(),
        page: head,
    };
    page.show(&view)
}

async fn answer<T>(mut page: AccountPage, result: Result<T, FlowError>, notice: Notice) -> PageResult {
    match page.check(result)? {
        Ok(_) => page.done(urls::SECURITY, notice),
        Err(errors) => refused(page, &errors).await,
    }
}

/// The security page with the first error, for its form as a whole.
pub(super) async fn refused(mut page: AccountPage, errors: &FieldErrors) -> PageResult {
    let errors = errors.first().map(|message| ("", message)).into_iter().collect();
    let view = AccountSecurity { errors, ..security::view(&mut page).await? };
    page.show_again(&view)
}

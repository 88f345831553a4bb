//! The password, and the list of factors.

use serde::Deserialize;

use crate::factors::{BROWSER_FORGOTTEN, FACTOR_CHANGED, PASSKEY_ADDED, PASSKEY_RENAMED, factors_view};
use crate::views::AccountSecurity;
use usher_accounts::FlowError;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_http_server::extract::visitor::Visitor;
use usher_page_kit::kit::{AccountPage, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::visitor_pages::VisitorPages as _;

const PASSWORD_CHANGED: Notice = Notice::new(urls::DONE_PASSWORD, "message-password-changed");

#[derive(Debug, Deserialize)]
pub struct ChangePasswordForm {
    #[serde(default = "no_text")]
    current_password: Secret<String>,
    #[serde(default = "no_text")]
    password: Secret<String>,
}

/// A field that was not sent.
fn no_text() -> Secret<String> {
    Secret::from("")
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let known = [PASSWORD_CHANGED, PASSKEY_ADDED, FACTOR_CHANGED, PASSKEY_RENAMED, BROWSER_FORGOTTEN];
    let view = AccountSecurity { notice: page.notice(&known), ..view(&mut page).await? };
    page.show(&view)
}

/// POST changes the password.
pub async fn change_password(mut page: AccountPage, PageForm(form): PageForm<ChangePasswordForm>) -> PageResult {
    let ChangePasswordForm { current_password, password } = form;
    let AccountPage { app, account, visitor, .. } = &mut page;
    let passwords = &app.usher.passwords;
    let changed =
        passwords.change_password(account, &current_password, &password, &mut visitor.browser, &visitor.device).await;
    match page.check(changed)? {
        Ok(_) => page.done(urls::SECURITY, PASSWORD_CHANGED),
        Err(errors) => {
            let view = AccountSecurity { errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// The well-known URL for changing passwords, used by password managers.
pub async fn well_known(visitor: Visitor) -> axum::response::Response {
    visitor.redirect(urls::SECURITY)
}

pub(crate) async fn view(page: &mut AccountPage) -> Result<AccountSecurity, FlowError> {
    Ok(AccountSecurity {
        page: page.head(urls::SECURITY),
        password_form: page.form(urls::SECURITY),
        has_password: page.app.usher.passwords.has_password(&page.account).await?,
        factors: factors_view(page).await?,
        email: page.account.user.readable_email(),
        email_url: urls::EMAIL.to_owned(),
        min_password: page.app.min_password(),
        ..AccountSecurity::default()
    })
}

//! A user's data: exporting or deleting them.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::receipt;
use crate::views::{AccountData, AccountGone};
use usher_accounts::{Ended, FlowError};
use usher_domain::urls;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{AccountPage, ButtonForm, PageForm, PageKit as _, PageResult};
use usher_page_kit::visitor_pages::VisitorPages as _;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeleteAccountForm {
    confirmation: String,
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let view = AccountData { notice: page.notice(&[]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST …/download
pub async fn download(page: AccountPage, _: ButtonForm) -> PageResult {
    let data = page.app.usher.activity_log.export(&page.account).await?;
    let body = serde_json::to_string_pretty(&data).map_err(|_| HttpProblem::internal())?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""),
    ];
    page.reply((headers, body).into_response())
}

/// POST …/delete
pub async fn delete(mut page: AccountPage, PageForm(form): PageForm<DeleteAccountForm>) -> PageResult {
    let deleted = page.app.usher.account_deletion.delete_account(&page.account, &form.confirmation).await;
    match page.check(deleted)? {
        Ok(ended) => gone(page, &ended).await,
        Err(errors) => {
            let view = AccountData { errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// The page after the account was deleted.
async fn gone(mut page: AccountPage, ended: &Ended) -> PageResult {
    let lang = page.visitor.lang(None, page.account.user.locale.as_deref());
    let lines = receipt::of(&page.app, ended).await?;
    page.visitor.browser.forget(&page.account);
    let view = AccountGone {
        page: page.visitor.page(lang),
        mails: page.account.user.email.is_some(),
        receipt: receipt::words(lang, lines),
        home_url: urls::LOGIN.to_owned(),
    };
    page.show(&view)
}

async fn view(page: &mut AccountPage) -> Result<AccountData, FlowError> {
    let well_shown = page.app.usher.factor_rules.is_well_shown(&page.account).await?;
    Ok(AccountData {
        page: page.head(urls::DATA),
        form: page.form(urls::DATA),
        sign_in_url: (!well_shown).then(|| urls::login_again(urls::DATA)),
        confirmation: page.account.user.label_to_confirm(),
        is_address: page.account.user.email.is_some(),
        ..AccountData::default()
    })
}

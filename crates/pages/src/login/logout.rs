//! Signing out: the question, and the page after it.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::receipt;
use crate::show;
use crate::views::{LogoutConfirm, SignedOut};
use usher_accounts::{Account, Ended, FlowError, LogoutRequest};
use usher_domain::event::receipt::ReceiptApplication;
use usher_domain::urls;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogoutForm {
    /// `yes` or `no`.
    logout: String,
    everywhere: bool,
}

/// GET
pub async fn get(page: LoginPage) -> PageResult {
    match page.app.usher.accounts.current(&page.visitor.browser).await? {
        Some(account) => ask(page, &account, None),
        None => signed_out(page, None, Vec::new()),
    }
}

/// POST: the answer to the question. The client's request is in the URL and is parsed again.
pub async fn answer(mut page: LoginPage, PageForm(form): PageForm<LogoutForm>) -> PageResult {
    let request = page.app.usher.sign_outs.read_logout(&page.query).await?;
    page.show_brand_of(request.client.as_deref()).await;
    if form.logout != "yes" {
        let home = request.client.as_deref().and_then(show::home_of);
        return page.redirect(home.as_deref().unwrap_or(urls::PROFILE));
    }
    let ended = end(&page, form.everywhere).await?;
    if let (Some(to), None) = (&request.continue_url, request.fault) {
        return page.redirect(to);
    }
    let receipt = match &ended {
        Some(ended) => receipt::of(&page.app, ended).await?,
        None => Vec::new(),
    };
    signed_out(page, Some(&request), receipt)
}

async fn end(page: &LoginPage, everywhere: bool) -> Result<Option<Ended>, FlowError> {
    let (usher, browser) = (&page.app.usher, &page.visitor.browser);
    let Some(account) = usher.accounts.current(browser).await? else { return Ok(None) };
    let ended = if everywhere {
        usher.sign_outs.sign_out_everywhere(&account).await?
    } else {
        usher.sign_outs.sign_out(&account).await?
    };
    Ok(Some(ended))
}

/// The question; the form keeps the client's request in its URL.
pub fn ask(mut page: LoginPage, account: &Account, request: Option<&LogoutRequest>) -> PageResult {
    let query = if request.is_some() { page.query.encode() } else { String::new() };
    let action = if query.is_empty() { urls::LOGOUT.to_owned() } else { format!("{}?{query}", urls::LOGOUT) };
    let ui_locales = request.and(page.param("ui_locales"));
    let view = LogoutConfirm {
        page: page.head_for(ui_locales, account.user.locale.as_deref(), ""),
        form: page.form(action),
        client: request.and_then(|request| request.client.as_ref()).map(|client| show::client_view(client, "")),
        email: account.user.label(),
        offer_everywhere: true,
    };
    page.show(&view)
}

/// The signed-out page; the receipt shows what happens to each application.
pub fn signed_out(page: LoginPage, request: Option<&LogoutRequest>, receipt: Vec<ReceiptApplication>) -> PageResult {
    let client = request.and_then(|request| request.client.as_ref());
    let head = page.head_for(page.param("ui_locales"), None, urls::LOGOUT);
    let view = SignedOut {
        client_name: client.map(|client| client.metadata.client_name.clone()),
        continue_url: request
            .filter(|request| request.fault.is_none())
            .and_then(|request| request.continue_url.clone()),
        sign_in_url: Some(urls::LOGIN.to_owned()),
        receipt: receipt::words(head.lang, receipt),
        page: head,
    };
    page.show(&view)
}

//! The password.

use axum::extract::State;
use axum::response::Response;

use crate::factors::factors_view;
use crate::login::of_refused;
use crate::login::sign_in::{text, with_status};
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{AccountSecurity, Form, Message};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = match query.get("done").ok().flatten() {
        Some("password") => Some(Message::PasswordChanged.text(page.page.lang)),
        Some("passkey") => Some(Message::PasskeyAdded.text(page.page.lang)),
        Some("factor" | "name") => Some(Message::FactorChanged.text(page.page.lang)),
        Some(urls::DONE_REPEAT) => Some(Message::RepeatChange.text(page.page.lang)),
        Some("browser") => Some(Message::BrowserForgotten.text(page.page.lang)),
        _ => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST: changes the password.
pub async fn post(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let (current, new) = (Secret::new(text(&form, "current_password")), Secret::new(text(&form, "password")));
    match app.usher.passwords.change_password(&account, &current, &new, &mut visitor.browser, &visitor.device).await {
        Ok(_) => Ok(visitor.redirect(&urls::with(urls::SECURITY, "done", "password"))),
        Err(FlowError::Rejected(Rejected::NotFresh)) => Ok(visitor.redirect(&urls::login_to_repeat(urls::SECURITY))),
        Err(FlowError::Rejected(refused)) => {
            let mut page = view(&app, &mut visitor, &account).await?;
            let found = of_refused(&refused, page.page.lang);
            let problem = HttpProblem::from(FlowError::from(refused));
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(other) => Err(other.into()),
    }
}

/// The well-known URL for changing passwords, used by password managers.
pub async fn change_password(visitor: Visitor) -> Response {
    visitor.redirect(urls::SECURITY)
}

pub(crate) async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountSecurity, HttpProblem> {
    let page = visitor.page_of(account, urls::SECURITY);
    Ok(AccountSecurity {
        password_form: Form::new(urls::SECURITY, visitor.form_token()),
        has_password: app.usher.passwords.has_password(account).await?,
        factors: factors_view(app, visitor, account, page.lang).await?,
        email: account.user.readable_email(),
        email_url: urls::EMAIL.to_owned(),
        min_password: u32::try_from(app.usher.core.config.passwords.min_length).unwrap_or(u32::MAX),
        page,
        ..AccountSecurity::default()
    })
}

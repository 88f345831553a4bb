//! A new address: submitted, and verified by the code or the link of an email.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::repeat_notice;
use crate::login::mailed::{sent_notice, sent_url, waiting_url};
use crate::login::of_refused;
use crate::login::sign_in::{text, with_status};
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{ChangeEmail, ChangeEmailCode, ChangeEmailLink, FieldErrors, Form, Message, SuggestedEmailView};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::{Email, typo};
use usher_domain::id::ProofId;
use usher_domain::urls;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET: the form, or the page of the emailed link.
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let token = text(&query, "token");
    if !token.is_empty() {
        return link(&app, visitor, &account, token).await;
    }
    if let Ok(proof) = text(&query, "proof").parse::<ProofId>() {
        let notice = sent_notice(&query);
        return code(&app, visitor, &account, proof, CodePageMessages { notice, ..CodePageMessages::default() }).await;
    }
    if !app.usher.factor_rules.is_well_shown(&account).await? {
        return Ok(visitor.redirect(&urls::login_again(urls::EMAIL)));
    }
    let mut page = question(&app, &mut visitor, &account).await?;
    page.notice = repeat_notice(&query, page.page.lang);
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST: a typed (`email`) or suggested (`take`) address, the code that was sent to it, or the link; `dismiss`
/// dismisses a suggested address.
pub async fn post(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let token = text(&form, "token");
    if !token.is_empty() {
        return match app.usher.email_changes.change_email_by_link(&account, &token).await {
            Ok(()) => Ok(changed(visitor)),
            Err(error) => Err(error.into()),
        };
    }
    let dismissed = text(&form, "dismiss");
    if !dismissed.is_empty() {
        app.usher.suggested_emails.dismiss_suggested_email(&account, &dismissed).await?;
        return Ok(visitor.redirect(urls::PROFILE));
    }
    match text(&form, "proof").parse::<ProofId>() {
        Ok(proof) => by_code(&app, visitor, &account, proof, &text(&form, "code")).await,
        Err(_) => begin(&app, visitor, &account, &form).await,
    }
}

/// The typed or chosen address.
fn wanted(form: &Params) -> String {
    let chosen = text(form, "take");
    if chosen.is_empty() { text(form, "email") } else { chosen }
}

async fn begin(app: &App, mut visitor: Visitor, account: &Account, form: &Params) -> Result<Response, HttpProblem> {
    let email = wanted(form);
    match app.usher.email_changes.begin_email_change(account, &email, &visitor.device).await {
        Ok(mailed) if text(form, "resend").is_empty() => Ok(visitor.redirect(&waiting_url(urls::EMAIL, mailed))),
        Ok(mailed) => Ok(visitor.redirect(&sent_url(urls::EMAIL, mailed))),
        Err(FlowError::Rejected(Rejected::NotFresh)) => Ok(visitor.redirect(&urls::login_to_repeat(urls::EMAIL))),
        Err(FlowError::Rejected(refused)) => {
            let mut page = question(app, &mut visitor, account).await?;
            page.email = email;
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

async fn by_code(
    app: &App,
    visitor: Visitor,
    account: &Account,
    proof: ProofId,
    typed: &str,
) -> Result<Response, HttpProblem> {
    match app.usher.email_changes.change_email_by_code(account, proof, typed).await {
        Ok(()) => Ok(changed(visitor)),
        Err(FlowError::Rejected(refused @ Rejected::WrongCode(_))) => {
            let lang = visitor.lang(None, account.user.locale.as_deref());
            let errors = of_refused(&refused, lang).unwrap_or_default();
            code(app, visitor, account, proof, CodePageMessages { errors, notice: None }).await
        }
        Err(other) => Err(other.into()),
    }
}

fn changed(visitor: Visitor) -> Response {
    visitor.redirect(&urls::with(urls::PROFILE, "saved", "email"))
}

async fn question(app: &App, visitor: &mut Visitor, account: &Account) -> Result<ChangeEmail, FlowError> {
    Ok(ChangeEmail {
        page: visitor.page_of(account, urls::EMAIL),
        form: Form::new(urls::EMAIL, visitor.form_token()),
        current: account.user.readable_email(),
        suggested: suggested(app, account).await?,
        change_url: urls::EMAIL.to_owned(),
        back_url: urls::PROFILE.to_owned(),
        ..ChangeEmail::default()
    })
}

/// The addresses that providers assert of the user.
pub(super) async fn suggested(app: &App, account: &Account) -> Result<Vec<SuggestedEmailView>, FlowError> {
    let all = app.usher.suggested_emails.suggested_emails(account).await?;
    let view = |(email, provider): (Email, String)| SuggestedEmailView { email: email.readable(), provider };
    Ok(all.into_iter().map(view).collect())
}

/// Messages on the page that waits for the code.
#[derive(Default)]
struct CodePageMessages {
    errors: FieldErrors,
    notice: Option<Message>,
}

async fn code(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    proof: ProofId,
    CodePageMessages { errors, notice }: CodePageMessages,
) -> Result<Response, HttpProblem> {
    let Some(email) = app.usher.email_changes.awaited_email(account, proof).await? else { return Err(over()) };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visitor.page_of(account, urls::EMAIL);
    let page = ChangeEmailCode {
        notice: notice.map(|notice| notice.text(page.lang)),
        page,
        // The URL contains the proof, for a user who has to sign in first.
        form: Form::new(urls::with(urls::EMAIL, "proof", &proof.to_string()), visitor.form_token()),
        proof: proof.to_string(),
        email: email.readable(),
        meant: typo::probably_meant(&email).map(|meant| meant.readable()),
        errors,
        again_url: urls::EMAIL.to_owned(),
    };
    let body = show::html(&page)?;
    Ok(visitor.reply((status, body).into_response()))
}

async fn link(app: &App, mut visitor: Visitor, account: &Account, token: String) -> Result<Response, HttpProblem> {
    let Some(email) = app.usher.email_changes.awaited_email_of_link(account, &token).await? else { return Err(over()) };
    let page = visitor.page_of(account, urls::EMAIL);
    let form = Form::new(urls::with(urls::EMAIL, "token", &token), visitor.form_token());
    let body = show::html(&ChangeEmailLink { page, form, token, email: email.readable() })?;
    Ok(visitor.reply(body))
}

fn over() -> HttpProblem {
    FlowError::from(Rejected::ProofOver).into()
}

//! Password recovery: requesting an email, then choosing a new password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::login::mailed::{sent_notice, waiting_url};
use crate::login::registered;
use crate::show;
use crate::views::{
    FieldErrors, Form, RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent, WaitPoll,
};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::Email;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_flows::{FlowError, Rejected, ReturnTo};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// Minutes until a recovery link expires.
const MINUTES: u32 = 30;

/// GET /recover
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    if let Some(to) = registered::sign_in_left(&app, &visitor, &query, urls::RECOVER).await? {
        return Ok(visitor.redirect(&to));
    }
    let body = show::html(&request_view(&mut visitor, &return_to(&query)))?;
    Ok(visitor.reply(body))
}

/// POST /recover
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let return_to = return_to(&form);
    let (email, browser) = (text(&form, "email"), &visitor.browser);
    match app.usher.recovery.request_recovery(&email, return_to.clone(), browser, &visitor.device).await {
        Ok(mailed) => Ok(visitor.redirect(&waiting_url(urls::RECOVER_SENT, mailed))),
        Err(error) => {
            let mut page = request_view(&mut visitor, &return_to);
            page.email = email;
            let found = words(&error, &page.page);
            let problem = HttpProblem::from(error);
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
    }
}

/// GET /recover/sent: the page that waits for the email, in the browser that requested it.
pub async fn sent(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let proof = query.get("proof").ok().flatten().and_then(|id| id.parse().ok());
    let waiting = match proof {
        Some(proof) => {
            app.usher.registration.waiting_recovery(proof, &visitor.browser).await?.map(|waiting| (proof, waiting))
        }
        None => None,
    };
    let Some((proof, waiting)) = waiting else { return Ok(visitor.redirect(urls::RECOVER)) };
    let sign_in_url = show::sign_in_url(&app, &visitor, &waiting.return_to, Some(waiting.email.as_str()))?;
    let then_url = urls::with(&sign_in_url, "done", urls::DONE_PASSWORD);
    if waiting.done {
        return Ok(visitor.redirect(&then_url));
    }
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = urls::with(urls::RECOVER_SENT, "proof", &proof.to_string());
    let ReturnTo { interaction, next } = &waiting.return_to;
    let view = RecoverSent {
        notice: sent_notice(&query).map(|notice| notice.text(page.lang)),
        page,
        email: waiting.email.readable(),
        minutes: MINUTES,
        again_url: urls::on_the_way(urls::RECOVER, interaction.as_deref(), next.as_deref()),
        sign_in_url,
        wait: WaitPoll { url: urls::waiting(proof), then_url },
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// GET /login/waiting: was the proof that a page of this browser waits for used in another browser?
pub async fn waiting(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let done = match query.get("proof").ok().flatten().and_then(|id| id.parse().ok()) {
        Some(proof) => app.usher.registration.is_done_elsewhere(proof, &visitor.browser).await?,
        None => false,
    };
    Ok(Json(serde_json::json!({ "done": done })).into_response())
}

/// GET /recover/reset
pub async fn reset(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let token = text(&query, "token");
    match password_view(&app, &mut visitor, &token).await? {
        Some(page) => {
            let body = show::html(&page)?;
            Ok(visitor.reply(body))
        }
        None => expired(&app, visitor, &token).await,
    }
}

/// POST /recover/reset
pub async fn post_reset(
    State(app): State<App>,
    mut visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let token = text(&form, "token");
    match app.usher.recovery.recover(&token, &Secret::new(text(&form, "password")), &visitor.browser).await {
        Ok(recovered) => {
            let sealed = app.usher.recovery.seal_recovered(recovered, &visitor.browser)?;
            Ok(visitor.redirect_to_page(&urls::with(urls::RECOVER_DONE, "q", &sealed)))
        }
        Err(FlowError::Rejected(Rejected::ProofOver)) => expired(&app, visitor, &token).await,
        Err(error) => {
            let Some(mut page) = password_view(&app, &mut visitor, &token).await? else {
                return expired(&app, visitor, &token).await;
            };
            let found = words(&error, &page.page);
            let problem = HttpProblem::from(error);
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
    }
}

fn words(error: &FlowError, page: &crate::views::Layout) -> Option<FieldErrors> {
    match error {
        FlowError::Rejected(refused) => of_refused(refused, page.lang),
        _ => None,
    }
}

/// GET /recover/done: the new password is set, in the browser that set it.
pub async fn done(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = text(&query, "q");
    let Some(done) = app.usher.recovery.open_recovered(&sealed, &visitor.browser) else {
        return Ok(visitor.redirect(urls::LOGIN));
    };
    let email = done.email.as_ref().map(Email::as_str);
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = urls::with(urls::RECOVER_DONE, "q", &sealed);
    let view = RecoverDone {
        page,
        sessions: u32::try_from(done.sessions).unwrap_or(u32::MAX),
        elsewhere: done.elsewhere,
        sign_in_url: show::sign_in_url(&app, &visitor, &done.return_to, email)?,
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

async fn expired(app: &App, visitor: Visitor, token: &str) -> Result<Response, HttpProblem> {
    let return_to = app.usher.recovery.recovery_of_link(token, &visitor.browser).await?.unwrap_or_default();
    let page = visitor.page(visitor.lang(None, None));
    let (interaction, next) = (return_to.interaction.as_deref(), return_to.next.as_deref());
    let view = RecoverExpired {
        page,
        again_url: urls::on_the_way(urls::RECOVER, interaction, next),
        sign_in_url: show::sign_in_url(app, &visitor, &return_to, None)?,
    };
    let body = show::html(&view)?;
    Ok(visitor.reply((StatusCode::GONE, body).into_response()))
}

/// The continuation, from a URL or a form.
fn return_to(params: &Params) -> ReturnTo {
    let value = |name| params.get(name).ok().flatten().map(str::to_owned);
    ReturnTo { interaction: value("interaction"), next: value("next").map(|next| urls::after_login(Some(&next))) }
}

fn request_view(visitor: &mut Visitor, return_to: &ReturnTo) -> RecoverRequest {
    let ReturnTo { interaction, next } = return_to;
    let here = |path| urls::on_the_way(path, interaction.as_deref(), next.as_deref());
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = here(urls::RECOVER);
    let form = Form { action: urls::RECOVER.to_owned(), csrf: visitor.form_token(), interaction: interaction.clone() };
    let (next, sign_in_url) = (next.clone(), here(urls::LOGIN));
    RecoverRequest { page, form, next, sign_in_url, ..RecoverRequest::default() }
}

async fn password_view(app: &App, visitor: &mut Visitor, token: &str) -> Result<Option<RecoverPassword>, HttpProblem> {
    let Some((user, sessions)) = app.usher.recovery.open_recovery(token).await? else { return Ok(None) };
    let mut page = visitor.page(visitor.lang(None, user.locale.as_deref()));
    page.language_url_base = urls::with(urls::RECOVER_RESET, "token", token);
    Ok(Some(RecoverPassword {
        page,
        form: Form::new(urls::RECOVER_RESET, visitor.form_token()),
        token: token.to_owned(),
        email: user.readable_email(),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        min_password: u32::try_from(app.usher.core.config.passwords.min_length).unwrap_or(u32::MAX),
        errors: FieldErrors::default(),
    }))
}

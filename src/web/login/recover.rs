//! A forgotten password: ask for a letter, then choose a new one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::domain::secret::Secret;
use crate::flows::{FlowError, Refused};
use crate::web::extract::params::{FormParams, QueryParams};
use crate::web::extract::visitor::Visitor;
use crate::web::pages::{FieldErrors, Form, RecoverDone, RecoverExpired, RecoverPassword, RecoverRequest, RecoverSent};
use crate::web::problem::HttpProblem;
use crate::web::show;
use crate::web::state::App;
use crate::web::urls;

/// Minutes for which a recovery link is good.
const MINUTES: u32 = 30;

/// GET /recover
pub async fn get(mut visitor: Visitor) -> Result<Response, HttpProblem> {
    let body = show::html(&request_view(&mut visitor))?;
    Ok(visitor.reply(body))
}

/// POST /recover
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let lang = visitor.lang(None, None);
    match app.usher.request_recovery(&text(&form, "email"), &visitor.device).await {
        Ok(email) => {
            let page = visitor.page(lang);
            let (again_url, sign_in_url) = (urls::RECOVER.to_owned(), urls::LOGIN.to_owned());
            let body =
                show::html(&RecoverSent { page, email: email.readable(), minutes: MINUTES, again_url, sign_in_url })?;
            Ok(visitor.reply(body))
        }
        Err(error) => {
            let mut page = request_view(&mut visitor);
            page.email = text(&form, "email");
            let found = words(&error, &page.page);
            let problem = HttpProblem::from(error);
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
    }
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
        None => expired(visitor),
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
    match app.usher.recover(&token, &Secret::new(text(&form, "password"))).await {
        Ok(ended) => {
            let sessions = u32::try_from(ended.sessions.len()).unwrap_or(u32::MAX);
            let page = visitor.page(visitor.lang(None, None));
            let body = show::html(&RecoverDone { page, sessions, sign_in_url: urls::LOGIN.to_owned() })?;
            Ok(visitor.reply(body))
        }
        Err(FlowError::Refused(Refused::ProofOver)) => expired(visitor),
        Err(error) => {
            let Some(mut page) = password_view(&app, &mut visitor, &token).await? else { return expired(visitor) };
            let found = words(&error, &page.page);
            let problem = HttpProblem::from(error);
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
    }
}

fn words(error: &FlowError, page: &crate::web::pages::Page) -> Option<FieldErrors> {
    match error {
        FlowError::Refused(refused) => of_refused(refused, page.lang),
        _ => None,
    }
}

fn expired(visitor: Visitor) -> Result<Response, HttpProblem> {
    let page = visitor.page(visitor.lang(None, None));
    let body = show::html(&RecoverExpired { page, again_url: urls::RECOVER.to_owned() })?;
    Ok(visitor.reply((StatusCode::GONE, body).into_response()))
}

fn request_view(visitor: &mut Visitor) -> RecoverRequest {
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = urls::RECOVER.to_owned();
    let form = Form::new(urls::RECOVER, visitor.form_token());
    RecoverRequest { page, form, sign_in_url: urls::LOGIN.to_owned(), ..RecoverRequest::default() }
}

async fn password_view(app: &App, visitor: &mut Visitor, token: &str) -> Result<Option<RecoverPassword>, HttpProblem> {
    let Some((user, sessions)) = app.usher.open_recovery(token).await? else { return Ok(None) };
    let mut page = visitor.page(visitor.lang(None, user.locale.as_deref()));
    page.language_url_base = urls::with(urls::RECOVER_RESET, "token", token);
    Ok(Some(RecoverPassword {
        page,
        form: Form::new(urls::RECOVER_RESET, visitor.form_token()),
        token: token.to_owned(),
        email: user.email_text().to_owned(),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        min_password: u32::try_from(app.usher.config.passwords.min_length).unwrap_or(u32::MAX),
        errors: FieldErrors::default(),
    }))
}

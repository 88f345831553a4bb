//! The only place where an error of a verb becomes a status: for pages and the API here, for OAuth endpoints in
//! `refusal.rs`.

use std::sync::Arc;

use askama::Template as _;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::response::{Html, IntoResponse};
use serde_json::json;

use super::extract::cookies::Cookies;
use super::extract::visitor::LANGUAGE;
use super::pages::{ErrorPage, Page, Problem};
use super::problem::{Asked, HttpProblem, ProblemPage};
use super::state::App;
use super::urls;
use super::ways::ways;
use crate::domain::client::RotationFault;
use crate::flows::{Broken, FlowError, Refused};
use crate::i18n::Lang;
use crate::protocol::params::Params;

/// Seconds after which a passing trouble is worth another try.
pub(super) const PASSING: u32 = 2;

impl From<FlowError> for HttpProblem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refused) => of_refused(&refused),
            FlowError::OAuth(error) => Self::new(StatusCode::BAD_REQUEST, "REQUEST_INVALID", error.description),
            FlowError::Broken(broken) => of_broken(&broken),
        }
    }
}

impl From<askama::Error> for HttpProblem {
    fn from(error: askama::Error) -> Self {
        tracing::error!("a page does not render: {error}");
        Self::internal()
    }
}

pub(super) fn of_broken(broken: &Broken) -> HttpProblem {
    if broken.is_passing() {
        tracing::warn!("not available: {broken}");
        return HttpProblem::unavailable("UNAVAILABLE", "The service is not available at the moment.", PASSING);
    }
    if broken.is_gone() {
        tracing::info!("refused: something was deleted meanwhile");
        return HttpProblem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "What this is about does not exist any more.");
    }
    if broken.is_unstorable() {
        tracing::warn!("refused: {broken}");
        return HttpProblem::bad_request("A text of this request holds a character that is not stored.");
    }
    tracing::error!("broken: {broken}");
    HttpProblem::internal()
}

fn of_refused(refused: &Refused) -> HttpProblem {
    let (status, code) = match refused {
        Refused::WrongCredentials | Refused::WrongPassword | Refused::CredentialGone => {
            (StatusCode::UNAUTHORIZED, "AUTH_INVALID")
        }
        Refused::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
        Refused::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
        Refused::NotSignedIn => (StatusCode::UNAUTHORIZED, "AUTH_REQUIRED"),
        Refused::NotAllowed => (StatusCode::FORBIDDEN, "NOT_ALLOWED"),
        Refused::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Refused::ClientGone => (StatusCode::BAD_REQUEST, "CLIENT_UNAVAILABLE"),
        Refused::InteractionOver => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        Refused::ProofOver => (StatusCode::GONE, "LINK_EXPIRED"),
        Refused::SignUpClosed => (StatusCode::FORBIDDEN, "REGISTRATION_CLOSED"),
        Refused::Frozen => (StatusCode::FORBIDDEN, "ACCOUNT_FROZEN"),
        Refused::NotFresh => (StatusCode::FORBIDDEN, "REAUTHENTICATION_REQUIRED"),
        Refused::ManagedByFile => (StatusCode::CONFLICT, "MANAGED_BY_FILE"),
        Refused::LastWayIn => (StatusCode::CONFLICT, "LAST_WAY_IN"),
        Refused::LastOwner => (StatusCode::CONFLICT, "LAST_OWNER"),
        Refused::UserMerged => (StatusCode::CONFLICT, "USER_MERGED"),
        Refused::MemberAlready => (StatusCode::CONFLICT, "MEMBER_ALREADY"),
        Refused::ProjectTokenRequired => (StatusCode::FORBIDDEN, "PROJECT_TOKEN_REQUIRED"),
        Refused::HistoryWouldBeLost => (StatusCode::CONFLICT, "HISTORY_WOULD_BE_LOST"),
        Refused::Superseded => (StatusCode::PRECONDITION_FAILED, "SUPERSEDED"),
        Refused::Rotation(RotationFault::JustRotated) => (StatusCode::CONFLICT, "SECRET_JUST_MADE"),
        Refused::RoleHeld => (StatusCode::CONFLICT, "ROLE_HELD"),
        Refused::TooManyRoles => (StatusCode::CONFLICT, "TOO_MANY_ROLES"),
        Refused::NothingToPublish => (StatusCode::CONFLICT, "NOTHING_TO_PUBLISH"),
        Refused::Policy(_) => (StatusCode::UNPROCESSABLE_ENTITY, "POLICY_INVALID"),
        Refused::TooManyWebhooks => (StatusCode::CONFLICT, "TOO_MANY_WEBHOOKS"),
        Refused::WebhookDisabled => (StatusCode::CONFLICT, "WEBHOOK_DISABLED"),
        Refused::EmailTaken => (StatusCode::CONFLICT, "EMAIL_TAKEN"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED"),
    };
    let mut problem = HttpProblem::new(status, code, refused.to_string());
    if let Refused::TooMany { seconds } | Refused::Busy { seconds } = refused {
        problem.retry_after = Some(*seconds);
    }
    if let Refused::Policy(faults) = refused {
        return problem.with_details(serde_json::json!({ "faults": faults }));
    }
    if let Refused::Webhook(faults) = refused {
        let fields: serde_json::Map<_, _> =
            faults.iter().map(|fault| (fault.field.to_owned(), fault.why.into())).collect();
        problem = problem.with_details(json!({ "fields": fields }));
    }
    problem
}

/// Renders problems as pages for whoever reads HTML; everybody else gets JSON.
pub fn problem_page(app: App) -> ProblemPage {
    Arc::new(move |problem, asked| {
        let reads_html = asked.header(&ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        if !reads_html || asked.uri.path().starts_with("/api/") {
            return None;
        }
        let page = error_page(&app, problem, asked);
        page.render().ok().map(|html| (problem.status, Html(html)).into_response())
    })
}

/// The language of a page: what the address asks for, then the one chosen last, then the browser's.
fn lang_of(app: &App, asked: &Asked) -> Lang {
    let query = Params::decode(asked.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let cookies = Cookies::from_headers(&asked.headers);
    let chosen = query.get("ui_locales").ok().flatten();
    Lang::negotiate(&[chosen, app.jar.get(&cookies, LANGUAGE), asked.header(&ACCEPT_LANGUAGE)])
}

fn error_page(app: &App, problem: &HttpProblem, asked: &Asked) -> ErrorPage {
    let lang = lang_of(app, asked);
    let page = Page {
        lang,
        dev: app.is_dev(),
        trace_id: asked.trace_id.map(|trace| trace.to_string()).unwrap_or_default(),
        assets: App::assets(),
        ..Page::default()
    };
    let kind = match (problem.code, problem.status) {
        ("CLIENT_UNAVAILABLE", _) => Problem::ClientGone,
        ("SIGN_IN_EXPIRED", _) => Problem::SignInExpired,
        ("FORM_EXPIRED", _) => Problem::FormExpired,
        ("CROSS_SITE", _) => Problem::CrossSite,
        ("COOKIES_MISSING", _) => Problem::CookiesMissing,
        ("LINK_EXPIRED", _) => Problem::LinkExpired,
        (_, StatusCode::NOT_FOUND) => Problem::NotFound,
        (_, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED) => Problem::NotAllowed,
        (_, StatusCode::TOO_MANY_REQUESTS) => Problem::TooManyRequests,
        (_, status) if status.is_server_error() => Problem::Internal,
        _ => Problem::BadRequest,
    };
    let details = (kind == Problem::BadRequest).then(|| problem.message.clone().into_owned());
    let time = lang.date_time(app.usher.now().0);
    let here = asked.uri.path_and_query().map_or(urls::HOME, |address| address.as_str());
    let ways = ways(lang, kind, problem, here);
    ErrorPage { page, problem: kind, code: None, details, time, mismatch: None, ways }
}

//! Nobody is in: what happened at the provider, and what to do about it.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::domain::provider::ProviderId;
use crate::flows::upstream::{Errand, Refusal, UpstreamFault};
use crate::upstream::UpstreamError;
use crate::web::extract::visitor::Visitor;
use crate::web::pages::UpstreamTrouble;
use crate::web::problem::HttpProblem;
use crate::web::show;
use crate::web::state::App;
use crate::web::urls;

/// Status and code of a fault, for whoever asked for no page.
pub(super) fn problem(fault: &UpstreamFault) -> HttpProblem {
    let (status, code) = match fault {
        UpstreamFault::Upstream(UpstreamError::Unavailable(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "PROVIDER_UNAVAILABLE")
        }
        UpstreamFault::Upstream(UpstreamError::Denied) => (StatusCode::FORBIDDEN, "PROVIDER_DENIED"),
        UpstreamFault::Upstream(UpstreamError::NotAllowed(_)) => (StatusCode::FORBIDDEN, "PROVIDER_NOT_ALLOWED"),
        UpstreamFault::Upstream(UpstreamError::Replayed | UpstreamError::StateMismatch)
        | UpstreamFault::Refused(Refusal::Over) => (StatusCode::BAD_REQUEST, "SIGN_IN_EXPIRED"),
        UpstreamFault::Upstream(_) => (StatusCode::BAD_GATEWAY, "PROVIDER_MISBEHAVED"),
        UpstreamFault::Refused(Refusal::Taken | Refusal::Lately) => (StatusCode::CONFLICT, "IDENTITY_TAKEN"),
        UpstreamFault::Refused(_) => (StatusCode::FORBIDDEN, "IDENTITY_REFUSED"),
        UpstreamFault::UnknownProvider => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        UpstreamFault::Flow(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    };
    HttpProblem::new(status, code, fault.to_string())
}

/// The end of the keys of a fault's sentences.
const fn word(fault: &UpstreamFault) -> &'static str {
    match fault {
        UpstreamFault::Upstream(error) => match error {
            UpstreamError::Denied => "denied",
            UpstreamError::Unavailable(_) => "unavailable",
            UpstreamError::NotAllowed(_) => "not-allowed",
            UpstreamError::Replayed | UpstreamError::StateMismatch => "over",
            _ => "misbehaved",
        },
        UpstreamFault::Refused(refusal) => match refusal {
            Refusal::Taken => "taken",
            Refusal::Disabled => "disabled",
            Refusal::Over => "over",
            Refusal::Lately => "lately",
            Refusal::Closed => "closed",
        },
        UpstreamFault::UnknownProvider | UpstreamFault::Flow(_) => "misbehaved",
    }
}

/// The page of a fault, with the way to try again and the other ways in.
pub async fn trouble(
    app: &App,
    visitor: Visitor,
    provider: &ProviderId,
    fault: UpstreamFault,
    errand: Option<Errand>,
) -> Result<Response, HttpProblem> {
    if matches!(fault, UpstreamFault::UnknownProvider | UpstreamFault::Flow(_)) {
        return Err(fault.into());
    }
    let offered = app.usher.offered_providers().await?;
    let name = offered.into_iter().find(|one| one.id == *provider).map_or_else(|| provider.to_string(), |one| one.name);
    let (retry_url, other_url) = match &errand {
        Some(Errand::Link { .. }) => (None, urls::IDENTITIES.to_owned()),
        Some(Errand::SignIn { interaction: Some(sealed), .. }) => {
            let start = urls::with(&urls::upstream_start(provider), "interaction", sealed);
            (Some(start), urls::with(urls::LOGIN, "interaction", sealed))
        }
        _ => (Some(urls::upstream_start(provider)), urls::LOGIN.to_owned()),
    };
    let retry_url = retry_url.filter(|_| !matches!(fault, UpstreamFault::Refused(refusal) if refusal != Refusal::Over));
    let problem = problem(&fault);
    let page = visitor.page(visitor.lang(None, None));
    let view = UpstreamTrouble { page, provider: name, word: word(&fault), code: problem.code, retry_url, other_url };
    let body = show::html(&view)?;
    Ok(visitor.reply((problem.status, body).into_response()))
}

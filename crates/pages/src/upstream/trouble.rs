//! The error page of a sign-in with a provider: what happened, and what to do.

use axum::response::{IntoResponse as _, Response};
use usher_page_kit::kit::html;

use crate::show;
use crate::views::{UpstreamTrouble, UpstreamTroubleKind};
use usher_accounts::upstream::UpstreamError;
use usher_accounts::upstream::{Refusal, UpstreamFault, UpstreamIntent};
use usher_domain::provider::ProviderId;
use usher_domain::urls::{self, UpstreamUrls};
use usher_http_server::error::of_upstream;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::views::Form;
use usher_page_kit::visitor_pages::VisitorPages as _;

/// The error for the page.
const fn kind_of(fault: &UpstreamFault) -> UpstreamTroubleKind {
    match fault {
        UpstreamFault::Upstream(error) => match error {
            UpstreamError::Denied => UpstreamTroubleKind::Denied,
            UpstreamError::Unavailable(_) => UpstreamTroubleKind::Unavailable,
            UpstreamError::NotAllowed(_) => UpstreamTroubleKind::NotAllowed,
            UpstreamError::Replayed | UpstreamError::StateMismatch | UpstreamError::Malformed(_) => {
                UpstreamTroubleKind::Over
            }
            _ => UpstreamTroubleKind::Misbehaved,
        },
        UpstreamFault::Rejected(refusal) => match refusal {
            Refusal::Taken => UpstreamTroubleKind::Taken,
            Refusal::Disabled => UpstreamTroubleKind::Disabled,
            Refusal::Over => UpstreamTroubleKind::Over,
            Refusal::Lately => UpstreamTroubleKind::Lately,
            Refusal::Closed => UpstreamTroubleKind::Closed,
            Refusal::SignUpClosed => UpstreamTroubleKind::SignUpClosed,
            Refusal::NotOffered => UpstreamTroubleKind::NotOffered,
            Refusal::Domain => UpstreamTroubleKind::Domain,
        },
        UpstreamFault::UnknownProvider => UpstreamTroubleKind::Gone,
        UpstreamFault::Flow(_) => UpstreamTroubleKind::Misbehaved,
    }
}

/// The error page, with links to try again and to other sign-in methods.
pub async fn trouble(
    app: &App,
    mut visitor: Visitor,
    provider: &ProviderId,
    fault: UpstreamFault,
    intent: Option<UpstreamIntent>,
) -> Result<Response, HttpProblem> {
    let gone = matches!(fault, UpstreamFault::UnknownProvider);
    if matches!(fault, UpstreamFault::Flow(_)) || gone && intent.is_none() {
        return Err(fault.into());
    }
    let offered = app.usher.providers.offered_providers().await?;
    let name = offered.into_iter().find(|one| one.id == *provider).map_or_else(|| provider.to_string(), |one| one.name);
    let (retry_url, other_url) = match &intent {
        Some(UpstreamIntent::Link { .. }) => (None, urls::IDENTITIES.to_owned()),
        Some(UpstreamIntent::SignIn { interaction: Some(sealed), .. }) => {
            let start = urls::with(&UpstreamUrls::of(provider).start(), "interaction", sealed);
            (Some(start), urls::with(urls::LOGIN, "interaction", sealed))
        }
        Some(UpstreamIntent::SignIn { interaction: None, next }) => {
            let start = urls::with(&UpstreamUrls::of(provider).start(), "next", next);
            (Some(start), urls::on_the_way(urls::LOGIN, None, Some(next)))
        }
        None => (Some(UpstreamUrls::of(provider).start()), urls::LOGIN.to_owned()),
    };
    let over = matches!(fault, UpstreamFault::Rejected(refusal) if refusal != Refusal::Over);
    let retry_url = retry_url.filter(|_| !over && !gone);
    let problem = of_upstream(&fault);
    let trouble = kind_of(&fault);
    let leave = match intent.as_ref().and_then(UpstreamIntent::interaction) {
        Some(sealed) if trouble.is_of_project() => leave_form(app, &mut visitor, sealed).await?,
        _ => None,
    };
    let page = visitor.page(visitor.lang(None, None));
    let view = UpstreamTrouble { page, provider: name, trouble, code: problem.code, retry_url, other_url, leave };
    let body = html(&view)?;
    Ok(visitor.reply((problem.status, body).into_response()))
}

/// The form that goes back to the client, and its name; `None` if its request has expired.
async fn leave_form(app: &App, visitor: &mut Visitor, sealed: &str) -> Result<Option<(Form, String)>, HttpProblem> {
    let Some(request) = show::interaction(app, Some(sealed), visitor).ok().flatten() else { return Ok(None) };
    let client = app.usher.authorizations.client_of(&request).await?;
    visitor.show_brand_of(client.project_id).await;
    let form = Form::of_sign_in(urls::LEAVE_SIGN_IN, sealed, visitor.form_token());
    Ok(Some((form, client.metadata.client_name.clone())))
}

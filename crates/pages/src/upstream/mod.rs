//! Signing in with providers: start, callback, questions, and events of providers.

pub mod ask;
pub mod callback;
pub mod provider_events;
pub mod start;
mod trouble;

use axum::response::Response;

use super::show;
use usher_accounts::upstream::{CallbackOutcome, UpstreamIntent};
use usher_domain::urls;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::visitor_pages::VisitorPages as _;

pub(super) use trouble::trouble;

/// Continues after the callback.
async fn continue_after(app: &App, visitor: Visitor, came: CallbackOutcome) -> Result<Response, HttpProblem> {
    match came {
        CallbackOutcome::Ask(question) => Ok(visitor.redirect(&urls::upstream_ask(question))),
        CallbackOutcome::Linked => Ok(visitor.redirect(&urls::with(urls::IDENTITIES, "done", "linked"))),
        CallbackOutcome::Reauthenticate => Ok(visitor.redirect(&urls::login_to_repeat(urls::IDENTITIES))),
        CallbackOutcome::SignedIn { signed_in, intent } => {
            let (interaction, next) = match intent {
                UpstreamIntent::SignIn { interaction, next } => (interaction, next),
                UpstreamIntent::Link { .. } => (None, urls::IDENTITIES.to_owned()),
            };
            // If the client's request has expired meanwhile, the user is signed in all the same.
            let interaction = show::interaction(app, interaction.as_deref(), &visitor).ok().flatten();
            show::arrived(app, visitor, signed_in, interaction, &next).await
        }
    }
}

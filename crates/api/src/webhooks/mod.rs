//! Webhooks of a project and their deliveries.

mod deliveries;
mod manage;
mod views;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiResult;
use super::caller::AuthenticatedCaller;
use usher_domain::event::webhook::Webhook;
use usher_flows::Right;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::create))
        .routes(routes!(manage::get, manage::update, manage::delete))
        .routes(routes!(manage::rotate))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::get))
        .routes(routes!(deliveries::redeliver))
        .routes(routes!(deliveries::redeliver_failed))
}

/// The webhook with this id, if the caller has the right.
async fn named(
    app: &App,
    calling: &AuthenticatedCaller,
    project: &str,
    webhook: &str,
    right: Right,
) -> ApiResult<Webhook> {
    let project = calling.project(project, right).await?;
    // A malformed id belongs to no webhook.
    let id = webhook.parse().map_err(|_| HttpProblem::unknown("webhook"))?;
    Ok(app.usher.webhooks.load_webhook(project.id, id).await?)
}

//! Operations for administrators, over all projects, and on the server itself.
//!
//! Only for administrators who are signed in themselves: tokens of projects and machines are rejected.

mod audit;
mod keys;
mod nouns;
mod providers;
mod stats;
mod users;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use usher_http_server::state::App;

/// Every route of this part.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(nouns::projects))
        .routes(routes!(nouns::clients))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::get, users::patch, users::delete))
        .routes(routes!(users::disable))
        .routes(routes!(users::enable))
        .routes(routes!(users::sessions))
        .routes(routes!(users::revoke))
        .routes(routes!(keys::keys))
        .routes(routes!(keys::rotate_keys))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(providers::providers))
        .routes(routes!(providers::test_provider))
        .routes(routes!(audit::list))
        .routes(routes!(stats::get))
}

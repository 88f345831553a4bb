//! The live feed, `usher.sync.v1`: what local modules need to reject revoked tokens.
//!
//! A subscriber fetches the snapshot, then opens a WebSocket or polls; one that falls too far behind must start over.
//! The project is that of the credential: no URL names one, so that no subscriber can ask for another project.

mod audience;
mod events;
mod follower;
mod module;
mod seen;
mod snapshot;
mod socket;
mod ticket;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use usher_http_server::state::App;

/// Every route of the feed.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(snapshot::get))
        .routes(routes!(events::get))
        .routes(routes!(socket::get))
        .routes(routes!(ticket::post))
        .routes(routes!(seen::post))
        .routes(routes!(audience::get))
}

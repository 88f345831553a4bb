//! The live feed, `usher.sync.v1`: what a local module must know to turn away what was revoked.
//!
//! Snapshot first, then either a socket or a question now and then; whoever falls too far behind is told to start anew.
//! The project is that of the credential: no address names one, so nobody can ask for another's.

mod audience;
mod events;
mod follower;
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

//! The session API: sign-in, registration, recovery and sessions, for an application's own pages.
//!
//! It has no rules of its own: each operation calls the use case that the pages call.

mod answer;
mod arriving;
mod email;
mod login;
mod logout;
mod password;
mod person;
mod refresh;
mod register;
mod sessions;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use person::UserCaller;

use usher_http_server::state::App;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::post))
        .routes(routes!(email::verify))
        .routes(routes!(login::post))
        .routes(routes!(logout::post))
        .routes(routes!(refresh::post))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::delete))
        .routes(routes!(password::change))
        .routes(routes!(password::forgot))
        .routes(routes!(password::reset))
}

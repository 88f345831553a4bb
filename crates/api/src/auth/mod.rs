//! The session API: what the pages of sign-in, registration, recovery and sessions do, for front ends of the house's own.
//!
//! No rule is written here: every operation is a verb that the pages use as well.

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

pub use person::Person;

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

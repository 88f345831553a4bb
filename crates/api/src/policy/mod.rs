//! Access rules: the published bundle, the draft, publications, role assignments and decisions.

mod assignments;
mod authorize;
mod bundle;
mod draft;
mod history;
mod shapes;
mod simulate;
mod tag;

use axum::Extension;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use usher_flows::api::Caller;
use usher_http_server::layers::limits::BodyLimit;
use usher_http_server::state::App;
use usher_policy::limits::DOCUMENT_BYTES;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    let documents = OpenApiRouter::new()
        .routes(routes!(draft::get, draft::put))
        .routes(routes!(draft::validate))
        .layer(Extension(BodyLimit(DOCUMENT_BYTES)));
    documents
        .routes(routes!(bundle::get))
        .routes(routes!(draft::diff))
        .routes(routes!(history::publish))
        .routes(routes!(history::list))
        .routes(routes!(history::get))
        .routes(routes!(history::roll_back))
        .routes(routes!(assignments::roles))
        .routes(routes!(assignments::list, assignments::post))
        .routes(routes!(assignments::delete))
        .routes(routes!(simulate::post))
        .routes(routes!(authorize::post))
}

/// The caller's name in the history.
fn name_of(caller: &Caller) -> String {
    match caller {
        Caller::Project(_) | Caller::FormerToken(_) => "project token".to_owned(),
        Caller::Client { client, .. } => format!("client {}", client.id),
        Caller::Person(account) => format!("user {}", account.user.sub.0),
    }
}

//! `/openapi.json`: the API as `OpenAPI` 3.1, generated from the handlers.

mod examples;
mod shared;

use std::sync::OnceLock;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, Info, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema as _, ToSchema};

use crate::oidc::json_document::JsonDocument;
use usher_domain::urls;
use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::state::App;

/// Seconds for which the document may be cached.
const MAX_AGE: u32 = 300;

/// Every error of the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The error.
    pub error: ProblemBody,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// A stable code for programs: see docs/errors.md.
    #[schema(example = "NOT_FOUND")]
    pub code: String,
    /// One sentence for people.
    #[schema(example = "There is no such project.")]
    pub message: String,
    /// More for programs: `{"fields":{"NAME":"why it is invalid"}}` if input was rejected.
    pub details: Option<Value>,
    /// The id to quote to support; also in the header `X-Trace-Id`.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: Option<String>,
}

/// Every error of the API, for clients that accept `application/problem+json` (RFC 9457 §3).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDetails {
    /// Always `about:blank`; see `code`.
    pub r#type: String,
    /// The reason phrase of the status.
    pub title: Option<String>,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// One sentence for people.
    pub detail: String,
    /// A stable code for programs: see docs/errors.md.
    pub code: String,
    /// More for programs, as in `ProblemBody`.
    pub details: Option<Value>,
    /// The id to quote to support; also in the header `X-Trace-Id`.
    pub trace_id: Option<String>,
}

/// The resources of the API, in the order of the document.
const TAGS: [(&str, &str); 9] = [
    ("session", "Sign-in, sign-out and the profile of the caller: for first-party front ends."),
    ("projects", "Projects, their members, their token and their history."),
    ("clients", "The OAuth clients of a project."),
    ("apis", "The APIs (resource servers) of a project: what access tokens are issued for."),
    ("users", "The people who have used a project's clients."),
    ("policy", "Access rules: draft, publication, roles, decisions."),
    ("sync", "The live feed `usher.sync.v1`, for local modules."),
    ("webhooks", "Webhooks of a project and their deliveries."),
    ("admin", "All projects and users of the installation, for administrators only."),
];

/// The document before its paths are added.
pub fn frame() -> OpenApi {
    let info = Info::builder().title("Usher").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Sessions, projects, access rules and the live feed. Errors have the form of `Problem`, or of `ProblemDetails` \
         if the request accepts `application/problem+json`. Lists are paginated by `cursor`. Times are seconds since \
         the epoch. Unknown query parameters are refused with 400 `PARAMETER_UNKNOWN`. In addition to the responses of \
         each operation, every path may answer 405 (method not allowed), 414 (URL too long) and 431 (headers too \
         large).",
    ));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A project's token, an access token of a machine (scope `usher:sync` or `usher:project`), or an access token of \
         a session.",
    ));
    let cookie = ApiKeyValue::with_description("usher", "The session of a browser (`__Host-usher` over https).");
    let components = Components::builder()
        .schema("Problem", Problem::schema())
        .schema("ProblemBody", ProblemBody::schema())
        .schema("ProblemDetails", ProblemDetails::schema())
        .security_scheme("token", SecurityScheme::Http(bearer.build()))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let tags = TAGS.map(|(name, words)| TagBuilder::new().name(name).description(Some(words)).build());
    OpenApiBuilder::new().info(info.build()).components(Some(components.build())).tags(Some(tags)).build()
}

/// The document in JSON, with the parts that operations share.
pub fn whole(document: &OpenApi) -> Value {
    shared::finish(serde_json::to_value(document).unwrap_or_default())
}

/// Serves the document, with the issuer as its server.
pub fn routes(document: &OpenApi, app: &App) -> Router<App> {
    // Everything but the server URL is the same for every instance in a process.
    static SHARED: OnceLock<Value> = OnceLock::new();
    let mut whole = SHARED.get_or_init(|| whole(document)).clone();
    whole["servers"] = json!([{ "url": app.usher.core.issuer() }]);
    let document = JsonDocument::tagged(Bytes::from(whole.to_string()), MAX_AGE);
    let answer = move |headers: HeaderMap| {
        let document = document.clone();
        async move { document.answer(&headers) }
    };
    cors::wrap(Router::new().route(urls::OPENAPI, get(answer)), Cors::public())
}

/// The errors that most operations share.
#[derive(utoipa::IntoResponses)]
pub enum Refusals {
    /// The request is malformed, or a parameter is invalid
    #[response(status = 400)]
    Unreadable(Problem),
    /// The caller is not authenticated
    #[response(status = 401)]
    Nobody(Problem),
    /// The caller may see the resource but not do this
    #[response(status = 403)]
    NotAllowed(Problem),
    /// The resource does not exist for this caller
    #[response(status = 404)]
    Unknown(Problem),
}

/// The errors that most operations with a body share.
#[derive(utoipa::IntoResponses)]
pub enum BodyRefusals {
    /// The current state does not allow it
    #[response(status = 409)]
    Conflict(Problem),
    /// The body is too large
    #[response(status = 413)]
    TooLarge(Problem),
    /// The body is not JSON
    #[response(status = 415)]
    NotJson(Problem),
    /// The body is invalid
    #[response(status = 422)]
    Invalid(Problem),
}

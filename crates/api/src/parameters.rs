//! Rejects query parameters that an operation does not take, by name.
//!
//! A misspelt filter would otherwise be no filter at all: `/admin/users?q=una` would list everybody. The allowed
//! parameters come from the `OpenAPI` document, so that each is declared in one place.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::ApiResult;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// How much of an unknown name the error repeats, in characters.
const LONGEST_NAME: usize = 64;

/// The query parameters of every operation, by method and path template.
type KnownParameters = HashMap<(Method, String), BTreeSet<String>>;

/// Rejects unknown query parameters on every route of `router`.
pub fn wrap(router: Router<App>, document: &OpenApi) -> Router<App> {
    router.layer(from_fn_with_state(Arc::new(known(document)), check))
}

fn known(document: &OpenApi) -> KnownParameters {
    let document = serde_json::to_value(document).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.filter_map(move |(method, operation)| {
            Some(((method.to_uppercase().parse().ok()?, path.clone()), query_names(operation)))
        })
    });
    operations.collect()
}

fn query_names(operation: &Value) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let queries = parameters.filter(|parameter| parameter["in"] == "query");
    queries.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
}

async fn check(State(known): State<Arc<KnownParameters>>, request: Request, next: Next) -> Response {
    match refuse_unknown(&known, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn refuse_unknown(known: &KnownParameters, request: &Request) -> ApiResult<()> {
    let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(()) };
    let Some(path) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
    // The GET operation handles HEAD.
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let Some(names) = known.get(&(method, path.as_str().to_owned())) else { return Ok(()) };
    let params = Params::decode(query.as_bytes())?;
    let unknown: Vec<&str> = params.iter().map(|(name, _)| name).filter(|name| !names.contains(*name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(problem(&unknown, names)) }
}

fn problem(unknown: &[&str], known: &BTreeSet<String>) -> HttpProblem {
    let unknown: BTreeSet<String> = unknown.iter().map(|name| name.chars().take(LONGEST_NAME).collect()).collect();
    let taken = if known.is_empty() {
        "this operation takes no query parameters".to_owned()
    } else {
        format!("this operation takes {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let named = unknown.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let fields: Map<String, Value> = unknown.into_iter().map(|name| (name, taken.clone().into())).collect();
    let message = format!("Unknown query parameters: {named}; {taken}.");
    HttpProblem::new(StatusCode::BAD_REQUEST, "PARAMETER_UNKNOWN", message).with_details(json!({ "fields": fields }))
}

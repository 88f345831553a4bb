//! `Idempotency-Key`: a POST repeated by the same caller with the same key is executed once and gets the same response.
//!
//! For operations that create something. Operations that begin or end a session ignore the key, because their response
//! must not be sent twice; so do decisions of `AuthZEN`, because an old one may be wrong. Stored responses never contain
//! cookies.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use super::ApiResult;
use super::caller::AuthenticatedCaller;
use usher_domain::urls;
use usher_flows::api::{FirstTime, Repeat};
use usher_http_server::extract::body;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::layers::limits::BodyLimit;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::EventOrigin;

/// The request header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks a response that was sent before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The longest key.
const LONGEST: usize = 255;
/// The largest body that is hashed here. The route's own limit still applies.
const LARGEST: BodyLimit = BodyLimit(1024 * 1024);
/// The headers of a response that are stored, with its status and body.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, LOCATION, ETAG];
/// Operations that begin, renew or end a session.
const NOT_FOR: [&str; 5] = ["login", "logout", "refresh", "verify-email", "change-password"];

/// A stored response.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Makes every POST of `router` idempotent.
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), once))
}

/// Does a POST to this path support the key?
pub fn covers(path: &str) -> bool {
    !path.starts_with(urls::ACCESS) && !path.strip_prefix("/api/v1/auth/").is_some_and(|name| NOT_FOR.contains(&name))
}

async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let repeats = request.method() == Method::POST && covers(request.uri().path());
    if !repeats || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    run(&app, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn run(app: &App, request: Request, next: Next) -> ApiResult<Response> {
    let key = read_key(&request)?;
    let (mut parts, body) = request.into_parts();
    let Ok(caller) = who(app, &mut parts).await else {
        // The caller is not authenticated: the route responds with 401.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let bytes = whole(&parts, body).await?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let content = [parts.method.as_str().as_bytes(), target.as_bytes(), media_type(&parts), &bytes];
    match app
        .usher
        .idempotent_requests
        .begin_once(caller.as_ref().map(|calling| &calling.caller), &visitor.device, &key, &content)
        .await?
    {
        Repeat::First(first) => do_it(app, first, Request::from_parts(parts, Body::from(bytes)), next).await,
        Repeat::Answered(kept) => replay(&kept),
        Repeat::Running => {
            let words = "The same request is being worked on at this moment.";
            let problem = HttpProblem::new(StatusCode::CONFLICT, "IDEMPOTENCY_IN_PROGRESS", words);
            Err(HttpProblem { retry_after: Some(1), ..problem })
        }
        Repeat::Mismatch => {
            let words = "This Idempotency-Key came before, with another request.";
            Err(HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_MISMATCH", words))
        }
    }
}

/// The caller; `None` if the request has no credentials, as registration does.
async fn who(app: &App, parts: &mut Parts) -> ApiResult<Option<AuthenticatedCaller>> {
    let claims = parts.headers.contains_key(axum::http::header::AUTHORIZATION);
    match AuthenticatedCaller::from_request_parts(parts, app).await {
        Ok(calling) => Ok(Some(calling)),
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED && !claims => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Executes the request, to its end even if the client disconnects, and stores a successful response.
async fn do_it(app: &App, first: FirstTime, request: Request, next: Next) -> ApiResult<Response> {
    let app = app.clone();
    let work = async move {
        let response = next.run(request).await;
        if !response.status().is_success() {
            app.usher.idempotent_requests.finish_once(first, None).await?;
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|_| HttpProblem::internal())?.to_bytes();
        let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
        let headers = KEPT.iter().filter_map(text).collect();
        let kept = StoredResponse { status: parts.status.as_u16(), headers, body: bytes.to_vec() };
        let kept = serde_json::to_vec(&kept).map_err(|_| HttpProblem::internal())?;
        app.usher.idempotent_requests.finish_once(first, Some(&kept)).await?;
        Ok(Response::from_parts(parts, Body::from(bytes)))
    };
    match tokio::spawn(EventOrigin::current().run(work.in_current_span())).await {
        Ok(answer) => answer,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(HttpProblem::internal()),
        },
    }
}

fn replay(kept: &[u8]) -> ApiResult<Response> {
    let kept: StoredResponse = serde_json::from_slice(kept).map_err(|_| HttpProblem::internal())?;
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(|_| HttpProblem::internal())?;
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// The key: one header, 1 to 255 visible characters.
fn read_key(request: &Request) -> ApiResult<String> {
    let mut values = request.headers().get_all(KEY).iter();
    let fits = |key: &&str| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let only = (values.next().and_then(|value| value.to_str().ok()).filter(fits), values.next());
    if let (Some(key), None) = only {
        return Ok(key.to_owned());
    }
    let words = "Idempotency-Key must come once and have 1 to 255 visible characters.";
    Err(HttpProblem::new(StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_INVALID", words))
}

async fn whole(parts: &Parts, body: Body) -> ApiResult<Bytes> {
    let mut request = Request::new(body);
    *request.headers_mut() = parts.headers.clone();
    request.extensions_mut().insert(LARGEST);
    body::read(request).await
}

fn media_type(parts: &Parts) -> &[u8] {
    parts.headers.get(CONTENT_TYPE).map_or(b"", HeaderValue::as_bytes)
}

//! The flight recorder: what the last requests of a client did, step by step.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::clients::of_project;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Refusals;
use usher_domain::oauth::attempt::diagnosis::spec_url;
use usher_domain::oauth::attempt::fix::{AttemptFix, fix_of};
use usher_domain::oauth::attempt::{AttemptStep, ClientAttempt, StepResult};
use usher_domain::oauth::client::Client;
use usher_flows::Right;
use usher_flows::attempts::AttemptFilter;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The result of one step of an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptStepView {
    /// The step.
    #[schema(example = "redirect_uri")]
    pub step: &'static str,
    /// `passed`, `failed` or `not_reached`.
    #[schema(example = "failed")]
    pub result: &'static str,
}

/// A change of the client's registration that mends an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptFixView {
    /// `register_redirect_uri`, `register_post_logout_redirect_uri`, `allow_grant_type`, `add_scope`,
    /// `allow_auth_method` or `enable_client`.
    #[schema(example = "register_redirect_uri")]
    pub change: &'static str,
    /// What is registered or allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://shop.example/callback")]
    pub value: Option<String>,
}

/// The section of a specification that a step follows.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecSectionView {
    /// Its name.
    #[schema(example = "RFC 9700 §2.1")]
    pub name: String,
    /// Where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.rfc-editor.org/rfc/rfc9700#section-2.1")]
    pub url: Option<String>,
}

/// One request of a client. Of secrets, codes and tokens it says only that they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientAttemptView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000dd")]
    pub id: String,
    /// When it was made, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub at: i64,
    /// The endpoint: `authorize`, `token`, `par`, `device`, `ciba` or `logout`.
    #[schema(example = "authorize")]
    pub kind: &'static str,
    /// `succeeded` or `failed`.
    #[schema(example = "failed")]
    pub outcome: &'static str,
    /// The trace id of the request, which is also in its response and in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: Option<String>,
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "invalid_request")]
    pub error: Option<String>,
    /// The exact reason, which responses in production do not contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "the redirect_uri is not registered")]
    pub reason: Option<String>,
    /// The step that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "redirect_uri")]
    pub failed_step: Option<&'static str>,
    /// The section of the specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<SpecSectionView>,
    /// The change that mends it, if there is one and it was not made since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<AttemptFixView>,
    /// The steps in order.
    pub steps: Vec<AttemptStepView>,
    /// The parameters as the server read them.
    #[schema(example = json!({"redirect_uri": "https://shop.example/callbak", "state": "present, 22 characters"}))]
    pub sent: BTreeMap<String, String>,
    /// What the failed step compared with.
    #[schema(example = json!({"redirect_uri": ["https://shop.example/callback"]}))]
    pub registered: BTreeMap<String, Vec<String>>,
    /// The granted scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "openid email")]
    pub scope: Option<String>,
    /// The names of the claims in the ID token.
    #[schema(example = json!([]))]
    pub claims: Vec<String>,
    /// By how many seconds the clock of the client is ahead of the server's, if the request stated a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = -312)]
    pub clock_ahead_seconds: Option<i64>,
}

/// A page of the attempts of a client.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptList {
    #[serde(flatten)]
    pub page: List<ClientAttemptView>,
    /// How many attempts of all clients were not recorded, because the server was busy.
    #[schema(example = 0)]
    pub lost: u64,
}

impl ClientAttemptView {
    fn of(attempt: ClientAttempt, client: &Client) -> Self {
        let fix = fix_of(&attempt, client)
            .map(|fix: AttemptFix| AttemptFixView { change: fix.as_str(), value: fix.value().map(str::to_owned) });
        let steps = attempt.steps().into_iter();
        let steps = steps.map(|(step, result): (AttemptStep, StepResult)| AttemptStepView {
            step: step.as_str(),
            result: result.as_str(),
        });
        let steps = steps.collect();
        let outcome = if attempt.is_success() { "succeeded" } else { "failed" };
        Self {
            id: attempt.id.to_string(),
            at: attempt.at.0,
            kind: attempt.kind.as_str(),
            outcome,
            trace_id: attempt.trace_id,
            error: attempt.error,
            reason: attempt.reason,
            failed_step: attempt.failed_step.map(AttemptStep::as_str),
            spec: attempt.spec.map(|name| SpecSectionView { url: spec_url(&name), name }),
            fix,
            steps,
            sent: attempt.detail.sent,
            registered: attempt.detail.registered,
            scope: attempt.detail.scope,
            claims: attempt.detail.claims,
            clock_ahead_seconds: attempt.detail.clock_ahead,
        }
    }
}

/// List the last attempts of a client.
///
/// Newest first: 200 at most, kept for `attempts.kept` (a week).
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/clients/{client}/attempts", tag = "clients", operation_id = "list_attempts",
    params(
        ("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id"),
        ListParams,
        ("outcome" = Option<String>, Query, description = "`succeeded` or `failed` alone"),
        ("trace_id" = Option<String>, Query, description = "Those of the request with this trace id alone"),
    ),
    responses((status = 200, description = "A page of them", body = AttemptList), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client)): Path<(String, String)>,
    query: QueryParams,
) -> ApiResult<Json<AttemptList>> {
    let project = calling.project(&id, Right::View).await?;
    let client = of_project(&app, &project, &client).await?;
    let (wanted, filter) = (PageRequest::read(&query)?, read_filter(&query)?);
    let page = app.usher.attempts.list_attempts(&client.id, &filter, wanted.after, wanted.size).await?;
    let page = List::of(page, |attempt| ClientAttemptView::of(attempt, &client));
    Ok(Json(AttemptList { page, lost: app.usher.attempts.lost_attempts().await? }))
}

/// Show an attempt of a client.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/clients/{client}/attempts/{attempt}", tag = "clients",
    operation_id = "get_attempt",
    params(
        ("id" = String, Path, description = "The project's id"), ("client" = String, Path, description = "Its id"),
        ("attempt" = String, Path, description = "The attempt's id"),
    ),
    responses((status = 200, description = "The attempt", body = ClientAttemptView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, client, attempt)): Path<(String, String, String)>,
) -> ApiResult<Json<ClientAttemptView>> {
    let project = calling.project(&id, Right::View).await?;
    let client = of_project(&app, &project, &client).await?;
    let attempt = app.usher.attempts.load_attempt(&client.id, &attempt).await?;
    Ok(Json(ClientAttemptView::of(attempt, &client)))
}

fn read_filter(QueryParams(params): &QueryParams) -> ApiResult<AttemptFilter> {
    let one = |name| params.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let succeeded = match one("outcome")? {
        None => None,
        Some("succeeded") => Some(true),
        Some("failed") => Some(false),
        Some(_) => return Err(HttpProblem::parameter("outcome", "it is succeeded or failed")),
    };
    let trace_id = one("trace_id")?.map(str::to_owned);
    if trace_id.as_deref().is_some_and(|id| id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(HttpProblem::parameter("trace_id", "it is 32 hexadecimal digits"));
    }
    Ok(AttemptFilter { trace_id: trace_id.map(|id| id.to_ascii_lowercase()), succeeded })
}

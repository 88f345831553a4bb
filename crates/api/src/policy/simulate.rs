//! Simulation of access rules for a subject.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::assignments::SubjectKind;
use super::shapes::Simulation;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_flows::{Right, SimulatedRoute};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;
use usher_policy::value::Attributes;

/// The subject and an optional request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulateRequest {
    /// The subject.
    pub subject: SimulatedSubject,
    /// A request to match the routes against.
    #[serde(default)]
    pub request: Option<TriedRequest>,
}

/// The subject of a simulation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulatedSubject {
    /// `user` or `client`.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// The `sub` of the user, or the `client_id`.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub id: String,
    /// Attributes other than `id` and `roles`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"teams": ["north"]}))]
    pub properties: Attributes,
}

/// A simulated request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedRequest {
    /// Its method.
    #[schema(example = "GET")]
    pub method: String,
    /// Its path.
    #[schema(example = "/orders/42")]
    pub path: String,
}

/// Simulate the access of a subject.
///
/// For every permission and every route, with reasons. No resource is loaded, so that rules about resources are
/// `conditional`.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/policy/simulate", tag = "policy", operation_id = "simulate_policy",
    params(("id" = String, Path, description = "The project's id")),
    request_body = SimulateRequest,
    responses(
        (status = 200, description = "What they would meet", body = Simulation),
        (status = 400, description = "The body does not fit", body = Problem),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller, or nothing is published", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn post(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<SimulateRequest>,
) -> ApiResult<Json<Value>> {
    let project = calling.project(&id, Right::View).await?.id;
    let subject = asked.subject.kind.named(asked.subject.id);
    let tried = asked.request.as_ref().map(|tried| (tried.method.as_str(), tried.path.as_str()));
    let met = app.usher.policies.simulate(project, subject, asked.subject.properties, tried).await?;
    Ok(Json(json!({
        "revision": met.revision,
        "roles": met.held.roles,
        "active": met.held.active,
        "permissions": met.permissions,
        "routes": met.routes.iter().map(route).collect::<Vec<_>>(),
        "matched": met.matched.as_ref().map(route),
    })))
}

fn route(met: &SimulatedRoute) -> Value {
    let passing = match &met.decision {
        Some(decision) => json!(decision.verdict),
        None if met.route.public => json!("public"),
        None => json!("auth"),
    };
    json!({ "route": met.route, "result": passing, "reasons": met.decision.as_ref().map(|decision| &decision.reasons) })
}

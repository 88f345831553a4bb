//! Authorization decisions, in the format of the `AuthZEN` Authorization API 1.0.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::assignments::SubjectKind;
use super::shapes::WeighedRule;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_flows::{DecisionRequest, Right};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;
use usher_policy::evaluate::Verdict;
use usher_policy::value::Attributes;

/// An authorization request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuthorizeRequest)]
pub struct DecisionRequestBody {
    /// The project. May be absent for tokens of a project or client, which belong to one.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub project: Option<String>,
    /// The subject.
    pub subject: AskedSubject,
    /// The action.
    pub action: AskedAction,
    /// The resource.
    pub resource: AskedResource,
    /// Attributes of the request.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"hour": 9}))]
    pub context: Attributes,
    /// The claims of the access token, `scope` as a list.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"acr": "aal1"}))]
    pub token: Attributes,
    /// Return every evaluated rule?
    #[serde(default)]
    pub explain: bool,
}

/// The subject of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedSubject {
    /// `user` or `client`.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// The `sub` of the user, or the `client_id`.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub id: String,
    /// Attributes other than `id` and `roles`, which Usher knows.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"teams": ["north"]}))]
    pub properties: Attributes,
}

/// The action of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedAction {
    /// Its name.
    #[schema(example = "update")]
    pub name: String,
}

/// The resource of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedResource {
    /// The entity type.
    #[serde(rename = "type")]
    #[schema(example = "Order")]
    pub kind: String,
    /// The id of the entity.
    #[serde(default)]
    #[schema(example = "42")]
    pub id: Option<String>,
    /// Attributes of the entity. Omit them if it was not loaded: conditions about it are then undecided.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"owner_id": "6Hq3P0b0TfmQ1x2y3z4w5A"}))]
    pub properties: Option<Attributes>,
}

/// The decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuthorizeAnswer {
    /// Is it allowed?
    pub decision: bool,
    /// Details.
    pub context: AnswerContext,
}

/// Details of a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerContext {
    /// `allow`, `deny`, or `conditional`: it depends on attributes of the resource, which were not given.
    #[schema(value_type = String, example = "allow")]
    pub result: Verdict,
    /// The revision of the rules; absent if none are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 43)]
    pub revision: Option<u64>,
    /// The roles that were used, if an explanation was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["editor"]))]
    pub roles: Option<Vec<String>>,
    /// Every evaluated rule, if an explanation was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<WeighedRule>>)]
    pub reasons: Option<Value>,
}

/// Request an authorization decision.
///
/// Requires access to the project's feed. Without `project` it is the project of the token; users, who have none, must
/// name it.
#[utoipa::path(
    post, path = "/api/v1/authorize", tag = "policy", operation_id = "authorize",
    request_body = DecisionRequestBody,
    responses(
        (status = 200, description = "The answer, also where it is no", body = AuthorizeAnswer),
        (status = 400, description = "The body does not fit", body = Problem),
        (status = 403, description = "The caller may see the project, and not ask this", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
        (status = 422, description = "A person has to name the project", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn post(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    JsonBody(request): JsonBody<DecisionRequestBody>,
) -> ApiResult<Json<AuthorizeAnswer>> {
    let project = calling.project_named(request.project.as_deref(), Right::Follow).await?.id;
    let resource = request.resource;
    let asked = DecisionRequest {
        subject: request.subject.kind.named(request.subject.id),
        permission: format!("{}:{}", resource.kind, request.action.name),
        entity: resource.id.map(|id| format!("{}:{id}", resource.kind)),
        user: request.subject.properties,
        resource: resource.properties,
        context: request.context,
        token: request.token,
    };
    let answer = app.usher.policies.decide(project, asked).await?;
    let reasons = serde_json::to_value(&answer.decision.reasons).ok().filter(|_| request.explain);
    Ok(Json(AuthorizeAnswer {
        decision: answer.decision.verdict == Verdict::Allow,
        context: AnswerContext {
            result: answer.decision.verdict,
            revision: answer.revision,
            roles: request.explain.then_some(answer.held.roles),
            reasons,
        },
    }))
}

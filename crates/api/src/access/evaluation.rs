//! One decision: the Access Evaluation API.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::AccessBody;
use super::project_of;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_domain::id::ProjectId;
use usher_flows::{DecisionRequest, Subject};
use usher_http_server::state::App;
use usher_policy::evaluate::Verdict;
use usher_policy::value::Attributes;

/// A request for a decision.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Evaluation {
    /// Who asks for access.
    pub subject: EvaluationSubject,
    /// What they want to do.
    pub action: EvaluationAction,
    /// What they want to do it with.
    pub resource: EvaluationResource,
    /// Attributes of the request.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"hour": 9}))]
    pub context: Option<Attributes>,
}

/// The subject of an evaluation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EvaluationSubject {
    /// `user` or `client`. Any other type is denied everything.
    #[serde(rename = "type")]
    #[schema(example = "user")]
    pub kind: String,
    /// The `sub` of the user, or the `client_id`.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub id: String,
    /// Attributes other than `id` and `roles`, which Usher knows.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"teams": ["north"]}))]
    pub properties: Option<Attributes>,
}

/// The action of an evaluation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EvaluationAction {
    /// Its name.
    #[schema(example = "update")]
    pub name: String,
    /// Attributes of the action. Conditions read them as those of the context, and they replace its own of the same name.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"method": "PUT"}))]
    pub properties: Option<Attributes>,
}

/// The resource of an evaluation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EvaluationResource {
    /// The entity type.
    #[serde(rename = "type")]
    #[schema(example = "Order")]
    pub kind: String,
    /// The id of the entity.
    #[schema(example = "42")]
    pub id: String,
    /// Attributes of the entity. Without them it counts as not loaded: what depends on them is denied.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"owner_id": "6Hq3P0b0TfmQ1x2y3z4w5A"}))]
    pub properties: Option<Attributes>,
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationDecision {
    /// Is it allowed?
    pub decision: bool,
    /// Details.
    pub context: EvaluationContext,
}

/// Details of a decision.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EvaluationContext {
    /// `allow`, `deny`, or `conditional`: it depends on properties of the resource, which were not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "allow")]
    pub result: Option<Verdict>,
    /// The revision of the rules; absent if none are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 43)]
    pub revision: Option<u64>,
    /// Why the rules were not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "missing field `resource`")]
    pub reason: Option<String>,
}

impl EvaluationDecision {
    /// The denial of a request that the rules say nothing about.
    pub fn refused(reason: impl Into<String>) -> Self {
        let context = EvaluationContext { reason: Some(reason.into()), ..EvaluationContext::default() };
        Self { decision: false, context }
    }
}

impl Evaluation {
    /// Decides by the rules of the project.
    pub async fn decide(self, app: &App, project: ProjectId) -> ApiResult<EvaluationDecision> {
        let id = self.subject.id;
        let subject = match self.subject.kind.as_str() {
            "user" => Subject::User(id),
            "client" => Subject::Client(id),
            _ => return Ok(EvaluationDecision::refused("a subject is of type `user` or `client`")),
        };
        let mut context = self.context.unwrap_or_default();
        context.extend(self.action.properties.unwrap_or_default());
        let kind = self.resource.kind;
        let asked = DecisionRequest {
            subject,
            permission: format!("{kind}:{}", self.action.name),
            entity: Some(format!("{kind}:{}", self.resource.id)),
            user: self.subject.properties.unwrap_or_default(),
            resource: self.resource.properties,
            context,
            token: Attributes::default(),
        };
        let answer = app.usher.policies.decide(project, asked).await?;
        let verdict = answer.decision.verdict;
        let context = EvaluationContext { result: Some(verdict), revision: answer.revision, reason: None };
        Ok(EvaluationDecision { decision: verdict == Verdict::Allow, context })
    }
}

/// Evaluate an access.
///
/// `AuthZEN`, by the rules of the token's project: a project's token, or that of a machine with the scope `usher:sync`. A
/// request with `X-Request-ID` is answered with the same one.
#[utoipa::path(
    post, path = "/access/v1/evaluation", tag = "policy", operation_id = "evaluate_access",
    request_body = Evaluation,
    responses(
        (status = 200, description = "The answer, also where it is no", body = EvaluationDecision),
        (status = 400, description = "The body does not fit, or is not JSON", body = Problem),
        (status = 403, description = "The caller may not ask this: people never may", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn evaluate(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    AccessBody(asked): AccessBody<Evaluation>,
) -> ApiResult<Json<EvaluationDecision>> {
    let project = project_of(&calling).await?;
    Ok(Json(asked.decide(&app, project).await?))
}

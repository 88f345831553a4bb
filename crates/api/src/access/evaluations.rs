//! Several decisions in one request: the Access Evaluations API.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::AccessBody;
use super::evaluation::{Evaluation, EvaluationAction, EvaluationDecision, EvaluationResource, EvaluationSubject};
use super::project_of;
use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_domain::id::ProjectId;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_policy::value::Attributes;

/// The most decisions in one request.
const MOST: usize = 100;

/// A request for several decisions. Without `evaluations` it is one for a single decision.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EvaluationBatch {
    /// The subject of those that name none.
    pub subject: Option<EvaluationSubject>,
    /// The action of those that name none.
    pub action: Option<EvaluationAction>,
    /// The resource of those that name none.
    pub resource: Option<EvaluationResource>,
    /// The context of those that name none.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({"hour": 9}))]
    pub context: Option<Attributes>,
    /// The decisions: each has `subject`, `action`, `resource` and `context`, or the defaults.
    #[serde(default)]
    #[schema(value_type = Vec<BTreeMap<String, Value>>, max_items = 100, example = json!([{}, {"action": {"name": "read"}}]))]
    pub evaluations: Vec<Attributes>,
    /// How they are made.
    #[serde(default)]
    pub options: EvaluationsOptions,
}

/// How several decisions are made.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct EvaluationsOptions {
    /// When to stop.
    #[serde(default)]
    #[schema(inline)]
    pub evaluations_semantic: EvaluationsSemantic,
}

/// When to stop deciding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationsSemantic {
    #[default]
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

impl EvaluationsSemantic {
    const fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

/// The response.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EvaluationsAnswer {
    /// Several decisions, in the order of the request, up to the one that ended it.
    Several {
        /// The decisions.
        evaluations: Vec<EvaluationDecision>,
    },
    /// A single decision.
    One(EvaluationDecision),
}

/// What an evaluation has of its own; a body without `evaluations` is one as well.
#[derive(Debug, Default, Deserialize)]
struct PartialEvaluation {
    subject: Option<EvaluationSubject>,
    action: Option<EvaluationAction>,
    resource: Option<EvaluationResource>,
    context: Option<Attributes>,
}

impl PartialEvaluation {
    /// The whole evaluation. A member of `defaults` is taken whole, never in parts.
    fn complete(self, defaults: &EvaluationBatch) -> Result<Evaluation, String> {
        let missing = |member: &str| format!("missing field `{member}`");
        Ok(Evaluation {
            subject: self.subject.or_else(|| defaults.subject.clone()).ok_or_else(|| missing("subject"))?,
            action: self.action.or_else(|| defaults.action.clone()).ok_or_else(|| missing("action"))?,
            resource: self.resource.or_else(|| defaults.resource.clone()).ok_or_else(|| missing("resource"))?,
            context: self.context.or_else(|| defaults.context.clone()),
        })
    }
}

/// One of several: a fault denies it, and leaves the others alone.
async fn one(app: &App, project: ProjectId, own: Attributes, body: &EvaluationBatch) -> ApiResult<EvaluationDecision> {
    let own: Result<PartialEvaluation, _> = serde_json::from_value(Value::Object(own));
    let whole = own.map_err(|_| "a member is missing, or has the wrong type".to_owned());
    match whole.and_then(|own| own.complete(body)) {
        Ok(asked) => asked.decide(app, project).await,
        Err(reason) => Ok(EvaluationDecision::refused(reason)),
    }
}

/// Evaluate several accesses.
///
/// `subject`, `action`, `resource` and `context` beside `evaluations` are the defaults of each. One with a fault is denied;
/// the others are decided. Caller and headers are as for a single one.
#[utoipa::path(
    post, path = "/access/v1/evaluations", tag = "policy", operation_id = "evaluate_accesses",
    request_body = EvaluationBatch,
    responses(
        (status = 200, description = "The answers, also where they are no", body = EvaluationsAnswer),
        (status = 400, description = "The body does not fit, or is not JSON", body = Problem),
        (status = 403, description = "The caller may not ask this: people never may", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn evaluate(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    AccessBody(mut body): AccessBody<EvaluationBatch>,
) -> ApiResult<Json<EvaluationsAnswer>> {
    let project = project_of(&calling).await?;
    if body.evaluations.is_empty() {
        let asked = PartialEvaluation::default().complete(&body).map_err(|reason| unfit(&reason))?;
        return Ok(Json(EvaluationsAnswer::One(asked.decide(&app, project).await?)));
    }
    if body.evaluations.len() > MOST {
        return Err(unfit(&format!("at most {MOST} evaluations")));
    }
    let mut evaluations = Vec::with_capacity(body.evaluations.len());
    for own in std::mem::take(&mut body.evaluations) {
        let answer = one(&app, project, own, &body).await?;
        let ends = body.options.evaluations_semantic.ends_with(answer.decision);
        evaluations.push(answer);
        if ends {
            break;
        }
    }
    Ok(Json(EvaluationsAnswer::Several { evaluations }))
}

fn unfit(reason: &str) -> HttpProblem {
    HttpProblem::bad_request(format!("The body does not fit: {reason}."))
}

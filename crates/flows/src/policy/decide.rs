//! Authorization decisions.

use crate::policy::Policies;
use serde_json::Value;

use super::assign::Subject;
use usher_accounts::error::FlowError;
use usher_domain::id::ProjectId;
use usher_domain::project::assignment::RoleHolder;
use usher_domain::user::UserStatus;
use usher_policy::evaluate::{EvaluationRequest, PolicyDecision, Verdict, explain};
use usher_policy::value::Attributes;

/// An authorization request.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRequest {
    /// The subject.
    pub subject: Subject,
    /// The permission: `Order:update`.
    pub permission: String,
    /// The entity, if it is known.
    pub entity: Option<String>,
    /// Attributes of the subject other than `id` and `roles`, which the server sets.
    pub user: Attributes,
    /// Attributes of the resource; `None` if it was not loaded.
    pub resource: Option<Attributes>,
    /// Attributes of the request.
    pub context: Attributes,
    /// The claims of the access token.
    pub token: Attributes,
}

/// The roles of a subject at a moment, for an entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldRoles {
    /// The roles, sorted.
    pub roles: Vec<String>,
    /// Does the subject exist, and is it enabled?
    pub active: bool,
}

/// The response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionAnswer {
    /// The decision.
    pub decision: PolicyDecision,
    /// The revision of the rules; `None` if none are published.
    pub revision: Option<u64>,
    /// The roles.
    pub held: HeldRoles,
}

impl Policies {
    /// The current roles of a subject, for all entities and for this one.
    pub async fn roles_held(
        &self,
        project: ProjectId,
        subject: &Subject,
        entity: Option<&str>,
    ) -> Result<HeldRoles, FlowError> {
        let Some(holder) = self.find_holder(project, subject).await? else { return Ok(HeldRoles::default()) };
        let active = match &holder {
            RoleHolder::User(id) => {
                self.core.store.find_user(*id).await?.is_some_and(|user| user.status == UserStatus::Active)
            }
            RoleHolder::Client(id) => self.clients.find_client(id).await?.is_some_and(|client| client.is_active()),
        };
        if !active {
            return Ok(HeldRoles::default());
        }
        let now = self.core.now();
        let assignments = self.core.store.list_assignments_of(project, &holder, entity).await?;
        let holding = assignments.into_iter().filter(|assignment| assignment.holds(now, entity));
        let mut roles: Vec<String> = holding.map(|assignment| assignment.role).collect();
        roles.sort_unstable();
        roles.dedup();
        Ok(HeldRoles { roles, active })
    }

    /// Decides, with reasons. Denies if no rules are published or the subject does not exist.
    pub async fn decide(&self, project: ProjectId, asked: DecisionRequest) -> Result<DecisionAnswer, FlowError> {
        let held = self.roles_held(project, &asked.subject, asked.entity.as_deref()).await?;
        let Some(table) = self.published_table(project).await? else {
            let decision = PolicyDecision { verdict: Verdict::Deny, reasons: Vec::new() };
            return Ok(DecisionAnswer { decision, revision: None, held });
        };
        let mut user = asked.user;
        let (Subject::User(id) | Subject::Client(id)) = asked.subject;
        user.insert("id".to_owned(), id.into());
        user.insert("roles".to_owned(), held.roles.iter().cloned().map(Value::from).collect());
        let decision = explain(
            &table,
            &EvaluationRequest {
                roles: &held.roles,
                permission: &asked.permission,
                user: &user,
                resource: asked.resource.as_ref(),
                context: &asked.context,
                token: &asked.token,
            },
        );
        Ok(DecisionAnswer { decision, revision: Some(table.revision), held })
    }
}

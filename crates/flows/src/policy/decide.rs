//! Decisions: may this subject do that?

use serde_json::Value;

use super::assign::Subject;
use crate::error::FlowError;
use crate::usher::Usher;
use usher_domain::id::ProjectId;
use usher_domain::project::assignment::Holder;
use usher_domain::user::UserStatus;
use usher_policy::evaluate::{Decision, Question, Verdict, explain};
use usher_policy::value::Attributes;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRequest {
    /// Who.
    pub subject: Subject,
    /// What: `Order:update`.
    pub permission: String,
    /// To which one, if it is known.
    pub entity: Option<String>,
    /// What is known of the subject; `id` and `roles` are ours to say.
    pub user: Attributes,
    /// What is known of the resource; `None` if it was not loaded.
    pub resource: Option<Attributes>,
    /// What is known of the request.
    pub context: Attributes,
    /// What the access token says.
    pub token: Attributes,
}

/// The roles of a subject at a moment, for an entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldRoles {
    /// The roles, sorted.
    pub roles: Vec<String>,
    /// Is there such a subject, and may it do anything at all?
    pub active: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionAnswer {
    /// Yes, no, or that it depends.
    pub decision: Decision,
    /// By which rules; `None` where none are published.
    pub revision: Option<u64>,
    /// By which roles.
    pub held: HeldRoles,
}

impl Usher {
    /// The roles that somebody has now, everywhere and for this entity.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn roles_held(
        &self,
        project: ProjectId,
        subject: &Subject,
        entity: Option<&str>,
    ) -> Result<HeldRoles, FlowError> {
        let Some(holder) = self.find_holder(project, subject).await? else { return Ok(HeldRoles::default()) };
        let active = match &holder {
            Holder::User(id) => self.store.find_user(*id).await?.is_some_and(|user| user.status == UserStatus::Active),
            Holder::Client(id) => self.find_client(id).await?.is_some_and(|client| client.is_active()),
        };
        if !active {
            return Ok(HeldRoles::default());
        }
        let now = self.now();
        let assignments = self.store.list_assignments_of(project, &holder, entity).await?;
        let holding = assignments.into_iter().filter(|assignment| assignment.holds(now, entity));
        let mut roles: Vec<String> = holding.map(|assignment| assignment.role).collect();
        roles.sort_unstable();
        roles.dedup();
        Ok(HeldRoles { roles, active })
    }

    /// Answers, with reasons. Where nothing is published, and for whoever is not there, the answer is no.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn decide(&self, project: ProjectId, asked: DecisionRequest) -> Result<DecisionAnswer, FlowError> {
        let held = self.roles_held(project, &asked.subject, asked.entity.as_deref()).await?;
        let Some(table) = self.published_table(project).await? else {
            let decision = Decision { verdict: Verdict::Deny, reasons: Vec::new() };
            return Ok(DecisionAnswer { decision, revision: None, held });
        };
        let mut user = asked.user;
        let (Subject::User(id) | Subject::Client(id)) = asked.subject;
        user.insert("id".to_owned(), id.into());
        user.insert("roles".to_owned(), held.roles.iter().cloned().map(Value::from).collect());
        let decision = explain(
            &table,
            &Question {
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

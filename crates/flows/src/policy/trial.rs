//! Trial: how the draft or the published rules decide one request, and why.

use std::sync::Arc;

use serde_json::Value;

use super::assign::Subject;
use super::decide::HeldRoles;
use super::review;
use crate::policy::Policies;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::email::Email;
use usher_domain::id::ProjectId;
use usher_domain::project::assignment::Assignment;
use usher_policy::compile::{TableId, compile};
use usher_policy::evaluate::{EvaluatedLeaf, EvaluationRequest, PolicyDecision, explain, leaves};
use usher_policy::table::{Route, Table};
use usher_policy::value::Attributes;
use usher_policy::{PolicyDocument, routes};

/// Whose decision is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulesVersion {
    Draft,
    Published,
}

/// What the subject wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialTarget {
    /// `Order:update`.
    Permission(String),
    Request {
        method: String,
        path: String,
    },
}

/// A request that is only tried.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRequest {
    pub subject: Subject,
    pub target: TrialTarget,
    /// The one entity whose roles count as well: `Order:42`.
    pub entity: Option<String>,
    /// Attributes of the subject other than `id` and `roles`.
    pub user: Attributes,
    /// Attributes of the resource; `None` if it was not loaded.
    pub resource: Option<Attributes>,
    pub context: Attributes,
    /// The claims of the access token.
    pub token: Attributes,
}

/// The route of a tried request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriedRoute {
    Found(Route),
    /// No rule matches.
    None,
    /// The path is ambiguous: every module refuses it.
    Ambiguous,
}

/// How a request is decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub held: HeldRoles,
    /// The route, if a request was tried.
    pub route: Option<TriedRoute>,
    /// The permission that was asked for, and its decision; `None` if the route needs none.
    pub decided: Option<(String, PolicyDecision)>,
    /// The comparisons of the conditions among the reasons, in the order of the reasons; empty for any other reason.
    pub comparisons: Vec<Vec<EvaluatedLeaf>>,
}

impl Policies {
    /// The user or client of a project that somebody means: by email address, `sub` or client id.
    pub async fn subject_named(&self, project: ProjectId, typed: &str) -> Result<Option<Subject>, FlowError> {
        if typed.contains('@') {
            let Ok(email) = Email::parse(typed) else { return Ok(None) };
            let Some(user) = self.core.store.find_user_by_email(&email).await? else { return Ok(None) };
            return Ok(Some(Subject::User(self.subjects.name_in(project, &user).await?.0)));
        }
        for subject in [Subject::User(typed.to_owned()), Subject::Client(typed.to_owned())] {
            if self.find_holder(project, &subject).await?.is_some() {
                return Ok(Some(subject));
            }
        }
        Ok(None)
    }

    /// The assignments of a subject, expired or not: those for all entities, and those for this entity.
    pub async fn assignments_of(
        &self,
        project: ProjectId,
        subject: &Subject,
        entity: Option<&str>,
    ) -> Result<Vec<Assignment>, FlowError> {
        let Some(holder) = self.find_holder(project, subject).await? else { return Ok(Vec::new()) };
        Ok(self.core.store.list_assignments_of(project, &holder, entity).await?)
    }

    /// Tries a request.
    ///
    /// # Errors
    /// [`Rejected::Policy`] if the draft cannot be published, [`Rejected::NotFound`] if nothing is published.
    pub async fn try_rules(
        &self,
        project: ProjectId,
        version: RulesVersion,
        asked: TrialRequest,
    ) -> Result<Trial, FlowError> {
        let table = match version {
            RulesVersion::Published => {
                self.published_table(project).await?.ok_or(Rejected::NotFound("published policy"))?
            }
            RulesVersion::Draft => self.draft_table(project).await?,
        };
        let held = self.roles_held(project, &asked.subject, asked.entity.as_deref()).await?;
        Ok(tried(&table, held, asked))
    }

    async fn draft_table(&self, project: ProjectId) -> Result<Arc<Table>, FlowError> {
        let drafted = self.policy_draft(project).await?;
        let document: PolicyDocument = serde_json::from_str(&drafted.document)?;
        let looked = review(document.clone()).await;
        if !looked.valid {
            return Err(Rejected::Policy(looked.faults).into());
        }
        let edition = TableId { project: project.to_string(), revision: 0, iat: 0 };
        Ok(Arc::new(compile(&document, edition).map_err(Rejected::Policy)?))
    }
}

fn tried(table: &Table, held: HeldRoles, asked: TrialRequest) -> Trial {
    let (route, permission) = match asked.target {
        TrialTarget::Permission(permission) => (None, Some(permission)),
        TrialTarget::Request { method, path } => match routes::find(&table.routes, &method, &path) {
            Ok(Some(route)) => (Some(TriedRoute::Found(route.clone())), route.need.clone()),
            Ok(None) => (Some(TriedRoute::None), None),
            Err(_) => (Some(TriedRoute::Ambiguous), None),
        },
    };
    let mut user = asked.user;
    let (Subject::User(id) | Subject::Client(id)) = asked.subject;
    user.insert("id".to_owned(), id.into());
    user.insert("roles".to_owned(), held.roles.iter().cloned().map(Value::from).collect());
    let Some(permission) = permission else { return Trial { held, route, decided: None, comparisons: Vec::new() } };
    let request = EvaluationRequest {
        roles: &held.roles,
        permission: &permission,
        user: &user,
        resource: asked.resource.as_ref(),
        context: &asked.context,
        token: &asked.token,
    };
    let decision = explain(table, &request);
    let condition = |name: &Option<String>| name.as_ref().and_then(|name| table.conditions.get(name));
    let comparisons = decision
        .reasons
        .iter()
        .map(|reason| condition(&reason.condition).map(|condition| leaves(condition, &request)).unwrap_or_default())
        .collect();
    Trial { route, decided: Some((permission, decision)), comparisons, held }
}

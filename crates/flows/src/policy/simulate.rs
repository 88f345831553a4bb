//! Simulation: the decision of every permission and every route for a subject.

use crate::policy::Policies;
use std::collections::BTreeMap;

use serde_json::Value;

use super::assign::Subject;
use super::decide::HeldRoles;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_policy::evaluate::{EvaluationRequest, PolicyDecision, explain};
use usher_policy::routes;
use usher_policy::table::{Route, Table};
use usher_policy::value::Attributes;

/// A route rule with its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedRoute {
    /// The rule.
    pub route: Route,
    /// The decision of its permission; `None` if it needs none.
    pub decision: Option<PolicyDecision>,
}

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The revision of the rules.
    pub revision: u64,
    /// The roles of the subject.
    pub held: HeldRoles,
    /// Every permission.
    pub permissions: BTreeMap<String, PolicyDecision>,
    /// Every route.
    pub routes: Vec<SimulatedRoute>,
    /// The rule that applies to the simulated path; `None` if no rule matches, or if the path is ambiguous.
    pub matched: Option<SimulatedRoute>,
}

impl Policies {
    /// Simulates a subject with these attributes, and no resource loaded. `asked` is a method and a path.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if nothing is published.
    pub async fn simulate(
        &self,
        project: ProjectId,
        subject: Subject,
        mut user: Attributes,
        asked: Option<(&str, &str)>,
    ) -> Result<Simulated, FlowError> {
        let held = self.roles_held(project, &subject, None).await?;
        let table = self.published_table(project).await?.ok_or(Rejected::NotFound("published policy"))?;
        let (Subject::User(id) | Subject::Client(id)) = subject;
        user.insert("id".to_owned(), id.into());
        user.insert("roles".to_owned(), held.roles.iter().cloned().map(Value::from).collect());
        let decision = |permission: &str| weigh(&table, &held.roles, permission, &user);
        let met =
            |route: &Route| SimulatedRoute { decision: route.need.as_deref().map(decision), route: route.clone() };
        let matched = asked.and_then(|(method, path)| routes::find(&table.routes, method, path).ok().flatten());
        Ok(Simulated {
            revision: table.revision,
            permissions: table.permissions.keys().map(|name| (name.clone(), decision(name))).collect(),
            routes: table.routes.iter().map(met).collect(),
            matched: matched.map(met),
            held,
        })
    }
}

fn weigh(table: &Table, roles: &[String], permission: &str, user: &Attributes) -> PolicyDecision {
    let nothing = Attributes::new();
    let (context, token) = (&nothing, &nothing);
    explain(table, &EvaluationRequest { roles, permission, user, resource: None, context, token })
}

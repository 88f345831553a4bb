//! What somebody would meet: every permission and every route, as they stand now.

use std::collections::BTreeMap;

use serde_json::Value;

use super::assign::Subject;
use super::decide::HeldRoles;
use crate::error::{FlowError, Rejected};
use crate::usher::Usher;
use usher_domain::id::ProjectId;
use usher_policy::evaluate::{Decision, Question, explain};
use usher_policy::routes;
use usher_policy::table::{Route, Table};
use usher_policy::value::Attributes;

/// A route rule as it meets somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedRoute {
    /// The rule.
    pub route: Route,
    /// What becomes of its permission; `None` where it needs none.
    pub decision: Option<Decision>,
}

/// What somebody would meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// By which rules.
    pub revision: u64,
    /// By which roles.
    pub held: HeldRoles,
    /// Every permission.
    pub permissions: BTreeMap<String, Decision>,
    /// Every route.
    pub routes: Vec<SimulatedRoute>,
    /// The rule that counts for the path that was asked about: none where no rule speaks of it, or the path has more than
    /// one reading.
    pub matched: Option<SimulatedRoute>,
}

impl Usher {
    /// What somebody would meet, with this known of them, and no resource loaded. `asked` is a method and a path.
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

fn weigh(table: &Table, roles: &[String], permission: &str, user: &Attributes) -> Decision {
    let nothing = Attributes::new();
    let (context, token) = (&nothing, &nothing);
    explain(table, &Question { roles, permission, user, resource: None, context, token })
}

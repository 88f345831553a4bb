//! The modules that poll. Between two requests nothing is connected, so each is remembered until it is overdue.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::channel::lock;
use super::listener::{Listener, ModuleIdentity};
use usher_domain::id::ProjectId;
use usher_domain::time::Timestamp;

/// Two and a half times the interval that modules poll at.
const OVERDUE: Duration = Duration::from_secs(150);
/// Maximum number for each project. Further ones are served, and not remembered.
const MOST: usize = 1_000;

/// The modules that poll, by project.
#[derive(Default)]
pub(super) struct Pollers(Mutex<HashMap<ProjectId, HashMap<ModuleIdentity, Listener>>>);

impl Pollers {
    /// Remembers a request: it acknowledges everything up to its cursor.
    pub(super) fn note(&self, project: ProjectId, asking: Listener, now: Timestamp) {
        let mut projects = lock(&self.0);
        let modules = projects.entry(project).or_default();
        modules.retain(|_, module| !is_overdue(module, now));
        if let Some(known) = modules.get_mut(&asking.module) {
            let policy_revision = asking.policy_revision.or(known.policy_revision);
            *known = Listener { since: known.since, policy_revision, ..asking };
        } else if modules.len() < MOST {
            modules.insert(asking.module.clone(), asking);
        }
    }

    /// The modules of a project that are not overdue, longest known first.
    pub(super) fn list(&self, project: ProjectId, now: Timestamp) -> Vec<Listener> {
        let mut projects = lock(&self.0);
        let Some(modules) = projects.get_mut(&project) else { return Vec::new() };
        modules.retain(|_, module| !is_overdue(module, now));
        let mut listed: Vec<Listener> = modules.values().cloned().collect();
        if modules.is_empty() {
            projects.remove(&project);
        }
        listed.sort_by(|one, other| (one.since, &one.module).cmp(&(other.since, &other.module)));
        listed
    }

    /// The projects with modules that poll.
    pub(super) fn projects(&self) -> Vec<ProjectId> {
        lock(&self.0).keys().copied().collect()
    }
}

/// A clock that was set back makes nobody overdue.
fn is_overdue(module: &Listener, now: Timestamp) -> bool {
    module.acknowledged_at.is_none_or(|at| at + OVERDUE < now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Transport;

    fn project() -> ProjectId {
        "01936d2e-3c00-7000-8000-000000000001".parse().expect("an id")
    }

    fn asking(host: &str, at: i64) -> Listener {
        Listener {
            module: ModuleIdentity { host: Some(host.to_owned()), ..ModuleIdentity::default() },
            transport: Transport::Poll,
            since: Timestamp(at),
            acknowledged: at,
            acknowledged_at: Some(Timestamp(at)),
            policy_revision: None,
        }
    }

    #[test]
    fn a_module_that_polls_is_known_until_it_is_overdue() {
        let (pollers, project) = (Pollers::default(), project());
        pollers.note(project, Listener { policy_revision: Some(7), ..asking("a", 100) }, Timestamp(100));
        pollers.note(project, asking("a", 160), Timestamp(160));
        let expected = Listener { since: Timestamp(100), policy_revision: Some(7), ..asking("a", 160) };
        assert_eq!(pollers.list(project, Timestamp(310)), [expected]);
        assert_eq!(pollers.list(project, Timestamp(311)), []);
        assert_eq!(pollers.projects(), [], "nothing stays of it");
    }

    #[test]
    fn modules_on_several_hosts_are_told_apart_and_their_number_is_limited() {
        let (pollers, project) = (Pollers::default(), project());
        for number in 0..MOST + 5 {
            pollers.note(project, asking(&number.to_string(), 100), Timestamp(100));
        }
        assert_eq!(pollers.list(project, Timestamp(100)).len(), MOST);
    }
}

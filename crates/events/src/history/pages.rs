//! The events of one batch become one encrypted value for each project, so that many sign-ins cost little.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::DispatchedEvent;
use crate::lookups::Lookups;
use usher_domain::event::kind::InHistory;
use usher_domain::id::ProjectId;
use usher_domain::project::history::HistoryEntry;
use usher_domain::time::Timestamp;
use usher_keys::project_key::ProjectLock;
use usher_storage::{Result, Tx};

/// The entries for each project's history.
#[derive(Debug, Default)]
pub(crate) struct HistoryPages {
    entries: BTreeMap<(ProjectId, Timestamp), Vec<HistoryEntry>>,
}

impl HistoryPages {
    /// Adds an event for every project that may see it.
    pub(crate) async fn on_event(
        &mut self,
        tx: &mut Tx,
        dispatched: &DispatchedEvent<'_>,
        lookups: &mut Lookups<'_>,
    ) -> Result<()> {
        let event = dispatched.event;
        let in_history = event.kind.row().history;
        if dispatched.projects.is_empty() || in_history == InHistory::No {
            return Ok(());
        }
        let mut entry = HistoryEntry::of(event);
        entry.data.remove("sub");
        if let Some(session) = event.session_id.filter(|_| in_history == InHistory::WithBrowser)
            && let Some(device) = lookups.device(tx, session).await?
        {
            (entry.source, entry.user_agent, entry.amr) = (device.source, device.user_agent, device.amr);
        }
        let day = event.at.start_of_day();
        for project in &dispatched.projects {
            let subjects = lookups.subjects(tx, event, *project).await?;
            entry.sub = subjects.named.into_iter().next().map(|sub| sub.0);
            self.entries.entry((*project, day)).or_default().push(entry.clone());
        }
        Ok(())
    }

    /// Encrypts and stores the entries.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        for ((project, day), entries) in self.entries {
            let seal = |key: &Value| ProjectLock::from_jwk(key)?.seal_entries(&entries);
            tx.seal_into_history(project, day, seal).await?;
        }
        Ok(())
    }
}

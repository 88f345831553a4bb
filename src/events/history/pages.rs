//! What was told in one breath becomes one sealed value for each project, so that a flood of sign-ins costs little.

use std::collections::BTreeMap;

use crate::domain::history::{Entry, has_device, is_told};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::events::Heard;
use crate::keys::project_key::ProjectLock;
use crate::storage::{Result, Tx};

const SECONDS_OF_DAY: i64 = 86_400;

/// What is to be written into each project's history.
#[derive(Debug, Default)]
pub(in crate::events) struct Pages {
    entries: BTreeMap<(ProjectId, i64), Vec<Entry>>,
}

impl Pages {
    /// Notes a fact for every project that it concerns.
    pub(in crate::events) async fn hear(&mut self, tx: &mut Tx<'_>, heard: &Heard<'_>) -> Result<()> {
        let event = heard.event;
        if heard.projects.is_empty() || !is_told(event.kind) {
            return Ok(());
        }
        let mut entry = Entry::of(event);
        entry.sub = match event.user_id {
            Some(id) => tx.find_user(id).await?.map(|user| user.sub.0),
            None => None,
        };
        let told = || event.data.get("sub").and_then(serde_json::Value::as_str).map(str::to_owned);
        entry.sub = entry.sub.or_else(told);
        entry.data.remove("sub");
        if let Some(session) = event.session_id.filter(|_| has_device(event.kind))
            && let Some(device) = tx.find_device(session).await?
        {
            (entry.source, entry.user_agent, entry.amr) = (device.source, device.user_agent, device.amr);
        }
        let day = event.at.0.div_euclid(SECONDS_OF_DAY) * SECONDS_OF_DAY;
        for project in &heard.projects {
            self.entries.entry((*project, day)).or_default().push(entry.clone());
        }
        Ok(())
    }

    /// Seals what was noted. A project whose key seals nothing loses these entries, and nobody else anything.
    pub(in crate::events) async fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        for ((project, day), entries) in self.entries {
            let Some(key) = tx.newest_project_key(project).await? else { continue };
            let plaintext = serde_json::to_vec(&entries).unwrap_or_default();
            match ProjectLock::from_jwk(&key.public_jwk).and_then(|lock| lock.seal(&plaintext)) {
                Ok(sealed) => tx.append_history(project, key.generation, Timestamp(day), &sealed).await?,
                Err(why) => tracing::error!(project.id = %project, "history cannot be sealed: {why}"),
            }
        }
        Ok(())
    }
}

//! The feed as a reader of the event log: events become entries at the next position of each project that may see them.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::DispatchedEvent;
use usher_domain::event::feed::{EntryKind, MAX_LIVE, RevocationEntry, entry_of};
use usher_domain::id::ProjectId;
use usher_storage::{Result, Tx};

/// After this many entries, the size of a feed is checked.
const LOOK_EVERY: i64 = 1_000;

/// Appends the entries for an event, unless the event was written with its entry, and returns the projects whose feed
/// has grown.
pub(crate) async fn on_event(
    tx: &mut Tx,
    dispatched: &DispatchedEvent<'_>,
    lifetime: Duration,
) -> Result<BTreeSet<ProjectId>> {
    let mut grown = BTreeSet::new();
    let Some(notice) = entry_of(dispatched.event, lifetime) else { return Ok(grown) };
    for project in &dispatched.projects {
        // An event that was written with its entry may concern other projects, too.
        let own = Some(*project) == dispatched.event.project_id;
        let position = match dispatched.event.feed_position().filter(|_| own) {
            Some(position) => Some(position),
            None => tx.append_to_feed(*project, &notice).await?,
        };
        let Some(position) = position else { continue };
        grown.insert(*project);
        if position % LOOK_EVERY == 0 {
            fold(tx, *project, &notice).await?;
        }
    }
    Ok(grown)
}

/// Replaces too many single entries by one watermark: every user of the project gets new tokens, once.
async fn fold(tx: &mut Tx, project: ProjectId, last: &RevocationEntry) -> Result<()> {
    if tx.count_live_entries(project, last.at).await? <= MAX_LIVE {
        return Ok(());
    }
    let why = "too_many_revocations".to_owned();
    let mark = RevocationEntry { kind: EntryKind::Project, value: project.to_string(), why, ..last.clone() };
    if let Some(position) = tx.append_to_feed(project, &mark).await? {
        tx.fold_feed(project, position).await?;
    }
    Ok(())
}

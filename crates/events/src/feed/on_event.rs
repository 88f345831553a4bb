//! The feed as a reader of the event log: events become entries at the next position of each project that may see them.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::DispatchedEvent;
use usher_domain::event::Event;
use usher_domain::event::feed::{EntryKind, MAX_LIVE, RevocationEntry, entry_of};
use usher_domain::id::ProjectId;
use usher_keys::pairwise;
use usher_keys::seal::Sealer;
use usher_storage::{Result, Tx};

/// After this many entries, the size of a feed is checked.
const LOOK_EVERY: i64 = 1_000;

/// Appends the entries for an event, unless the event was written with its entry, and returns the projects whose feed
/// has grown.
pub(crate) async fn on_event(
    tx: &mut Tx,
    dispatched: &DispatchedEvent<'_>,
    lifetime: Duration,
    sealer: &Sealer,
) -> Result<BTreeSet<ProjectId>> {
    let mut grown = BTreeSet::new();
    let Some(notice) = entry_of(dispatched.event, lifetime) else { return Ok(grown) };
    for project in &dispatched.projects {
        // An event that was written with its entry may concern other projects, too.
        let own = Some(*project) == dispatched.event.project_id;
        let positions = match dispatched.event.feed_position().filter(|_| own) {
            Some(position) => vec![position],
            None => append(tx, *project, dispatched.event, notice.clone(), sealer).await?,
        };
        grown.extend((!positions.is_empty()).then_some(*project));
        if positions.iter().any(|position| position % LOOK_EVERY == 0) {
            fold(tx, *project, &notice).await?;
        }
    }
    Ok(grown)
}

/// Appends an entry, or one for each identifier by which the project's tokens name its user.
async fn append(
    tx: &mut Tx,
    project: ProjectId,
    event: &Event,
    entry: RevocationEntry,
    sealer: &Sealer,
) -> Result<Vec<i64>> {
    let entries = match event.named_user().filter(|_| entry.kind == EntryKind::Subject) {
        Some(user) => {
            let sectors = tx.list_sectors_of_tokens(project).await?;
            let subjects = pairwise::subjects(sealer, &sectors, user, &entry.value);
            entry.for_each(project, subjects)
        }
        None => vec![entry],
    };
    let mut positions = Vec::new();
    for entry in &entries {
        positions.extend(tx.append_to_feed(project, entry).await?);
    }
    Ok(positions)
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

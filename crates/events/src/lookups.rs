//! What the readers of one batch of events look up, each once.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use usher_domain::id::{ProjectId, SessionId, UserId};
use usher_domain::user::Sub;
use usher_storage::events::history::SeenDevice;
use usher_storage::events::outgoing::webhooks::Listening;
use usher_storage::{Result, Tx};

/// The rows found so far. It lives as long as the transaction of the batch.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    subs: BTreeMap<UserId, Option<Sub>>,
    devices: BTreeMap<SessionId, Option<SeenDevice>>,
    webhooks: BTreeMap<ProjectId, Vec<Listening>>,
}

impl Lookups {
    /// The `sub` of a user.
    pub(crate) async fn sub(&mut self, tx: &mut Tx, user: UserId) -> Result<Option<Sub>> {
        Ok(match self.subs.entry(user) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(tx.find_sub(user).await?).clone(),
        })
    }

    /// The browser of a session.
    pub(crate) async fn device(&mut self, tx: &mut Tx, session: SessionId) -> Result<Option<SeenDevice>> {
        Ok(match self.devices.entry(session) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(tx.find_device(session).await?).clone(),
        })
    }

    /// The enabled webhooks of these projects.
    pub(crate) async fn webhooks(&mut self, tx: &mut Tx, projects: &BTreeSet<ProjectId>) -> Result<Vec<Listening>> {
        let mut listening = Vec::new();
        for project in projects {
            let found = match self.webhooks.entry(*project) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(tx.listening_in(&BTreeSet::from([*project])).await?),
            };
            listening.extend(found.iter().cloned());
        }
        Ok(listening)
    }
}

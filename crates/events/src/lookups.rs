//! What the readers of one batch of events look up, each once.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use usher_domain::event::Event;
use usher_domain::event::webhook::message::EventSubjects;
use usher_domain::id::{ClientId, ProjectId, SessionId, UserId};
use usher_domain::user::Sub;
use usher_keys::pairwise;
use usher_keys::seal::Sealer;
use usher_storage::events::history::SeenDevice;
use usher_storage::events::outgoing::webhooks::Listening;
use usher_storage::{Result, Tx};

/// The rows found so far. It lives as long as the transaction of the batch.
pub(crate) struct Lookups<'a> {
    pub sealer: &'a Sealer,
    subs: BTreeMap<UserId, Option<Sub>>,
    devices: BTreeMap<SessionId, Option<SeenDevice>>,
    webhooks: BTreeMap<ProjectId, Vec<Listening>>,
    sectors: BTreeMap<ProjectId, Vec<String>>,
    /// The empty one is that of public identifiers. A client that was deleted has none.
    sectors_of_clients: BTreeMap<ClientId, Option<String>>,
}

impl<'a> Lookups<'a> {
    pub(crate) const fn new(sealer: &'a Sealer) -> Self {
        Self {
            sealer,
            subs: BTreeMap::new(),
            devices: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            sectors: BTreeMap::new(),
            sectors_of_clients: BTreeMap::new(),
        }
    }

    /// The users of an event, as a project knows them (OpenID Connect Core §8): by the identifier of the client, if the
    /// event is about one, else by those of all its clients.
    pub(crate) async fn subjects(&mut self, tx: &mut Tx, event: &Event, project: ProjectId) -> Result<EventSubjects> {
        let account = match event.user_id {
            Some(user) => self.sub(tx, user).await?,
            None => None,
        };
        let sectors = self.sectors_for(tx, event, project).await?;
        let of = |user: Option<UserId>, public: Sub| match user {
            Some(user) => pairwise::subjects(self.sealer, &sectors, user, &public.0),
            // A machine.
            None => vec![public],
        };
        let named = event.member("sub").map(|sub| Sub(sub.to_owned())).or_else(|| account.clone());
        Ok(EventSubjects {
            named: named.map(|public| of(event.named_user(), public)).unwrap_or_default(),
            user: account.clone().map(|public| of(event.user_id, public)).unwrap_or_default(),
            account,
        })
    }

    async fn sectors_for(&mut self, tx: &mut Tx, event: &Event, project: ProjectId) -> Result<Vec<String>> {
        if let Some(client) = event.client_id.as_ref().filter(|_| event.project_id == Some(project))
            && let Some(sector) = self.sector_of_client(tx, client).await?
        {
            return Ok(vec![sector]);
        }
        Ok(match self.sectors.entry(project) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(tx.list_sectors(project).await?).clone(),
        })
    }

    async fn sector_of_client(&mut self, tx: &mut Tx, client: &ClientId) -> Result<Option<String>> {
        Ok(match self.sectors_of_clients.entry(client.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => {
                let found = tx.find_client(client).await?;
                unknown.insert(found.map(|client| client.metadata.sector().unwrap_or_default())).clone()
            }
        })
    }

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

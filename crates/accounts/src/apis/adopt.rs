//! Former versions let every client name any audience and any scope. Once, at the first start, these become APIs of the
//! clients' projects. An audience that two projects name becomes the API of neither: its owner is for the operator to
//! decide.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Apis;
use crate::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::id::{ApiId, ClientId, ProjectId};
use usher_domain::oauth::api::{Api, ApiScope, ApiSettings, MAX_API_NAME};
use usher_domain::oauth::client::Client;
use usher_domain::page::MAX_PAGE;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::resource;
use usher_protocol::scope::is_of_usher;
use usher_storage::{Store, Tx};

/// The value that says that the audiences have become APIs.
const ADOPTED: &str = "audiences_adopted";

/// An audience that clients name and that is no API that they may use: their tokens do not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AudienceConflict {
    pub audience: String,
    /// The project that owns the API, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<ProjectId>,
    /// The clients that name it, with their projects.
    pub clients: BTreeMap<ClientId, ProjectId>,
}

/// What the clients of former versions name.
#[derive(Default)]
struct FormerAudiences {
    /// By canonical form.
    named: BTreeMap<String, FormerAudience>,
    /// Scopes of clients without an audience of their own, by project.
    bare: BTreeMap<ProjectId, BTreeSet<String>>,
}

/// An audience that clients name.
struct FormerAudience {
    spelling: String,
    projects: BTreeSet<ProjectId>,
    /// The scopes of the clients.
    scopes: BTreeSet<String>,
}

impl FormerAudience {
    fn spelt(name: &str) -> Self {
        Self { spelling: name.to_owned(), projects: BTreeSet::new(), scopes: BTreeSet::new() }
    }

    /// The project that it becomes an API of: the only one that names it.
    fn owner(&self) -> Option<ProjectId> {
        self.projects.first().copied().filter(|_| self.projects.len() == 1)
    }
}

impl FormerAudiences {
    fn of(clients: &[Client], issuer: &str) -> Self {
        let mut all = Self::default();
        for client in clients {
            for name in audiences(client, issuer) {
                let former = all.named.entry(canonical(name)).or_insert_with(|| FormerAudience::spelt(name));
                former.projects.insert(client.project_id);
                former.scopes.extend(own_scopes(client));
            }
        }
        let bare = clients.iter().filter(|client| !all.is_owned(client, issuer));
        let bare =
            bare.flat_map(|client| own_scopes(client).map(|scope| (client.project_id, scope))).collect::<Vec<_>>();
        for (project, scope) in bare {
            all.bare.entry(project).or_default().insert(scope);
        }
        all
    }

    /// Whether an audience of the client becomes an API.
    fn is_owned(&self, client: &Client, issuer: &str) -> bool {
        audiences(client, issuer).any(|name| self.named.get(&canonical(name)).is_some_and(|one| one.owner().is_some()))
    }
}

impl Apis {
    /// Makes APIs of the audiences and scopes of former versions, once. Tokens of existing clients stay as they were,
    /// except for audiences that two projects name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn adopt_audiences(&self) -> Result<(), FlowError> {
        if self.core.store.find_value(ADOPTED).await?.is_some() {
            return Ok(());
        }
        let own = self.core.random.handle();
        let mut tx = self.core.store.begin().await?;
        // Another instance that starts at the same time waits here, and finds that it is done.
        if tx.set_value_once(ADOPTED, own.as_bytes()).await? != own.as_bytes() {
            return Ok(());
        }
        let clients = every_client(&mut tx).await?;
        let former = FormerAudiences::of(&clients, self.core.issuer());
        self.insert_former(&mut tx, &former).await?;
        for client in &clients {
            if self.kept_audience(client, &former).is_none() {
                continue;
            }
            // Read again under its lock: an instance of the former version may be changing it.
            if let Some(client) = tx.lock_client(&client.id).await?
                && let Some(audience) = self.kept_audience(&client, &former)
            {
                let metadata = ClientMetadata { audience, ..client.metadata };
                tx.set_client_metadata(&client.id, &metadata, client.updated_at).await?;
            }
        }
        tx.commit().await?;
        for conflict in self.audience_conflicts().await? {
            let clients = conflict.clients.len();
            tracing::error!(
                clients,
                "an audience belongs to clients of several projects, so no token has it: see `usher doctor`"
            );
        }
        Ok(())
    }

    async fn insert_former(&self, tx: &mut Tx, former: &FormerAudiences) -> Result<(), FlowError> {
        let named = former
            .named
            .iter()
            .filter_map(|(canonical, one)| Some((one.owner()?, one.spelling.clone(), canonical.clone(), &one.scopes)));
        let bare = former.bare.iter().map(|(project, scopes)| {
            let name = self.api_of_bare_scopes(*project);
            (*project, name.clone(), canonical(&name), scopes)
        });
        for (project_id, identifier, canonical, scopes) in named.chain(bare) {
            let now = self.core.now();
            let scopes = scopes.iter().map(|name| ApiScope { name: name.clone(), description: String::new() });
            let name: String = identifier.chars().take(MAX_API_NAME as usize).collect();
            let settings = ApiSettings { scopes: scopes.collect(), ..ApiSettings::named(name) };
            let id = ApiId::new(now, &*self.core.random);
            let api = Api { id, project_id, identifier, canonical, settings, created_at: now, updated_at: now };
            if tx.insert_api(&api).await? {
                tx.append(&self.api_event(EventKind::API_CREATED, &api)).await?;
            }
        }
        Ok(())
    }

    /// The audience that leaves the tokens of a client as they were: Usher, and what the client names. `None` if it needs
    /// no change.
    fn kept_audience(&self, client: &Client, former: &FormerAudiences) -> Option<Vec<String>> {
        let bare = own_scopes(client).next().is_some() && !former.is_owned(client, self.core.issuer());
        if client.metadata.audience.is_empty() && !bare {
            return None;
        }
        let mut audience = vec![self.core.issuer().to_owned()];
        audience.extend(audiences(client, self.core.issuer()).cloned());
        audience.extend(bare.then(|| self.api_of_bare_scopes(client.project_id)));
        Some(audience)
    }

    /// The API for scopes of clients that named no audience.
    fn api_of_bare_scopes(&self, project: ProjectId) -> String {
        format!("{}/apis/{project}", self.core.issuer())
    }

    /// The audiences that clients name and that their tokens do not have.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audience_conflicts(&self) -> Result<Vec<AudienceConflict>, FlowError> {
        Ok(audience_conflicts(&self.core.store, self.core.issuer()).await?)
    }
}

/// The audiences that clients name and that their tokens do not have, or will not have after the migration.
///
/// # Errors
/// If the database fails.
pub async fn audience_conflicts(store: &Store, issuer: &str) -> usher_storage::Result<Vec<AudienceConflict>> {
    let adopted = store.find_value_before_migrating(ADOPTED).await?.is_some();
    let mut named: BTreeMap<String, AudienceConflict> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = store.list_all_clients(&after, MAX_PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id.0);
        for client in &page {
            for name in audiences(client, issuer) {
                let conflict = named.entry(canonical(name)).or_insert_with(|| AudienceConflict {
                    audience: name.clone(),
                    owner: None,
                    clients: BTreeMap::new(),
                });
                conflict.clients.insert(client.id.clone(), client.project_id);
            }
        }
    }
    if !adopted {
        let projects = |one: &AudienceConflict| one.clients.values().collect::<BTreeSet<_>>().len();
        return Ok(named.into_values().filter(|one| projects(one) > 1).collect());
    }
    let mut conflicts = Vec::new();
    for (canonical, mut conflict) in named {
        if let Some(api) = store.find_api_named(&canonical).await? {
            conflict.owner = Some(api.project_id);
            let mut refused = BTreeMap::new();
            for (client, project) in conflict.clients {
                if project != api.project_id && store.find_allowed_client(api.id, &client).await?.is_none() {
                    refused.insert(client, project);
                }
            }
            conflict.clients = refused;
        }
        if !conflict.clients.is_empty() {
            conflicts.push(conflict);
        }
    }
    Ok(conflicts)
}

async fn every_client(tx: &mut Tx) -> Result<Vec<Client>, FlowError> {
    let mut all: Vec<Client> = Vec::new();
    loop {
        let after = all.last().map_or("", |last| last.id.0.as_str());
        let page = tx.list_all_clients(after, MAX_PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The audiences of a client other than Usher itself.
fn audiences<'a>(client: &'a Client, issuer: &'a str) -> impl Iterator<Item = &'a String> {
    client.metadata.audience.iter().filter(move |name| canonical(name) != canonical(issuer))
}

/// The scopes of a client that are none of Usher.
fn own_scopes(client: &Client) -> impl Iterator<Item = String> {
    client.metadata.scope.iter().filter(|token| !is_of_usher(token)).map(str::to_owned)
}

/// The form in which requests name an audience. Some of former versions are no URIs.
fn canonical(name: &str) -> String {
    resource::canonical(name).unwrap_or_else(|_| name.to_owned())
}

//! Search in the console. A reader finds what they may open, and nothing else.
//!
//! Every question is answered from an index and has a limit, so a search costs the same in any installation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::Right;
use crate::users::directory::{PageStart, UserDirectory};
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::error::FlowError;
use usher_domain::event::webhook::Webhook;
use usher_domain::id::{ClientId, ProjectId, UserId};
use usher_domain::oauth::api::Api;
use usher_domain::oauth::attempt::ClientAttempt;
use usher_domain::oauth::client::Client;
use usher_domain::object_search::{ObjectKind, ObjectQuery};
use usher_domain::project::Project;
use usher_domain::user::User;
use usher_domain::user::search::{UserFilter, UserOrder, UserQuery};
use usher_storage::events::log::{AuditEvent, Search};
use usher_storage::users::search::UserSummary;

/// Users that one search examines, by and large: a page of the list of users examines more.
const USERS_EXAMINED: usize = 500;
/// Attempts of one trace id that are read.
const ATTEMPTS: u32 = 20;

/// What a user may open in which project.
#[derive(Debug, Clone)]
pub struct ReaderRights {
    user: UserId,
    admin: bool,
    projects: BTreeMap<ProjectId, Right>,
}

impl ReaderRights {
    /// Whether the user has a right to a project. `None` is what only administrators have.
    pub fn allow(&self, project: ProjectId, required: Option<Right>) -> bool {
        self.admin
            || required.is_some_and(|required| self.projects.get(&project).is_some_and(|right| *right >= required))
    }

    /// Whether the user is an administrator of the installation.
    pub const fn is_administrator(&self) -> bool {
        self.admin
    }
}

/// An object that a search found.
#[derive(Debug, Clone)]
pub enum FoundObject {
    Project,
    Client(Box<Client>),
    Api(Box<Api>),
    Webhook(Box<Webhook>),
}

/// The use cases of search.
pub struct ConsoleSearch {
    pub(crate) core: Arc<Core>,
    pub(crate) clients: Arc<Clients>,
}

impl ConsoleSearch {
    /// The rights of a user: to every project for an administrator, else to those that the user is a member of.
    pub async fn rights_of(&self, user: &User) -> Result<ReaderRights, FlowError> {
        let members = if user.admin { Vec::new() } else { self.core.store.list_memberships(user.id).await? };
        let projects = members.into_iter().map(|member| (member.project_id, Right::of_role(member.role))).collect();
        Ok(ReaderRights { user: user.id, admin: user.admin, projects })
    }

    /// The first objects of a kind that a search finds in projects to which the reader has this right.
    pub async fn find_objects(
        &self,
        kind: ObjectKind,
        query: &ObjectQuery,
        reader: (&ReaderRights, Option<Right>),
        most: usize,
    ) -> Result<Vec<(FoundObject, Project)>, FlowError> {
        let (rights, required) = reader;
        let member = (!rights.admin).then_some(rights.user);
        let ids = self.core.store.find_objects(kind, query, member).await?;
        let mut found = Vec::new();
        for (id, project) in ids.into_iter().filter(|(_, project)| rights.allow(*project, required)).take(most) {
            // What was deleted meanwhile is not found.
            let Some(project) = self.core.store.find_project(project).await? else { continue };
            found.extend(self.load(kind, &id, &project).await?.map(|object| (object, project)));
        }
        Ok(found)
    }

    async fn load(&self, kind: ObjectKind, id: &str, project: &Project) -> Result<Option<FoundObject>, FlowError> {
        let store = &self.core.store;
        Ok(match kind {
            ObjectKind::Project => Some(FoundObject::Project),
            ObjectKind::Client => {
                let client = self.clients.find_client(&ClientId(id.to_owned())).await?;
                client.map(|client| FoundObject::Client(Box::new(client.as_ref().clone())))
            }
            ObjectKind::Api => match id.parse() {
                Ok(id) => store.find_api(id).await?.map(|api| FoundObject::Api(Box::new(api))),
                Err(_) => None,
            },
            ObjectKind::Webhook => match id.parse() {
                Ok(id) => store.find_webhook(project.id, id).await?.map(|hook| FoundObject::Webhook(Box::new(hook))),
                Err(_) => None,
            },
        })
    }

    /// The first users that a text finds, for administrators.
    pub async fn find_users(&self, text: &str, most: u32) -> Result<Vec<UserSummary>, FlowError> {
        let query = UserQuery::new(text, UserFilter::default(), UserOrder::Newest);
        if query.longest_word().is_none() {
            return Ok(Vec::new());
        }
        let directory = UserDirectory { core: Arc::clone(&self.core), most_examined: USERS_EXAMINED };
        Ok(directory.find_users(&query, &PageStart::First, most).await?.users)
    }

    /// The newest event of a request, by its trace id, for administrators.
    pub async fn find_request(&self, trace_id: uuid::Uuid) -> Result<Option<AuditEvent>, FlowError> {
        let search = Search { trace_id: Some(trace_id), ..Search::default() };
        Ok(self.core.store.search_log(&search, 1).await?.items.pop())
    }

    /// The recorded attempts of a request, by its trace id, of clients in projects to which the reader has this right.
    pub async fn find_attempts(
        &self,
        trace_id: uuid::Uuid,
        reader: (&ReaderRights, Option<Right>),
        most: usize,
    ) -> Result<Vec<(ClientAttempt, Client)>, FlowError> {
        let attempts = self.core.store.attempts_of_trace(&trace_id.simple().to_string(), ATTEMPTS).await?;
        let mut found = Vec::new();
        for attempt in attempts {
            let client = self.clients.find_client(&attempt.client_id).await?;
            let client = client.filter(|client| reader.0.allow(client.project_id, reader.1));
            found.extend(client.map(|client| (attempt, client.as_ref().clone())));
        }
        found.truncate(most);
        Ok(found)
    }
}

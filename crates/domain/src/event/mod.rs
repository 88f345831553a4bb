//! Events: audit, webhooks, the live feed and logout notifications all read the same event log.

pub mod actor;
pub mod counter;
pub mod feed;
pub mod kind;
pub mod kinds;
pub mod logout_notice;
pub mod queued_email;
pub mod receipt;
pub mod visibility;
pub mod webhook;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::id::{ClientId, EventId, GrantId, ProjectId, SessionId, UserId};
use crate::time::Timestamp;

pub use kind::{EventCatalogue, EventKind, EventRow};

/// An event: written in the same transaction as its cause, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id; sorts by time.
    pub id: EventId,
    /// Its kind.
    pub kind: EventKind,
    /// When it happened.
    pub at: Timestamp,
    /// The user.
    pub user_id: Option<UserId>,
    /// The session.
    pub session_id: Option<SessionId>,
    /// The client.
    pub client_id: Option<ClientId>,
    /// The grant.
    pub grant_id: Option<GrantId>,
    /// The project.
    pub project_id: Option<ProjectId>,
    /// Further data. Never secrets.
    pub data: Map<String, Value>,
}

impl Event {
    /// The member with the projects of an event about several.
    pub const PROJECTS: &'static str = "projects";
    /// The member of a grant's end that says that its session ended with it.
    pub const WITH_SESSION: &'static str = "with_session";

    /// The member with the logout URI of a deleted client.
    pub const LOGOUT_URI: &'static str = "logout_uri";
    /// The member with the algorithm of its logout tokens.
    pub const LOGOUT_ALG: &'static str = "logout_alg";
    /// The member with the sector of its subject identifiers, if they were pairwise.
    pub const LOGOUT_SECTOR: &'static str = "logout_sector";

    /// The member with the user whom the member `sub` names, if that is not the user of the event.
    pub const MERGED: &'static str = "merged";

    /// The member with the position of the entry in its project's feed, if the entry was written together with the
    /// event.
    pub const FEED_POSITION: &'static str = "feed_position";

    /// An event without data; the `with_` methods add to it.
    pub fn new(id: EventId, kind: EventKind, at: Timestamp) -> Self {
        Self {
            id,
            kind,
            at,
            user_id: None,
            session_id: None,
            client_id: None,
            grant_id: None,
            project_id: None,
            data: Map::new(),
        }
    }

    /// Sets the user.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user_id = Some(user);
        self
    }

    /// Sets the session.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session_id = Some(session);
        self
    }

    /// Sets the client.
    #[must_use]
    pub fn with_client(mut self, client: &ClientId) -> Self {
        self.client_id = Some(client.clone());
        self
    }

    /// Sets the grant.
    #[must_use]
    pub fn with_grant(mut self, grant: GrantId) -> Self {
        self.grant_id = Some(grant);
        self
    }

    /// Sets the project.
    #[must_use]
    pub fn with_project(mut self, project: ProjectId) -> Self {
        self.project_id = Some(project);
        self
    }

    /// Sets several projects.
    #[must_use]
    pub fn with_projects(self, projects: &[ProjectId]) -> Self {
        let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
        self.with(Self::PROJECTS, names)
    }

    /// The user whom the member `sub` names.
    pub fn named_user(&self) -> Option<UserId> {
        self.member(Self::MERGED).and_then(|id| id.parse().ok()).or(self.user_id)
    }

    /// A text member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Value::as_str)
    }

    /// The position of the entry in its project's feed, if the entry was written together with the event.
    pub fn feed_position(&self) -> Option<i64> {
        self.data.get(Self::FEED_POSITION).and_then(Value::as_i64)
    }

    /// The data that stays once the event was dispatched; `None` if all of it does.
    pub fn kept_data(&self) -> Option<Map<String, Value>> {
        let forgotten = self.kind.row().forgotten;
        let is_forgotten = |name: &String| forgotten.contains(&name.as_str());
        self.data.keys().any(is_forgotten).then(|| {
            let kept = self.data.iter().filter(|(name, _)| !is_forgotten(name));
            kept.map(|(name, value)| (name.clone(), value.clone())).collect()
        })
    }

    /// Every project that the event names; others may be concerned as well, which only the database knows
    /// ([`super::visibility`]).
    pub fn projects(&self) -> BTreeSet<ProjectId> {
        let named = self.data.get(Self::PROJECTS).and_then(Value::as_array).into_iter().flatten();
        let named = named.filter_map(|name| name.as_str().and_then(|text| text.parse().ok()));
        self.project_id.into_iter().chain(named).collect()
    }

    /// Adds a member, which must not be secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

//! The history of a project: what its users did with its clients, as the holder of the project's token reads it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::{Event, EventKind};

/// What modules report is no fact of the log: it goes into the history alone, under this name.
pub const SEEN: &str = "session.seen";

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in the log.
    pub id: String,
    /// When, in seconds since the epoch.
    pub at: i64,
    /// What, by the name of the fact.
    pub kind: String,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// By or at which client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// In which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// By which grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// From which network, where the person was there themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// With which browser, as it described itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// By which means they had shown themselves (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// What else there is to say: scope, claims, reason.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

/// Members of a fact that a project may read; others speak of the house or of other projects.
const TOLD: [&str; 6] = ["scope", "claims", "reason", "role", "sent", "sub"];

/// Does a fact of this kind belong into the history of the projects it concerns?
///
/// A sign-in is the grant that came of it: where else a person signs in is not a project's business.
pub const fn is_told(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::GrantCreated
            | EventKind::GrantRevoked
            | EventKind::ConsentGranted
            | EventKind::ConsentDenied
            | EventKind::ConsentWithdrawn
            | EventKind::AccessUsed
            | EventKind::TokenRevoked
            | EventKind::TokenReuseDetected
            | EventKind::CodeReuseDetected
            | EventKind::SessionRevoked
            | EventKind::RedirectRejected
            | EventKind::UserDisabled
            | EventKind::UserEnabled
            | EventKind::UserUpdated
            | EventKind::UserDeleted
            | EventKind::RoleAssigned
            | EventKind::RoleUnassigned
    )
}

/// Was the person there themselves, with a browser whose network and name belong into the entry?
pub const fn has_device(kind: EventKind) -> bool {
    matches!(kind, EventKind::GrantCreated | EventKind::ConsentGranted | EventKind::ConsentDenied)
}

impl Entry {
    /// A fact, without what only memory knows of it.
    pub fn of(event: &Event) -> Self {
        let told = |name: &&str| event.data.get(*name).map(|value| ((*name).to_owned(), value.clone()));
        Self {
            id: event.id.to_string(),
            at: event.at.0,
            kind: event.kind.as_str().to_owned(),
            sub: None,
            client_id: event.client_id.as_ref().map(|id| id.0.clone()),
            session_id: event.session_id.map(|id| id.to_string()),
            grant_id: event.grant_id.map(|id| id.to_string()),
            source: None,
            user_agent: None,
            amr: Vec::new(),
            data: TOLD.iter().filter_map(told).collect(),
        }
    }
}

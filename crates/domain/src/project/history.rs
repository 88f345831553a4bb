//! The history of a project: the activity of its users with its clients, readable with the project's token.
//!
//! The rows in [`crate::event::kinds`] say which events belong to it and which members of their data it shows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::Event;

/// Sessions reported by local modules are not in the event log: they are only in the history, under this name.
pub const SEEN: &str = "session.seen";

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The id of the event.
    pub id: String,
    /// The time, in seconds since the epoch.
    pub at: i64,
    /// The name of the event.
    pub kind: String,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// The network, if the person took part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The `User-Agent`, if the person took part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The authentication methods (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Further data: scope, claims, reason.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

impl HistoryEntry {
    /// The entry for an event, without what only the database knows.
    pub fn of(event: &Event) -> Self {
        let shown = event.kind.row().history_members.iter();
        let member = |name: &&str| event.data.get(*name).map(|value| ((*name).to_owned(), value.clone()));
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
            data: shown.filter_map(member).collect(),
        }
    }
}

//! One who listens: how it is called, how far it has come, and what it hears.

use serde::Serialize;

use usher_domain::id::ClientId;
use usher_domain::time::Timestamp;

/// How somebody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// By a WebSocket.
    Socket,
    /// By asking, and being kept waiting for an answer.
    LongPoll,
}

/// Somebody who listens to a project's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// The client; `None` for whoever holds the project's token.
    pub client_id: Option<ClientId>,
    /// How.
    pub transport: Transport,
    /// Since when.
    pub since: Timestamp,
    /// How far it has said that it has come.
    pub acknowledged: i64,
    /// When it said so.
    pub acknowledged_at: Option<Timestamp>,
    /// The revision of the rules that it applies, as it says.
    pub policy_revision: Option<u64>,
}

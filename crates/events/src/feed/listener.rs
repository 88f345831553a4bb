//! A listener: its transport, its progress, and what it receives.

use serde::Serialize;

use usher_domain::id::ClientId;
use usher_domain::time::Timestamp;

/// How a listener is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// By a WebSocket.
    Socket,
    /// By polling, with waiting requests.
    LongPoll,
}

/// A listener of a project's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// The client; `None` for the project's token.
    pub client_id: Option<ClientId>,
    /// Its transport.
    pub transport: Transport,
    /// When it connected.
    pub since: Timestamp,
    /// The position that it has acknowledged.
    pub acknowledged: i64,
    /// When it acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// The revision of the rules that it applies, as it reports.
    pub policy_revision: Option<u64>,
}

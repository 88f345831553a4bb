//! A listener: who it is, its transport, and its progress.

use serde::{Deserialize, Serialize};

use usher_domain::id::ClientId;
use usher_domain::time::Timestamp;

/// How a listener is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// By a WebSocket.
    Socket,
    /// By polling, with waiting requests.
    LongPoll,
    /// By polling, without waiting.
    Poll,
}

impl Transport {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::LongPoll => "long_poll",
            Self::Poll => "poll",
        }
    }
}

/// What a module says of itself, with its credential.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleIdentity {
    /// The client; `None` for the project's token.
    pub client_id: Option<ClientId>,
    /// Its host, as it reports.
    #[serde(default)]
    pub host: Option<String>,
    /// Its network address.
    #[serde(default)]
    pub address: Option<String>,
    /// Its library and version, such as `usher-sdk-node/0.1.0`.
    #[serde(default)]
    pub version: Option<String>,
}

/// A listener of a project's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    #[serde(flatten)]
    pub module: ModuleIdentity,
    pub transport: Transport,
    /// When it connected; for one that polls, when it began to.
    pub since: Timestamp,
    /// The position that it has acknowledged.
    pub acknowledged: i64,
    /// When it acknowledged that.
    pub acknowledged_at: Option<Timestamp>,
    /// The revision of the rules that it applies, as it reports.
    pub policy_revision: Option<u64>,
}

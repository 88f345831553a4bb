//! One who listens: how it is called, how far it has come, and what it hears.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::frame::Frame;
use super::hub::{Channel, Place};
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

/// What a listener holds while it listens; it has left when this is dropped.
pub struct Listening {
    id: u64,
    channel: Arc<Channel>,
    frames: broadcast::Receiver<Frame>,
    _place: Place,
}

/// What is heard next.
#[derive(Debug)]
pub enum Next {
    /// A message.
    Frame(Frame),
    /// So much at once that some was missed: the rest is to be read from the database.
    Missed,
    /// Nothing more will come.
    Over,
}

impl Listening {
    pub(super) fn new(id: u64, channel: Arc<Channel>, frames: broadcast::Receiver<Frame>, place: Place) -> Self {
        Self { id, channel, frames, _place: place }
    }

    /// Waits for what comes next.
    pub async fn next(&mut self) -> Next {
        match self.frames.recv().await {
            Ok(frame) => Next::Frame(frame),
            Err(RecvError::Lagged(_)) => Next::Missed,
            Err(RecvError::Closed) => Next::Over,
        }
    }

    /// The other side says how far it has come, and which rules it applies.
    pub fn acknowledge(&self, position: i64, revision: Option<u64>, at: Timestamp) {
        self.channel.note(self.id, position, revision, at);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.channel.leave(self.id);
    }
}

//! Listening to a feed: what is heard, until it is dropped.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::channel::{Channel, Place};
use super::frame::Frame;
use usher_domain::time::Timestamp;

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

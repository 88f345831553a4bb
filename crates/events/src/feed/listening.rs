//! Receiving a feed, until it is dropped.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::channel::{Channel, ListenerSlot};
use super::frame::Frame;
use usher_domain::time::Timestamp;

/// A listener's subscription; dropping it ends it.
pub struct FeedSubscription {
    id: u64,
    channel: Arc<Channel>,
    frames: broadcast::Receiver<Frame>,
    _place: ListenerSlot,
}

/// The next thing that is received.
#[derive(Debug)]
pub enum FeedUpdate {
    /// A message.
    Frame(Frame),
    /// Messages were missed: read the rest from the database.
    Missed,
    /// The feed has ended.
    Over,
}

impl FeedSubscription {
    pub(super) fn new(id: u64, channel: Arc<Channel>, frames: broadcast::Receiver<Frame>, place: ListenerSlot) -> Self {
        Self { id, channel, frames, _place: place }
    }

    /// Waits for the next message.
    pub async fn next(&mut self) -> FeedUpdate {
        match self.frames.recv().await {
            Ok(frame) => FeedUpdate::Frame(frame),
            Err(RecvError::Lagged(_)) => FeedUpdate::Missed,
            Err(RecvError::Closed) => FeedUpdate::Over,
        }
    }

    /// Records the position that the other side begins at.
    pub fn begin_at(&self, position: i64) {
        self.channel.begin(self.id, position);
    }

    /// Records the position and the rules' revision that the other side reports.
    pub fn acknowledge(&self, position: i64, revision: Option<u64>, at: Timestamp) {
        self.channel.note(self.id, position, revision, at);
    }
}

impl Drop for FeedSubscription {
    fn drop(&mut self) {
        self.channel.leave(self.id);
    }
}

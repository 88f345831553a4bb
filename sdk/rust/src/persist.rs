//! Writes the state to the store.

use std::sync::atomic::Ordering;

use crate::locks::read;
use crate::revocation::{Cursor, Message, MessageKind};
use crate::state::State;
use crate::store::StoreError;
use crate::store_log::{LogOwner, LogWriter};

/// The length in bytes from which the log is written anew.
const COMPACT_AT: usize = 4 << 20;

impl State {
    /// Whose log is in the store.
    pub(crate) fn log_owner(&self) -> LogOwner<'_> {
        LogOwner { issuer: &self.options.issuer, client: &self.options.client_id }
    }

    /// Writes the whole state.
    pub(crate) async fn save(&self) {
        written(self.try_save().await);
    }

    async fn try_save(&self) -> Result<(), StoreError> {
        let Some(store) = &self.options.store else { return Ok(()) };
        let mut log = self.log.writer.lock().await;
        *log = None;
        let mut writer = LogWriter::new(&self.log.key);
        let Some(text) = self.whole_log(&mut writer) else { return Ok(()) };
        let length = text.len();
        store.save_snapshot(text.into_bytes()).await?;
        *log = Some((writer, length));
        Ok(())
    }

    /// The text of a new log; `None` if there is nothing to keep yet.
    fn whole_log(&self, writer: &mut LogWriter) -> Option<String> {
        let keys = self.current_keys()?;
        let (cursor, entries) = {
            let list = read(&self.list);
            (list.cursor(), list.entries(self.now()))
        };
        if cursor.is_none() && self.follows() {
            return None;
        }
        let cursor = cursor.unwrap_or(Cursor { epoch: 0, position: 0 });
        let mut text = writer.head(self.log_owner(), cursor, self.synced.load(Ordering::Relaxed));
        text += &writer.keys(&keys.etag, &keys.raw);
        if let Some(rules) = self.current_rules() {
            text += &writer.policy(&rules.etag, &rules.jws);
        }
        text += &writer.clients(&self.known_clients());
        for entry in &entries {
            text += &writer.entry(entry);
        }
        Some(text + &writer.end())
    }

    fn known_clients(&self) -> Vec<String> {
        let mut clients: Vec<_> = read(&self.clients).iter().cloned().collect();
        clients.sort();
        clients
    }

    /// Writes the clients that are known to be of the project.
    pub(crate) async fn save_clients(&self) {
        let clients = self.known_clients();
        self.append(|writer| writer.clients(&clients)).await;
    }

    /// Writes messages of the feed.
    pub(crate) async fn save_messages(&self, messages: &[Message]) {
        let lines = |writer: &mut LogWriter| {
            let line = |message: &Message| match &message.kind {
                MessageKind::Entry(entry) => writer.entry(entry),
                MessageKind::Policy(revision) => writer.policy_revision(message.position, *revision),
                _ if message.position > 0 => writer.skip(message.position),
                _ => String::new(),
            };
            messages.iter().map(line).collect()
        };
        self.append(lines).await;
    }

    /// Writes when the list was last up to date.
    pub(crate) async fn save_time(&self) {
        let Some(cursor) = self.cursor() else { return };
        let at = self.synced.load(Ordering::Relaxed);
        self.append(|writer| writer.confirmed(cursor.position, at)).await;
    }

    /// The next write writes the log anew, because it lacks messages.
    pub(crate) async fn invalidate_log(&self) {
        *self.log.writer.lock().await = None;
    }

    /// Appends lines, or writes the log anew if it is too long or not whole.
    async fn append(&self, lines: impl FnOnce(&mut LogWriter) -> String + Send) {
        let Some(store) = &self.options.store else { return };
        let mut log = self.log.writer.lock().await;
        match &mut *log {
            Some((writer, length)) if *length < COMPACT_AT => {
                let text = lines(writer);
                *length += text.len();
                if text.is_empty() {
                    return;
                }
                let appended = store.append_revocations(text.into_bytes()).await;
                if appended.is_err() {
                    *log = None;
                }
                written(appended);
            }
            _ => {
                drop(log);
                self.save().await;
            }
        }
    }
}

fn written(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::error!(error, "usher: the store cannot be written");
    }
}

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::StatusCode;

use crate::event::Event;
use crate::issuer::IssuerError;
use crate::locks::write;
use crate::revocation::{EntryKind, Events, ListSnapshot, Message, MessageKind, Outcome};
use crate::state::State;

impl State {
    /// Fetches keys, list and rules.
    pub(crate) async fn begin(&self) -> Result<(), IssuerError> {
        self.fetch_keys().await?;
        if !self.follows() {
            self.note_ready();
        } else if self.cursor().is_some() {
            self.catch_up(Duration::ZERO).await?; // the list is that of the store
        } else {
            self.take_snapshot().await?;
        }
        self.fetch_rules().await
    }

    /// Replaces the list by a snapshot. One that is older is refused.
    pub(super) async fn take_snapshot(&self) -> Result<(), IssuerError> {
        let asked = self.now();
        let answer = self.issuer.snapshot().await?;
        let snapshot = ListSnapshot::parse(&answer.body).map_err(|fault| answer.unreadable(&fault))?;
        if let (Some(own), Some(other)) = (&self.options.project, &snapshot.project)
            && own != other
        {
            let fault = format!("the option project is `{own}`, and the client belongs to the project `{other}`");
            return Err(IssuerError::Misfit(fault));
        }
        let again = {
            let mut list = write(&self.list);
            let again = list.cursor().is_some();
            list.replace(&snapshot, self.now()).map_err(|fault| answer.unreadable(&fault))?;
            again
        };
        self.drop_revoked_keys();
        self.want_rules(snapshot.policy);
        let keys = self.current_keys().map(|keys| keys.etag.clone());
        if snapshot.keys_etag.is_some() && keys != snapshot.keys_etag {
            self.fetch_keys().await?;
        }
        self.synced.store(asked, Ordering::Relaxed);
        self.save().await;
        if again {
            self.emit(Event::Resynced);
        }
        self.note_ready();
        Ok(())
    }

    /// Fetches what is new, waiting for it up to this time; a snapshot if that is needed.
    pub(super) async fn catch_up(&self, wait: Duration) -> Result<(), IssuerError> {
        loop {
            let Some(cursor) = self.cursor() else { return self.take_snapshot().await };
            let revision = self.current_rules().map(|current| current.rules.table.revision);
            let answer = match self.issuer.events(&cursor.to_string(), wait, revision).await {
                Err(error) if error.status() == Some(StatusCode::GONE) => return self.take_snapshot().await,
                answer => answer?,
            };
            let now = self.now();
            if answer.status != StatusCode::NOT_MODIFIED {
                let events = Events::parse(&answer.body).map_err(|fault| answer.unreadable(&fault))?;
                let is_whole = events.cursor.epoch == cursor.epoch && self.receive(&events.messages).await;
                if !is_whole || self.cursor() < Some(events.cursor) {
                    self.invalidate_log().await;
                    return self.take_snapshot().await;
                }
                if events.more {
                    continue;
                }
            }
            self.confirm(now).await;
            return Ok(());
        }
    }

    /// The list is up to date at this time.
    pub(super) async fn confirm(&self, now: i64) {
        if self.synced.swap(now, Ordering::Relaxed) != now {
            self.save_time().await;
        }
        self.note_ready();
    }

    /// Applies messages. False if some are missing: what came after the gap counts nevertheless.
    pub(super) async fn receive(&self, messages: &[Message]) -> bool {
        let mut is_whole = true;
        for message in messages {
            let outcome = write(&self.list).apply(message, self.now());
            match (outcome, &message.kind) {
                (Outcome::Gap | Outcome::Resync, _) => is_whole = false,
                (Outcome::Policy, MessageKind::Policy(revision)) => self.want_rules(Some(*revision)),
                (Outcome::Keys, _) => self.want_keys(),
                _ => {}
            }
            if let (Outcome::Applied | Outcome::Folded | Outcome::Gap, MessageKind::Entry(entry)) =
                (outcome, &message.kind)
            {
                if entry.kind == EntryKind::Sid {
                    self.sessions.remove(&entry.value);
                }
                if entry.kind == EntryKind::Kid {
                    self.drop_revoked_keys();
                    self.want_keys();
                }
                self.emit(Event::Revoked { kind: entry.kind, value: entry.value.clone(), why: entry.why.clone() });
            }
        }
        if is_whole {
            self.save_messages(messages).await;
        } else {
            self.invalidate_log().await;
        }
        is_whole
    }

    fn want_keys(&self) {
        self.keys_wanted.store(true, Ordering::Relaxed);
        self.documents_wanted.notify_one();
    }
}

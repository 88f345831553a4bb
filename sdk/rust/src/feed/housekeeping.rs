use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::backoff;
use crate::issuer::IssuerError;
use crate::restore::SESSIONS_KEY;
use crate::sessions::{LIFE, MOST_REPORTED};
use crate::state::State;

/// Between two reports of sessions.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Between two looks at the age of the list.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Fetches keys and rules when the feed says that there are others. The feed does not wait for them.
pub(crate) async fn keep_documents(state: Arc<State>) {
    loop {
        state.documents_wanted.notified().await;
        for failures in 1.. {
            let keys = state.renew_keys().await;
            let Err(error) = keys.and(state.fetch_rules().await) else { break };
            tracing::warn!(%error, "usher: keys or access rules could not be fetched");
            tokio::time::sleep(backoff(failures)).await;
        }
    }
}

/// Notices that the list has become stale, and reports sessions.
pub(crate) async fn keep_house(state: Arc<State>) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut reported = tokio::time::Instant::now();
    loop {
        let now = looks.tick().await;
        state.note_stale();
        if now.duration_since(reported) >= REPORT_EVERY {
            reported = now;
            state.report().await;
        }
    }
}

impl State {
    /// Reports sessions to Usher and writes the list to the store.
    pub(crate) async fn report(&self) {
        if self.options.report_sessions
            && let Err(error) = self.report_all().await
        {
            tracing::warn!(%error, "usher: sessions could not be reported");
        }
        let Some(store) = &self.options.store else { return };
        let sessions = json!(self.sessions.all()).to_string();
        if let Err(error) = store.set(SESSIONS_KEY, sessions.into_bytes(), LIFE).await {
            tracing::warn!(error, "usher: sessions could not be stored");
        }
    }
    async fn report_all(&self) -> Result<(), IssuerError> {
        loop {
            let sessions = self.sessions.unreported(self.now());
            if sessions.is_empty() {
                return Ok(());
            }
            self.issuer.report(&json!(sessions)).await?;
            self.sessions.reported(&sessions);
            if sessions.len() < MOST_REPORTED {
                return Ok(());
            }
        }
    }
}

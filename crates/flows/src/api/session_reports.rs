//! Reports of a project's local modules: sessions and tokens that were used at an application. They are sealed to the
//! project's key at once; the server keeps nothing that it could read.

use std::sync::Arc;
use std::time::Duration;
use usher_accounts::core::Core;

use serde_json::{Value, json};

use usher_accounts::error::FlowError;
use usher_domain::id::{ClientId, EventId, ProjectId};
use usher_domain::project::history::{HistoryEntry, SEEN};
use usher_domain::time::Timestamp;
use usher_keys::project_key::ProjectLock;

/// Most sessions in one report.
pub const MOST_SEEN: usize = 500;
/// How far the clock of a module may be ahead.
const AHEAD: Duration = Duration::from_secs(60);

/// A session that was used at an application.
#[derive(Debug, Clone)]
pub struct SessionReport {
    /// The session, by its `sid`.
    pub sid: Option<String>,
    /// The subject identifier of the user.
    pub sub: Option<String>,
    /// The client that its tokens were issued to.
    pub client_id: Option<String>,
    /// First use.
    pub first_seen: Timestamp,
    /// Last use.
    pub last_seen: Timestamp,
    /// Requests in between.
    pub requests: u64,
    /// The client network, hashed by the module.
    pub ip_hash: Option<String>,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
}

/// Sessions that the modules of a project have seen.
pub struct SessionReports {
    pub(crate) core: Arc<Core>,
}

impl SessionReports {
    /// Seals a report into the history of a project. Times in the future are replaced by now.
    pub async fn note_seen(
        &self,
        project: ProjectId,
        by: Option<&ClientId>,
        seen: Vec<SessionReport>,
    ) -> Result<usize, FlowError> {
        let now = self.core.now();
        let noted = seen.len();
        let entries: Vec<HistoryEntry> = seen.into_iter().map(|seen| self.entry_of(seen, by, now)).collect();
        let day = now.start_of_day();
        let mut tx = self.core.store.begin().await?;
        let seal = |key: &Value| ProjectLock::from_jwk(key)?.seal_entries(&entries);
        tx.seal_into_history(project, day, seal).await?;
        tx.commit().await?;
        Ok(noted)
    }

    fn entry_of(&self, seen: SessionReport, by: Option<&ClientId>, now: Timestamp) -> HistoryEntry {
        let sane = |at: Timestamp| if at > now + AHEAD { now } else { at };
        let (first, last) = (sane(seen.first_seen), sane(seen.last_seen));
        let mut data = serde_json::Map::new();
        data.insert("first_seen".to_owned(), json!(first.0));
        data.insert("requests".to_owned(), json!(seen.requests));
        data.extend(seen.ip_hash.map(|hash| ("ip_hash".to_owned(), json!(hash))));
        data.extend(by.map(|client| ("reported_by".to_owned(), json!(client.0))));
        HistoryEntry {
            id: EventId::new(now, &*self.core.random).to_string(),
            at: last.0,
            kind: SEEN.to_owned(),
            sub: seen.sub,
            client_id: seen.client_id,
            session_id: seen.sid,
            grant_id: None,
            source: None,
            user_agent: seen.user_agent,
            amr: Vec::new(),
            data,
        }
    }
}

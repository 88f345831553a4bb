//! Reading a project's history: only the newest token decrypts it, including what was sealed to former ones.

use std::sync::Arc;
use usher_accounts::core::Core;
use uuid::Uuid;

use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::secret_hash;
use usher_accounts::subjects::Subjects;
use usher_domain::id::ProjectId;
use usher_domain::page::Cursor;
use usher_domain::project::Project;
use usher_domain::project::history::HistoryEntry;
use usher_keys::project_key::{DecryptError, ProjectKey};
use usher_storage::events::history::{KeptKey, SealedFacts};

/// Sealed values that are opened at once.
const BATCH: u32 = 64;
/// Batches that are opened for one page; a page may be short if few entries match.
const BATCHES: u32 = 8;

#[derive(Debug, Clone, Default)]
pub struct HistorySearch {
    /// Only events of this user, by any identifier.
    pub sub: Option<String>,
    /// Only events of this kind.
    pub kind: Option<String>,
    /// From this cursor backwards.
    pub cursor: Option<Cursor>,
    /// The largest number of entries.
    pub size: usize,
}

/// A page of a history, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
    /// The cursor of the next page, if there may be one.
    pub next: Option<Cursor>,
}

/// A position in a history: the sealed value, and how many of its entries were returned already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct HistoryPosition {
    position: i64,
    given: u64,
}

impl HistoryPosition {
    const NEWEST: Self = Self { position: i64::MAX, given: 0 };

    fn read(cursor: Cursor) -> Self {
        let (position, given) = cursor.0.as_u64_pair();
        Self { position: i64::try_from(position).unwrap_or(i64::MAX), given }
    }

    fn cursor(self) -> Cursor {
        Cursor(Uuid::from_u64_pair(u64::try_from(self.position).unwrap_or(0), self.given))
    }
}

/// The keys of a project; each opens the one before.
struct Chain {
    kept: Vec<KeptKey>,
    opened: Vec<ProjectKey>,
}

impl Chain {
    /// The key of a generation; generations must be requested from newest to oldest.
    fn key(&mut self, generation: i64) -> Result<&ProjectKey, DecryptError> {
        let place = self.kept.iter().position(|kept| kept.generation == generation).ok_or(DecryptError)?;
        while self.opened.len() <= place {
            let newer = self.opened.last().ok_or(DecryptError)?;
            let wrapped = self.kept[self.opened.len()].wrapped.as_deref().ok_or(DecryptError)?;
            let former = newer.unwrap_former(wrapped)?;
            self.opened.push(former);
        }
        self.opened.get(place).ok_or(DecryptError)
    }

    fn open(&mut self, sealed: &SealedFacts) -> Result<Vec<HistoryEntry>, DecryptError> {
        let plaintext = self.key(sealed.generation)?.open(&sealed.sealed)?;
        serde_json::from_slice(&plaintext).map_err(|_| DecryptError)
    }
}

/// Histories of projects.
pub struct Histories {
    pub(crate) core: Arc<Core>,
    pub(crate) subjects: Arc<Subjects>,
}

impl Histories {
    /// A page of a project's history, decrypted with the token.
    ///
    /// # Errors
    /// [`Rejected::ProjectTokenRequired`] for anything but the project's newest token.
    pub async fn read_history(
        &self,
        project: &Project,
        token: &str,
        search: HistorySearch,
    ) -> Result<HistoryPage, FlowError> {
        let newest = self.core.store.find_token_hash(project.id).await?;
        let key = ProjectKey::of_token(token).ok_or(Rejected::ProjectTokenRequired)?;
        if newest.as_deref() != Some(secret_hash(token).as_slice()) {
            return Err(Rejected::ProjectTokenRequired.into());
        }
        let subs = self.identifiers(project.id, search.sub.as_deref()).await?;
        let kept = self.core.store.list_project_keys(project.id, i64::MAX).await?;
        let mut chain = Chain { kept, opened: vec![key] };
        let mut place = search.cursor.map_or(HistoryPosition::NEWEST, HistoryPosition::read);
        let mut entries = Vec::new();
        for _ in 0..BATCHES {
            let rows = self.core.store.read_history(project.id, place.position, BATCH).await?;
            let last = rows.len() < BATCH as usize;
            let opened = self.open_batch(project.id, chain, rows).await?;
            chain = opened.0;
            for (position, facts) in opened.1 {
                if position != place.position {
                    place = HistoryPosition { position, given: 0 };
                }
                for entry in facts.into_iter().rev().skip(usize::try_from(place.given).unwrap_or(usize::MAX)) {
                    if entries.len() == search.size {
                        return Ok(HistoryPage { entries, next: Some(place.cursor()) });
                    }
                    place.given += 1;
                    entries.extend(Some(entry).filter(|entry| search.wants(entry, &subs)));
                }
                place = HistoryPosition { position: position - 1, given: 0 };
            }
            if last {
                return Ok(HistoryPage { entries, next: None });
            }
        }
        Ok(HistoryPage { entries, next: Some(place.cursor()) })
    }

    /// Every identifier of the user with this one. A deleted user has it alone.
    async fn identifiers(&self, project: ProjectId, sub: Option<&str>) -> Result<Vec<String>, FlowError> {
        let Some(sub) = sub else { return Ok(Vec::new()) };
        let all = match self.subjects.find_in(project, sub).await? {
            Some(user) => self.subjects.all_in(project, &user).await?,
            None => Vec::new(),
        };
        Ok(all.into_iter().map(|known| known.0).chain([sub.to_owned()]).collect())
    }

    /// Decrypts on a blocking thread.
    async fn open_batch(
        &self,
        project: ProjectId,
        mut chain: Chain,
        rows: Vec<SealedFacts>,
    ) -> Result<(Chain, Vec<(i64, Vec<HistoryEntry>)>), FlowError> {
        let work = tokio::task::spawn_blocking(move || {
            let mut opened = Vec::new();
            for row in rows {
                match chain.open(&row) {
                    Ok(entries) => opened.push((row.position, entries)),
                    Err(why) => tracing::error!(project.id = %project, "a piece of history is left out: {why}"),
                }
            }
            (chain, opened)
        });
        work.await.map_err(|_| FlowError::from(DecryptError))
    }
}

impl HistorySearch {
    /// `subs` are the identifiers of the user, if one is named.
    fn wants(&self, entry: &HistoryEntry, subs: &[String]) -> bool {
        (subs.is_empty() || entry.sub.as_ref().is_some_and(|sub| subs.contains(sub)))
            && self.kind.as_ref().is_none_or(|kind| entry.kind == *kind)
    }
}

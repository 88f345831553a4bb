//! The keys of projects and their sealed histories. The plain columns show only how many events there are and their
//! day.

use std::fmt::Display;

use serde_json::Value;

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::{ProjectId, SessionId};
use usher_domain::time::Timestamp;

row! {
    KEY: KeptKey of "project_key" { kid, generation, public_jwk, wrapped }
}

row! {
    SEALED: SealedFacts of "history" { position, generation, sealed }
}

row! {
    SEEN_DEVICE: SeenDevice of "session" by id { amr, user_agent, source }
}

statements! {
    with KEY, SEALED, SEEN_DEVICE;

    INSERT_KEY = "
        insert into project_key (project_id, generation, kid, public_jwk, created_at)
        values ($1, $2, $3, $4, $5)
    ";
    // The row also serializes rotations: the second of two simultaneous ones finds another newest key.
    RETIRE_KEY = "
        update project_key
        set wrapped = $3, former_hash = $4, good_until = $5
        where project_id = $1 and generation = $2 and former_hash is null
    ";
    FIND_TOKEN_HASH = "
        select token_hash
        from project
        where id = $1
    ";
    PUT_TOKEN_HASH = "
        update project
        set token_hash = $2
        where id = $1 and token_hash = $3
    ";
    NEWEST_KEY = "
        select {KEY}
        from project_key
        where project_id = $1
        order by generation desc
        limit 1
    ";
    LIST_KEYS = "
        select {KEY}
        from project_key
        where project_id = $1 and generation <= $2
        order by generation desc
        limit 500
    ";
    FORGET_TOKENS = "
        update project_key
        set good_until = $2
        where project_id = $1 and good_until > $2
    ";
    APPEND = "
        insert into history (project_id, position, generation, day, sealed)
        select $1, coalesce(max(position), 0) + 1, $2, $3, $4
        from history
        where project_id = $1
    ";
    READ = "
        select {SEALED}
        from history
        where project_id = $1 and position <= $2
        order by position desc
        limit $3 + 0
    ";
    DEVICE = "
        select {SEEN_DEVICE}
        from session
        where id = $1
    ";
    SWEEP = "
        delete from history
        where (project_id, position) in (
            select project_id, position
            from history
            where day < $1
            order by day
            limit $2 + 0
        )
    ";
}

/// A key of a project, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptKey {
    /// The generation: 1 for the first token.
    pub generation: i64,
    /// Its thumbprint (RFC 7638).
    pub kid: String,
    /// The public half.
    pub public_jwk: Value,
    /// The private half, sealed to the key that followed.
    pub wrapped: Option<String>,
}

/// A sealed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFacts {
    /// Its position.
    pub position: i64,
    /// The generation of the key that it is sealed to.
    pub generation: i64,
    /// The JWE.
    pub sealed: String,
}

/// The browser of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDevice {
    /// The authentication methods of the session (`amr`, RFC 8176).
    pub amr: Vec<String>,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// Its network.
    pub source: Option<String>,
}

impl Tx {
    /// Adds a key of a project.
    pub async fn insert_project_key(
        &mut self,
        project: ProjectId,
        generation: i64,
        (kid, public_jwk): (&str, &Value),
        now: Timestamp,
    ) -> Result<()> {
        self.query(INSERT_KEY).bind(project).bind(generation).bind(kid).bind(public_jwk).bind(now).done().await
    }

    /// Replaces the token of this hash: its key is stored wrapped, and the token stays valid until `good_until`.
    /// `false` if it was no longer the newest.
    pub async fn replace_project_token(
        &mut self,
        project: ProjectId,
        (old_hash, new_hash): (&[u8], &[u8]),
        (generation, wrapped): (i64, Option<&str>),
        good_until: Timestamp,
    ) -> Result<bool> {
        if !self.query(PUT_TOKEN_HASH).bind(project).bind(new_hash).bind(old_hash).changed().await? {
            return Ok(false);
        }
        let retire =
            self.query(RETIRE_KEY).bind(project).bind(generation).bind(wrapped).bind(old_hash).bind(good_until);
        // A project whose first token is older than its keys has none to retire.
        Ok(retire.changed().await? || generation == 0)
    }

    /// Invalidates every former token of the project.
    pub async fn forget_former_tokens(&mut self, project: ProjectId, now: Timestamp) -> Result<u64> {
        self.query(FORGET_TOKENS).bind(project).bind(now).run().await
    }

    /// The newest key of a project, as this transaction sees it.
    pub async fn newest_project_key(&mut self, project: ProjectId) -> Result<Option<KeptKey>> {
        self.query(NEWEST_KEY).bind(project).optional().await
    }

    /// The hash of a project's newest token, as this transaction sees it.
    pub async fn find_token_hash(&mut self, project: ProjectId) -> Result<Option<Vec<u8>>> {
        self.query(FIND_TOKEN_HASH).bind(project).optional().await
    }

    /// Seals an event to a project's newest key and appends it to the project's history. If a project has no key, or
    /// the key cannot seal, only that project loses the event. The project is locked first, so that positions are
    /// assigned one after another and the key is still the newest when the transaction ends.
    pub async fn seal_into_history<E: Display>(
        &mut self,
        project: ProjectId,
        day: Timestamp,
        seal: impl FnOnce(&Value) -> std::result::Result<String, E> + Send,
    ) -> Result<()> {
        self.lock_project(project).await?;
        let Some(key) = self.newest_project_key(project).await? else { return Ok(()) };
        match seal(&key.public_jwk) {
            Ok(sealed) => self.append_history(project, key.generation, day, &sealed).await,
            Err(why) => {
                tracing::error!(project.id = %project, "history cannot be sealed: {why}");
                Ok(())
            }
        }
    }

    async fn append_history(
        &mut self,
        project: ProjectId,
        generation: i64,
        day: Timestamp,
        sealed: &str,
    ) -> Result<()> {
        self.query(APPEND).bind(project).bind(generation).bind(day).bind(sealed).done().await
    }

    /// The browser of a session, as this transaction sees it.
    pub async fn find_device(&mut self, session: SessionId) -> Result<Option<SeenDevice>> {
        self.query(DEVICE).bind(session).optional().await
    }

    /// Deletes a batch of entries that are older than the day `before`.
    pub async fn sweep_history(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// The newest key of a project.
    pub async fn newest_project_key(&self, project: ProjectId) -> Result<Option<KeptKey>> {
        self.query(NEWEST_KEY).bind(project).optional().await
    }

    /// The keys of a project up to a generation, newest first.
    pub async fn list_project_keys(&self, project: ProjectId, up_to: i64) -> Result<Vec<KeptKey>> {
        self.query(LIST_KEYS).bind(project).bind(up_to).all().await
    }

    /// Sealed events of a project from a position backwards.
    pub async fn read_history(&self, project: ProjectId, from: i64, size: u32) -> Result<Vec<SealedFacts>> {
        self.query(READ).bind(project).bind(from).bind(size).all().await
    }

    /// The hash of a project's newest token.
    pub async fn find_token_hash(&self, project: ProjectId) -> Result<Option<Vec<u8>>> {
        self.query(FIND_TOKEN_HASH).bind(project).optional().await
    }
}

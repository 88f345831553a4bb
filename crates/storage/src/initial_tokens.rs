//! Initial access tokens of projects (RFC 7591 §1.2).

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::{InitialTokenId, ProjectId};
use usher_domain::oauth::initial_token::InitialToken;
use usher_domain::time::Timestamp;

row! {
    INITIAL_TOKEN: InitialToken of "initial_token" {
        id, project_id, name, max_clients, registered, created_at, expires_at
    }
}

statements! {
    with INITIAL_TOKEN;

    INSERT = "
        insert into initial_token (id, project_id, name, max_clients, registered, created_at, expires_at, token_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    USE = "
        update initial_token
        set registered = registered + 1
        where token_hash = $1 and expires_at > $2 and registered < max_clients
        returning {INITIAL_TOKEN}
    ";
    DELETE = "delete from initial_token where project_id = $1 and id = $2";
    COUNT = "select count(*) from initial_token where project_id = $1";
    LIST = "
        select {INITIAL_TOKEN}
        from initial_token
        where project_id = $1
        order by id
        limit 100
    ";
    SWEEP = "
        delete from initial_token
        where id in (select id from initial_token where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Adds a token by its hash.
    pub async fn insert_initial_token(&mut self, token: &InitialToken, hash: &[u8]) -> Result<()> {
        self.query(INSERT)
            .bind(token.id)
            .bind(token.project_id)
            .bind(&token.name)
            .bind(token.max_clients)
            .bind(token.registered)
            .bind(token.created_at)
            .bind(token.expires_at)
            .bind(hash)
            .done()
            .await
    }

    /// Counts one client that is registered with the token of this hash. `None` if there is no such token, it has expired,
    /// or it has registered as many as it may.
    pub async fn use_initial_token(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<InitialToken>> {
        self.query(USE).bind(hash).bind(now).optional().await
    }

    /// Deletes a token of a project. `false` if it does not exist.
    pub async fn delete_initial_token(&mut self, project: ProjectId, id: InitialTokenId) -> Result<bool> {
        self.query(DELETE).bind(project).bind(id).changed().await
    }

    /// How many tokens a project has.
    pub async fn count_initial_tokens(&mut self, project: ProjectId) -> Result<usize> {
        let count: i64 = self.query(COUNT).bind(project).one().await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Deletes tokens that expired before `before`.
    pub async fn sweep_initial_tokens(&mut self, before: Timestamp, most: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(most).run().await
    }
}

impl Store {
    /// The tokens of a project, oldest first.
    pub async fn list_initial_tokens(&self, project: ProjectId) -> Result<Vec<InitialToken>> {
        self.query(LIST).bind(project).all().await
    }
}

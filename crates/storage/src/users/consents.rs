//! Consents that users gave to clients.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::unreadable;
use crate::{Result, Sql, StorageError, Store, Tx};
use usher_domain::id::{ClientId, UserId};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::time::Timestamp;
use usher_protocol::scope::Scope;

statements! {
    INSERT = "insert into consent (user_id, client_id, scope, granted_at) values ($1, $2, $3, $4) on conflict (user_id, client_id) do nothing";
    // PostgreSQL locks the row, so that no simultaneously granted scope is lost.
    LOCK = "select user_id, client_id, scope, granted_at from consent where user_id = $1 and client_id = $2", postgres "select user_id, client_id, scope, granted_at from consent where user_id = $1 and client_id = $2 for no key update";
    HOLD = "select user_id, client_id, scope, granted_at from consent where user_id = $1 and client_id = $2", postgres "select user_id, client_id, scope, granted_at from consent where user_id = $1 and client_id = $2 for share";
    WIDEN = "update consent set scope = $3, granted_at = case when granted_at < $4 then $4 else granted_at end where user_id = $1 and client_id = $2";
    DELETE = "delete from consent where user_id = $1 and client_id = $2";
    LIST_OF_USER = "select user_id, client_id, scope, granted_at from consent where user_id = $1 order by client_id limit 500";
    FIND = "select user_id, client_id, scope, granted_at from consent where user_id = $1 and client_id = $2";
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    user_id: Uuid,
    client_id: String,
    scope: String,
    granted_at: i64,
}

impl TryFrom<ConsentRow> for StoredConsent {
    type Error = StorageError;
    fn try_from(row: ConsentRow) -> Result<Self> {
        Ok(Self {
            user_id: UserId(row.user_id),
            scope: Scope::parse(&row.scope).map_err(|_| unreadable("consent", "scope", row.user_id))?,
            client_id: ClientId(row.client_id),
            granted_at: Timestamp(row.granted_at),
        })
    }
}

impl Tx {
    /// Adds scopes to a user's consent to a client.
    pub async fn add_consent(&mut self, consent: &StoredConsent) -> Result<()> {
        if self.write_consent(INSERT, consent).await? {
            return Ok(());
        }
        let earlier = self.lock_consent(consent.user_id, &consent.client_id).await?;
        let written = match earlier {
            Some(earlier) => {
                let wider = StoredConsent { scope: earlier.scope.union(&consent.scope), ..consent.clone() };
                self.write_consent(WIDEN, &wider).await?
            }
            // It was withdrawn between the two statements.
            None => self.write_consent(INSERT, consent).await?,
        };
        if written { Ok(()) } else { Err(StorageError::Conflict) }
    }

    /// Does the user's consent cover this scope? The row stays locked until this transaction ends.
    pub async fn hold_consent(&mut self, user: UserId, client: &ClientId, scope: &Scope) -> Result<bool> {
        let row: Option<ConsentRow> =
            on_tx!(self, HOLD, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(&client.0).fetch_optional(conn))?;
        let consent = row.map(StoredConsent::try_from).transpose()?;
        Ok(consent.is_some_and(|consent| scope.is_subset_of(&consent.scope)))
    }

    async fn write_consent(&mut self, sql: Sql, consent: &StoredConsent) -> Result<bool> {
        let written = run!(self, sql, |sql| sqlx::query(sql)
            .bind(consent.user_id.0)
            .bind(&consent.client_id.0)
            .bind(consent.scope.to_string())
            .bind(consent.granted_at.0))?;
        Ok(written == 1)
    }

    async fn lock_consent(&mut self, user: UserId, client: &ClientId) -> Result<Option<StoredConsent>> {
        let row: Option<ConsentRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(&client.0).fetch_optional(conn))?;
        row.map(StoredConsent::try_from).transpose()
    }

    /// Deletes a consent. `false` if there was none.
    pub async fn delete_consent(&mut self, user: UserId, client: &ClientId) -> Result<bool> {
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(user.0).bind(&client.0))? == 1)
    }
}

impl Store {
    /// The consents of a user, 500 clients at most.
    pub async fn list_consents(&self, user: UserId) -> Result<Vec<StoredConsent>> {
        let rows: Vec<ConsentRow> =
            on!(&self.db, LIST_OF_USER, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        rows.into_iter().map(StoredConsent::try_from).collect()
    }

    /// The consent of a user to a client.
    pub async fn find_consent(&self, user: UserId, client: &ClientId) -> Result<Option<StoredConsent>> {
        let row: Option<ConsentRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(&client.0).fetch_optional(conn))?;
        row.map(StoredConsent::try_from).transpose()
    }
}

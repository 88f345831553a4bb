//! Consents that users gave to clients.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Sql, StorageError, Store, Tx};
use usher_domain::id::{ClientId, UserId};
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::grant::Grant;

row! {
    CONSENT: StoredConsent of "consent" { user_id, client_id, scope, granted_at, apis }
}

statements! {
    with CONSENT;

    INSERT = "
        insert into consent (user_id, client_id, scope, granted_at, apis)
        values ($1, $2, $3, $4, $5)
        on conflict (user_id, client_id) do nothing
    ";
    // PostgreSQL locks the row, so that no simultaneously granted scope is lost.
    LOCK = "
        select {CONSENT}
        from consent
        where user_id = $1 and client_id = $2
    " + postgres "for no key update";
    HOLD = "
        select {CONSENT}
        from consent
        where user_id = $1 and client_id = $2
    " + postgres "for share";
    WIDEN = "
        update consent
        set scope = $3, granted_at = case when granted_at < $4 then $4 else granted_at end, apis = $5
        where user_id = $1 and client_id = $2
    ";
    DELETE = "delete from consent where user_id = $1 and client_id = $2";
    LIST_OF_USER = "
        select {CONSENT}
        from consent
        where user_id = $1
        order by client_id
        limit 500
    ";
    FIND = "
        select {CONSENT}
        from consent
        where user_id = $1 and client_id = $2
    ";
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
                let wider = earlier.widened_by(consent);
                self.write_consent(WIDEN, &wider).await?
            }
            // It was withdrawn between the two statements.
            None => self.write_consent(INSERT, consent).await?,
        };
        if written { Ok(()) } else { Err(StorageError::Conflict) }
    }

    /// Does the user's consent cover this grant? The row stays locked until this transaction ends.
    pub async fn hold_consent(&mut self, grant: &Grant) -> Result<bool> {
        let query = self.query(HOLD).bind(grant.user_id).bind(&grant.client_id);
        let consent: Option<StoredConsent> = query.optional().await?;
        Ok(consent.is_some_and(|consent| consent.covers(&grant.scope, grant.targets.as_ref())))
    }

    async fn write_consent(&mut self, sql: Sql, consent: &StoredConsent) -> Result<bool> {
        self.query(sql)
            .bind(consent.user_id)
            .bind(&consent.client_id)
            .bind(&consent.scope)
            .bind(consent.granted_at)
            .bind(&consent.apis)
            .changed()
            .await
    }

    async fn lock_consent(&mut self, user: UserId, client: &ClientId) -> Result<Option<StoredConsent>> {
        self.query(LOCK).bind(user).bind(client).optional().await
    }

    /// Deletes a consent. `false` if there was none.
    pub async fn delete_consent(&mut self, user: UserId, client: &ClientId) -> Result<bool> {
        self.query(DELETE).bind(user).bind(client).changed().await
    }
}

impl Store {
    /// The consents of a user, 500 clients at most.
    pub async fn list_consents(&self, user: UserId) -> Result<Vec<StoredConsent>> {
        self.query(LIST_OF_USER).bind(user).all().await
    }

    /// The consent of a user to a client.
    pub async fn find_consent(&self, user: UserId, client: &ClientId) -> Result<Option<StoredConsent>> {
        self.query(FIND).bind(user).bind(client).optional().await
    }
}

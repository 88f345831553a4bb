//! What is kept of clients that registered themselves, beside the client.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::ClientId;
use usher_domain::oauth::client_origin::SelfRegistration;
use usher_domain::time::Timestamp;

row! {
    REGISTRATION: SelfRegistration of "client_registration" { client_id, checked_at, fresh_until, used_at }
}

/// Not used since `$1`, or not since `$2`, which is later, and allowed by nobody. Clients that an administrator vouches for
/// are kept.
const UNUSED: &str = "
        r.used_at < $2
          and c.trusted_at is null
          and (r.used_at < $1 or not exists (select 1 from consent where consent.client_id = r.client_id))
";

statements! {
    with REGISTRATION, UNUSED;

    INSERT = "
        insert into client_registration (client_id, checked_at, fresh_until, used_at)
        values ($1, $2, $3, $4)
    ";
    SET_CHECKED = "
        update client_registration
        set checked_at = $2, fresh_until = $3
        where client_id = $1
    ";
    NOTE_USE = "
        update client_registration
        set used_at = $2
        where client_id = $1 and used_at < $3
    ";
    SET_TOKEN = "
        update client_registration
        set token_hash = $2
        where client_id = $1
    ";
    // A token that was replaced is replaced again if the answer with its successor was lost.
    ROTATE_TOKEN = "
        update client_registration
        set token_hash = $3, former_token_hash = $2
        where client_id = $1 and (token_hash = $2 or former_token_hash = $2)
    ";
    END_FORMER_TOKEN = "
        update client_registration
        set former_token_hash = null
        where client_id = $1 and token_hash = $2 and former_token_hash is not null
    ";
    OWNER_OF_TOKEN = "
        select client_id
        from client_registration
        where token_hash = $1
        union
        select client_id
        from client_registration
        where former_token_hash = $1
    ";
    FIND = "
        select {REGISTRATION}
        from client_registration
        where client_id = $1
    ";
    LIST_UNUSED = "
        select r.client_id
        from client_registration r
        join client c on c.id = r.client_id
        where {UNUSED}
        order by r.used_at
        limit $3 + 0
    ";
    IS_UNUSED = "
        select 1
        from client_registration r
        join client c on c.id = r.client_id
        where {UNUSED}
          and r.client_id = $3
    ";
}

impl Tx {
    /// Adds the registration of a client.
    pub async fn insert_client_registration(&mut self, registration: &SelfRegistration) -> Result<()> {
        self.query(INSERT)
            .bind(&registration.client_id)
            .bind(registration.checked_at)
            .bind(registration.fresh_until)
            .bind(registration.used_at)
            .done()
            .await
    }

    /// Notes that the document of a client was fetched, and until when it is used.
    pub async fn set_document_checked(&mut self, id: &ClientId, at: Timestamp, fresh_until: Timestamp) -> Result<()> {
        self.query(SET_CHECKED).bind(id).bind(at).bind(fresh_until).done().await
    }

    /// Gives a new client its registration access token.
    pub async fn set_registration_token(&mut self, id: &ClientId, hash: &[u8]) -> Result<()> {
        self.query(SET_TOKEN).bind(id).bind(hash).done().await
    }

    /// Replaces the registration access token that was presented. It is good until the new one is used.
    pub async fn rotate_registration_token(&mut self, id: &ClientId, presented: &[u8], new: &[u8]) -> Result<()> {
        self.query(ROTATE_TOKEN).bind(id).bind(presented).bind(new).done().await
    }

    /// Ends the former registration access token, if the present one was presented.
    pub async fn end_former_registration_token(&mut self, id: &ClientId, presented: &[u8]) -> Result<()> {
        self.query(END_FORMER_TOKEN).bind(id).bind(presented).done().await
    }

    /// The client whose registration access token has this hash.
    pub async fn find_owner_of_registration_token(&mut self, hash: &[u8]) -> Result<Option<ClientId>> {
        self.query(OWNER_OF_TOKEN).bind(hash).optional().await
    }

    /// Notes that a client is used, unless it was used after `since` already.
    pub async fn note_client_use(&mut self, id: &ClientId, now: Timestamp, since: Timestamp) -> Result<()> {
        self.query(NOTE_USE).bind(id).bind(now).bind(since).done().await
    }

    /// Whether a client that registered itself was not used since `before`, or not since `unwanted` and nobody has
    /// allowed it.
    pub async fn is_client_unused(&mut self, id: &ClientId, before: Timestamp, unwanted: Timestamp) -> Result<bool> {
        self.query(IS_UNUSED).bind(before).bind(unwanted).bind(id).exists().await
    }
}

impl Store {
    /// The registration of a client; `None` if somebody made it.
    pub async fn find_client_registration(&self, id: &ClientId) -> Result<Option<SelfRegistration>> {
        self.query(FIND).bind(id).optional().await
    }

    /// Clients that [`Tx::is_client_unused`] holds for, those unused longest first.
    pub async fn list_unused_clients(
        &self,
        before: Timestamp,
        unwanted: Timestamp,
        most: u32,
    ) -> Result<Vec<ClientId>> {
        self.query(LIST_UNUSED).bind(before).bind(unwanted).bind(most).all().await
    }
}

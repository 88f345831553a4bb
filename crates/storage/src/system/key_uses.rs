//! Which clients present tokens of signing keys that no longer sign.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::key::KeyUse;
use usher_domain::time::Timestamp;

row! {
    USE: KeyUse of "key_use" { kid, client_id, last_used_at }
}

statements! {
    with USE;

    // Nothing is kept of a key or a client that was deleted meanwhile.
    PUT = "
        insert into key_use (kid, client_id, last_used_at)
        select $1, $2, $3
        where exists (select 1 from signing_key where kid = $1) and exists (select 1 from client where id = $2)
        on conflict (kid, client_id) do update
        set last_used_at = excluded.last_used_at
        where key_use.last_used_at < excluded.last_used_at
    ";
    LIST = "
        select {USE}
        from key_use
        where last_used_at >= $1
        order by last_used_at desc, kid desc, client_id desc
        limit 100
    ";
}

impl Tx {
    /// Keeps the later of two uses of a key by a client.
    pub async fn put_key_use(&mut self, one: &KeyUse) -> Result<()> {
        self.query(PUT).bind(&one.kid).bind(&one.client_id).bind(one.last_used_at).done().await
    }
}

impl Store {
    /// The latest uses since a time, newest first, at most 100.
    pub async fn list_key_uses(&self, since: Timestamp) -> Result<Vec<KeyUse>> {
        self.query(LIST).bind(since).all().await
    }
}

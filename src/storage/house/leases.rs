//! Who does which chore: one instance at a time, and another one if it dies.

use crate::domain::time::Timestamp;
use crate::storage::db::{on_tx, statements};
use crate::storage::{Result, Store};

statements! {
    // Whoever renews a lease never shortens it, even if their clock was set back.
    TAKE = "insert into lease (name, holder, until) values ($1, $2, $4) on conflict (name) do update set holder = excluded.holder, until = case when lease.holder = excluded.holder and lease.until > excluded.until then lease.until else excluded.until end where lease.holder = $2 or lease.until < $3 returning holder";
}

impl Store {
    /// Takes or renews the lease on a chore until `until`. `false` while somebody else holds it.
    pub async fn take_lease(
        &self,
        name: &'static str,
        holder: String,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool> {
        let held: Option<String> = self
            .write_single(move |mut tx| {
                Box::pin(async move {
                    on_tx!(&mut tx, TAKE, |conn, sql| sqlx::query_scalar(sql)
                        .bind(name)
                        .bind(&holder)
                        .bind(now.0)
                        .bind(until.0)
                        .fetch_optional(conn))
                })
            })
            .await?;
        Ok(held.is_some())
    }
}

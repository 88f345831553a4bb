//! Leases: each job runs at one instance at a time, and at another one if that instance dies.

use crate::db::statements;
use crate::{Result, Store};
use usher_domain::time::Timestamp;

statements! {
    // A renewal never shortens a lease, even if the clock was set back. A lease that ends later than one taken now was
    // written while a clock was ahead: from now on it ends when one taken now would.
    TAKE = "
        insert into lease (name, holder, until)
        values ($1, $2, $4)
        on conflict (name) do update
        set
            holder = case when lease.holder = $2 or lease.until < $3 then excluded.holder else lease.holder end,
            until = case when lease.holder = $2 and lease.until > excluded.until then lease.until else excluded.until end
        where lease.holder = $2 or lease.until < $3 or lease.until > $4
        returning holder
    ";
    RELEASE = "delete from lease where name = $1 and holder = $2";
}

impl Store {
    /// Takes or renews the lease of a job until `until`. `false` while another instance holds it.
    pub async fn take_lease(&self, name: &'static str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
        let mut tx = self.begin_single().await?;
        let held: Option<String> = tx.query(TAKE).bind(name).bind(holder).bind(now).bind(until).optional().await?;
        tx.commit().await?;
        Ok(held.is_some_and(|held| held == holder))
    }

    /// Releases the lease of a job, if `holder` holds it.
    pub async fn release_lease(&self, name: &'static str, holder: &str) -> Result<()> {
        let mut tx = self.begin_single().await?;
        tx.query(RELEASE).bind(name).bind(holder).run().await?;
        tx.commit().await
    }
}

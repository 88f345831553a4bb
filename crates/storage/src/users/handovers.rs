//! Handovers: an emailed link was used in one browser, and the window of another browser waits for it.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::{Result, Store, Tx};
use usher_domain::id::{ProofId, UserId};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into handover (proof_id, user_id) values ($1, $2)";
    IS_OPEN = "select user_id from handover where proof_id = $1 and used_at is null";
    TAKE = "update handover set used_at = $2 where proof_id = $1 and used_at is null returning user_id";
}

impl Tx {
    /// Records that the proof of this user was used in a browser other than the one that waits for it.
    pub async fn insert_handover(&mut self, proof: ProofId, user: UserId) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql).bind(proof.0).bind(user.0)).map(drop)
    }

    /// Uses a handover. Only one caller ever gets the user.
    pub async fn take_handover(&mut self, proof: ProofId, now: Timestamp) -> Result<Option<UserId>> {
        let taken: Option<Uuid> =
            on_tx!(self, TAKE, |conn, sql| sqlx::query_scalar(sql).bind(proof.0).bind(now.0).fetch_optional(conn))?;
        Ok(taken.map(UserId))
    }
}

impl Store {
    /// Was the proof used in another browser, and has the waiting window not taken the handover yet?
    pub async fn has_handover(&self, proof: ProofId) -> Result<bool> {
        let found: Option<Uuid> =
            on!(&self.db, IS_OPEN, |conn, sql| sqlx::query_scalar(sql).bind(proof.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }
}

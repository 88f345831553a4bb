//! Handovers: an emailed link was used in one browser, and the window of another browser waits for it.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::id::{ProofId, UserId};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into handover (proof_id, user_id) values ($1, $2)";
    IS_OPEN = "
        select user_id
        from handover
        where proof_id = $1 and used_at is null
    ";
    TAKE = "
        update handover
        set used_at = $2
        where proof_id = $1 and used_at is null
        returning user_id
    ";
}

impl Tx {
    /// Records that the proof of this user was used in a browser other than the one that waits for it.
    pub async fn insert_handover(&mut self, proof: ProofId, user: UserId) -> Result<()> {
        self.query(INSERT).bind(proof).bind(user).done().await
    }

    /// Uses a handover. Only one caller ever gets the user.
    pub async fn take_handover(&mut self, proof: ProofId, now: Timestamp) -> Result<Option<UserId>> {
        self.query(TAKE).bind(proof).bind(now).optional().await
    }
}

impl Store {
    /// Was the proof used in another browser, and has the waiting window not taken the handover yet?
    pub async fn has_handover(&self, proof: ProofId) -> Result<bool> {
        self.query(IS_OPEN).bind(proof).exists().await
    }
}

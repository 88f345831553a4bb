//! One-time proofs. Only hashes of their links and codes are stored.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{ProofId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::proof::{Proof, ProofKind};

row! {
    PROOF: Proof of "proof" {
        id, kind, email, user_id, sealed, attempts, created_at, expires_at, used_at,
    }
}

statements! {
    with PROOF;

    INSERT = "
        insert into proof (
            id, kind, token_hash, code_hash, email, user_id, sealed, attempts, created_at, expires_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ";
    FIND = "
        select {PROOF}
        from proof
        where id = $1 and kind = $2
    ";
    FIND_BY_TOKEN = "
        select {PROOF}
        from proof
        where token_hash = $1 and kind = $2
    ";
    FIND_NEWEST = "
        select {PROOF}
        from proof
        where email = $1 and kind = $2 and used_at is null and expires_at > $3
        order by id desc
        limit 1
    ";
    TRY_CODE = "
        update proof
        set attempts = attempts + 1
        where id = $1
          and kind = $2
          and used_at is null
          and expires_at > $3
          and attempts < $4
        returning code_hash
    ";
    TAKE = "
        update proof
        set used_at = $3
        where id = $1 and kind = $2 and used_at is null and expires_at > $3
        returning id
    ";
    CLOSE_OF_USER = "
        update proof
        set used_at = $3
        where user_id = $1 and kind = $2 and used_at is null
    ";
    CLOSE_OF_EMAIL = "
        update proof
        set used_at = $3
        where email = $1 and kind = $2 and used_at is null
    ";
    SWEEP = "
        delete from proof
        where id in (select id from proof where expires_at < $1 limit $2 + 0)
    ";
}

impl Tx {
    /// Adds a proof under the hashes of its link and its code.
    pub async fn insert_proof(&mut self, proof: &Proof, token_hash: &[u8], code_hash: Option<&[u8]>) -> Result<()> {
        self.query(INSERT)
            .bind(proof.id)
            .bind(proof.kind)
            .bind(token_hash)
            .bind(code_hash)
            .bind(&proof.email)
            .bind(proof.user_id)
            .bind(&proof.sealed)
            .bind(proof.attempts)
            .bind(proof.created_at)
            .bind(proof.expires_at)
            .done()
            .await
    }

    /// Counts one attempt at a proof's code and returns the hash to compare with; `None` if the proof was used, has
    /// expired or has no attempts left.
    ///
    /// Counted before it is compared, so that simultaneous attempts cannot exceed `most`.
    pub async fn try_proof_code(
        &mut self,
        id: ProofId,
        kind: ProofKind,
        now: Timestamp,
        most: u32,
    ) -> Result<Option<Vec<u8>>> {
        let hash: Option<Option<Vec<u8>>> =
            self.query(TRY_CODE).bind(id).bind(kind).bind(now).bind(most).optional().await?;
        Ok(hash.flatten())
    }

    /// Uses a proof. Only one caller ever gets `true`.
    pub async fn take_proof(&mut self, id: ProofId, kind: ProofKind, now: Timestamp) -> Result<bool> {
        self.query(TAKE).bind(id).bind(kind).bind(now).exists().await
    }

    /// Closes every open proof of this kind that belongs to the user.
    pub async fn close_proofs_of_user(&mut self, user: UserId, kind: ProofKind, now: Timestamp) -> Result<()> {
        self.query(CLOSE_OF_USER).bind(user).bind(kind).bind(now).done().await
    }

    /// Closes every open proof of this kind that was sent to the address.
    pub async fn close_proofs_of_email(&mut self, email: &Email, kind: ProofKind, now: Timestamp) -> Result<()> {
        self.query(CLOSE_OF_EMAIL).bind(email).bind(kind).bind(now).done().await
    }

    /// Deletes a batch of proofs that expired before `before`.
    pub async fn sweep_proofs(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(before).bind(batch).run().await
    }
}

impl Store {
    /// A proof by its id.
    pub async fn find_proof(&self, id: ProofId, kind: ProofKind) -> Result<Option<Proof>> {
        self.query(FIND).bind(id).bind(kind).optional().await
    }

    /// A proof by the hash of its link.
    pub async fn find_proof_by_token(&self, token_hash: &[u8], kind: ProofKind) -> Result<Option<Proof>> {
        self.query(FIND_BY_TOKEN).bind(token_hash).bind(kind).optional().await
    }

    /// The newest proof of this kind that was sent to the address and can still be used.
    pub async fn find_open_proof(&self, email: &Email, kind: ProofKind, now: Timestamp) -> Result<Option<Proof>> {
        self.query(FIND_NEWEST).bind(email).bind(kind).bind(now).optional().await
    }
}

//! One-time proofs. Only hashes of their links and codes are stored.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::unreadable;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{ProofId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::proof::{Proof, ProofKind};

statements! {
    INSERT = "insert into proof (id, kind, token_hash, code_hash, email, user_id, sealed, attempts, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FIND = "select id, kind, email, user_id, sealed, attempts, created_at, expires_at, used_at from proof where id = $1 and kind = $2";
    FIND_BY_TOKEN = "select id, kind, email, user_id, sealed, attempts, created_at, expires_at, used_at from proof where token_hash = $1 and kind = $2";
    FIND_NEWEST = "select id, kind, email, user_id, sealed, attempts, created_at, expires_at, used_at from proof where email = $1 and kind = $2 and used_at is null and expires_at > $3 order by id desc limit 1";
    TRY_CODE = "update proof set attempts = attempts + 1 where id = $1 and kind = $2 and used_at is null and expires_at > $3 and attempts < $4 returning code_hash";
    TAKE = "update proof set used_at = $3 where id = $1 and kind = $2 and used_at is null and expires_at > $3 returning id";
    CLOSE_OF_USER = "update proof set used_at = $3 where user_id = $1 and kind = $2 and used_at is null";
    CLOSE_OF_EMAIL = "update proof set used_at = $3 where email = $1 and kind = $2 and used_at is null";
    SWEEP = "delete from proof where id in (select id from proof where expires_at < $1 limit $2)";
}

#[derive(sqlx::FromRow)]
struct ProofRow {
    id: Uuid,
    kind: String,
    email: Option<String>,
    user_id: Option<Uuid>,
    sealed: Option<Vec<u8>>,
    attempts: i64,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<ProofRow> for Proof {
    type Error = StorageError;
    fn try_from(row: ProofRow) -> Result<Self> {
        Ok(Self {
            id: ProofId(row.id),
            kind: ProofKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == row.kind)
                .ok_or_else(|| unreadable("proof", "kind", row.id))?,
            email: row
                .email
                .map(|email| Email::parse(&email))
                .transpose()
                .map_err(|_| unreadable("proof", "email", row.id))?,
            user_id: row.user_id.map(UserId),
            sealed: row.sealed,
            attempts: u32::try_from(row.attempts).map_err(|_| unreadable("proof", "attempts", row.id))?,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            used_at: row.used_at.map(Timestamp),
        })
    }
}

impl Tx {
    /// Adds a proof under the hashes of its link and its code.
    pub async fn insert_proof(&mut self, proof: &Proof, token_hash: &[u8], code_hash: Option<&[u8]>) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(proof.id.0)
            .bind(proof.kind.as_str())
            .bind(token_hash)
            .bind(code_hash)
            .bind(proof.email.as_ref().map(Email::as_str))
            .bind(proof.user_id.map(|user| user.0))
            .bind(&proof.sealed)
            .bind(i64::from(proof.attempts))
            .bind(proof.created_at.0)
            .bind(proof.expires_at.0))
        .map(drop)
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
        let hash: Option<Option<Vec<u8>>> = on_tx!(self, TRY_CODE, |conn, sql| sqlx::query_scalar(sql)
            .bind(id.0)
            .bind(kind.as_str())
            .bind(now.0)
            .bind(i64::from(most))
            .fetch_optional(conn))?;
        Ok(hash.flatten())
    }

    /// Uses a proof. Only one caller ever gets `true`.
    pub async fn take_proof(&mut self, id: ProofId, kind: ProofKind, now: Timestamp) -> Result<bool> {
        let taken: Option<Uuid> = on_tx!(self, TAKE, |conn, sql| sqlx::query_scalar(sql)
            .bind(id.0)
            .bind(kind.as_str())
            .bind(now.0)
            .fetch_optional(conn))?;
        Ok(taken.is_some())
    }

    /// Closes every open proof of this kind that belongs to the user.
    pub async fn close_proofs_of_user(&mut self, user: UserId, kind: ProofKind, now: Timestamp) -> Result<()> {
        run!(self, CLOSE_OF_USER, |sql| sqlx::query(sql).bind(user.0).bind(kind.as_str()).bind(now.0)).map(drop)
    }

    /// Closes every open proof of this kind that was sent to the address.
    pub async fn close_proofs_of_email(&mut self, email: &Email, kind: ProofKind, now: Timestamp) -> Result<()> {
        run!(self, CLOSE_OF_EMAIL, |sql| sqlx::query(sql).bind(email.as_str()).bind(kind.as_str()).bind(now.0))
            .map(drop)
    }

    /// Deletes a batch of proofs that expired before `before`.
    pub async fn sweep_proofs(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// A proof by its id.
    pub async fn find_proof(&self, id: ProofId, kind: ProofKind) -> Result<Option<Proof>> {
        let row: Option<ProofRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).bind(kind.as_str()).fetch_optional(conn))?;
        row.map(Proof::try_from).transpose()
    }

    /// A proof by the hash of its link.
    pub async fn find_proof_by_token(&self, token_hash: &[u8], kind: ProofKind) -> Result<Option<Proof>> {
        let row: Option<ProofRow> = on!(&self.db, FIND_BY_TOKEN, |conn, sql| sqlx::query_as(sql)
            .bind(token_hash)
            .bind(kind.as_str())
            .fetch_optional(conn))?;
        row.map(Proof::try_from).transpose()
    }

    /// The newest proof of this kind that was sent to the address and can still be used.
    pub async fn find_open_proof(&self, email: &Email, kind: ProofKind, now: Timestamp) -> Result<Option<Proof>> {
        let row: Option<ProofRow> = on!(&self.db, FIND_NEWEST, |conn, sql| sqlx::query_as(sql)
            .bind(email.as_str())
            .bind(kind.as_str())
            .bind(now.0)
            .fetch_optional(conn))?;
        row.map(Proof::try_from).transpose()
    }
}

//! Queued emails.

use uuid::Uuid;

use crate::db::{on_tx, run, statements};
use crate::row::unreadable;
use crate::{Result, StorageError, Tx};
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::EmailId;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into letter (id, sealed, attempts, send_after, expires_at, created_at) values ($1, $2, $3, $4, $5, $4)";
    TAKE_DUE = "update letter set attempts = attempts + 1, send_after = $2 where id in (select id from letter where send_after <= $1 order by send_after, id limit $3) and send_after <= $1 returning id, sealed, attempts, expires_at";
    RETRY = "update letter set send_after = $2 where id = $1";
    BRING_NEAR = "update letter set send_after = $1 where id in (select id from letter where send_after > $2 order by send_after limit $3) and send_after > $2";
    DELETE = "delete from letter where id = $1";
}

#[derive(sqlx::FromRow)]
struct EmailRow {
    id: Uuid,
    sealed: Vec<u8>,
    attempts: i64,
    expires_at: i64,
}

impl TryFrom<EmailRow> for QueuedEmail {
    type Error = StorageError;
    fn try_from(row: EmailRow) -> Result<Self> {
        Ok(Self {
            id: EmailId(row.id),
            sealed: row.sealed,
            attempts: u32::try_from(row.attempts).map_err(|_| unreadable("letter", "attempts", row.id))?,
            expires_at: Timestamp(row.expires_at),
        })
    }
}

impl Tx {
    /// Queues an email, to be sent at once.
    pub async fn insert_email(&mut self, email: &QueuedEmail, now: Timestamp) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(email.id.0)
            .bind(&email.sealed)
            .bind(i64::from(email.attempts))
            .bind(now.0)
            .bind(email.expires_at.0))
        .map(drop)
    }

    /// Takes up to `most` emails that are due. They become due again at `again_at` unless they are deleted before.
    pub async fn take_due_emails(
        &mut self,
        now: Timestamp,
        again_at: Timestamp,
        most: u32,
    ) -> Result<Vec<QueuedEmail>> {
        let rows: Vec<EmailRow> = on_tx!(self, TAKE_DUE, |conn, sql| sqlx::query_as(sql)
            .bind(now.0)
            .bind(again_at.0)
            .bind(i64::from(most))
            .fetch_all(conn))?;
        rows.into_iter().map(QueuedEmail::try_from).collect()
    }

    /// Sets when an email is tried again.
    pub async fn retry_email(&mut self, email: EmailId, at: Timestamp) -> Result<()> {
        run!(self, RETRY, |sql| sqlx::query(sql).bind(email.0).bind(at.0)).map(drop)
    }

    /// Makes a batch of emails due whose `send_after` is after `bound`: the clock was ahead when it was written.
    pub async fn bring_emails_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        run!(self, BRING_NEAR, |sql| sqlx::query(sql).bind(now.0).bind(bound.0).bind(i64::from(batch)))
    }

    /// Deletes an email that was sent or has expired.
    pub async fn delete_email(&mut self, email: EmailId) -> Result<()> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(email.0)).map(drop)
    }
}

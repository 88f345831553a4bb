//! Queued emails.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Tx};
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::EmailId;
use usher_domain::time::Timestamp;

row! {
    EMAIL: QueuedEmail of "letter" { id, sealed, attempts, expires_at }
}

statements! {
    with EMAIL;

    INSERT = "
        insert into letter (id, sealed, attempts, send_after, expires_at, created_at)
        values ($1, $2, $3, $4, $5, $4)
    ";
    TAKE_DUE = "
        update letter
        set attempts = attempts + 1, send_after = $2
        where id in (select id from letter where send_after <= $1 order by send_after, id limit $3 + 0)
          and send_after <= $1
        returning {EMAIL}
    ", postgres "
        update letter
        set attempts = attempts + 1, send_after = $2
        where id in (
            select id from letter where send_after <= $1 order by send_after, id limit $3 for update skip locked
        )
        returning {EMAIL}
    ";
    RETRY = "
        update letter
        set send_after = $2
        where id = $1
    ";
    BRING_NEAR = "
        update letter
        set send_after = $1
        where id in (select id from letter where send_after > $2 order by send_after limit $3 + 0)
          and send_after > $2
    ", postgres "
        update letter
        set send_after = $1
        where id in (
            select id from letter where send_after > $2 order by send_after limit $3 for update skip locked
        )
    ";
    DELETE = "delete from letter where id = $1";
}

impl Tx {
    /// Queues an email, to be sent at once.
    pub async fn insert_email(&mut self, email: &QueuedEmail, now: Timestamp) -> Result<()> {
        self.query(INSERT)
            .bind(email.id)
            .bind(&email.sealed)
            .bind(email.attempts)
            .bind(now)
            .bind(email.expires_at)
            .done()
            .await
    }

    /// Takes up to `most` emails that are due. They become due again at `again_at` unless they are deleted before.
    pub async fn take_due_emails(
        &mut self,
        now: Timestamp,
        again_at: Timestamp,
        most: u32,
    ) -> Result<Vec<QueuedEmail>> {
        self.query(TAKE_DUE).bind(now).bind(again_at).bind(most).all().await
    }

    /// Sets when an email is tried again.
    pub async fn retry_email(&mut self, email: EmailId, at: Timestamp) -> Result<()> {
        self.query(RETRY).bind(email).bind(at).done().await
    }

    /// Makes a batch of emails due whose `send_after` is after `bound`: the clock was ahead when it was written.
    pub async fn bring_emails_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        self.query(BRING_NEAR).bind(now).bind(bound).bind(batch).run().await
    }

    /// Deletes an email that was sent or has expired.
    pub async fn delete_email(&mut self, email: EmailId) -> Result<()> {
        self.query(DELETE).bind(email).done().await
    }
}

//! A user's factors other than a password, counted in one query, and whether the user wants to be asked for them.

use crate::db::{on, on_tx, run, statements};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::factors::Factors;

statements! {
    FIND = "select exists (select 1 from totp where user_id = $1) as totp, (select count(*) from passkey where user_id = $1) as passkeys, (select count(*) from recovery_code where user_id = $1 and used_at is null) as recovery_codes, exists (select 1 from second_step where user_id = $1) as always";
    WANT = "insert into second_step (user_id, since) values ($1, $2) on conflict (user_id) do nothing";
    UNWANT = "delete from second_step where user_id = $1";
}

#[derive(sqlx::FromRow)]
struct FactorsRow {
    totp: bool,
    passkeys: i64,
    recovery_codes: i64,
    always: bool,
}

impl TryFrom<FactorsRow> for Factors {
    type Error = StorageError;
    fn try_from(row: FactorsRow) -> Result<Self> {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Self {
            totp: row.totp,
            passkeys: count(row.passkeys),
            recovery_codes: count(row.recovery_codes),
            always: row.always,
        })
    }
}

impl Tx {
    /// The factors of a user other than a password, as this transaction sees them.
    pub async fn find_factors(&mut self, user: UserId) -> Result<Factors> {
        let row: FactorsRow = on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_one(conn))?;
        row.try_into()
    }

    /// Stores whether the user wants to be asked for a passkey after the password.
    pub async fn want_second_step(&mut self, user: UserId, wanted: bool, now: Timestamp) -> Result<()> {
        if wanted {
            return run!(self, WANT, |sql| sqlx::query(sql).bind(user.0).bind(now.0)).map(drop);
        }
        run!(self, UNWANT, |sql| sqlx::query(sql).bind(user.0)).map(drop)
    }
}

impl Store {
    /// The factors of a user; none for a user that does not exist.
    pub async fn find_factors(&self, user: UserId) -> Result<Factors> {
        let row: FactorsRow = on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_one(conn))?;
        row.try_into()
    }
}

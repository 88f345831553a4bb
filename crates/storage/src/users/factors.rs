//! A user's factors other than a password, counted in one query, and whether the user wants to be asked for them.

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::factors::Factors;

row! {
    FACTORS: Factors of "users" {
        totp = "exists (select 1 from totp where user_id = $1)",
        passkeys = "(select count(*) from passkey where user_id = $1)",
        recovery_codes = "(select count(*) from recovery_code where user_id = $1 and used_at is null)",
        always = "exists (select 1 from second_step where user_id = $1)",
    }
}

statements! {
    with FACTORS;

    FIND = "select {FACTORS}";
    WANT = "
        insert into second_step (user_id, since)
        values ($1, $2)
        on conflict (user_id) do nothing
    ";
    UNWANT = "delete from second_step where user_id = $1";
}

impl Tx {
    /// The factors of a user other than a password, as this transaction sees them.
    pub async fn find_factors(&mut self, user: UserId) -> Result<Factors> {
        self.query(FIND).bind(user).one().await
    }

    /// Stores whether the user wants to be asked for a passkey after the password.
    pub async fn want_second_step(&mut self, user: UserId, wanted: bool, now: Timestamp) -> Result<()> {
        if wanted {
            return self.query(WANT).bind(user).bind(now).done().await;
        }
        self.query(UNWANT).bind(user).done().await
    }
}

impl Store {
    /// The factors of a user; none for a user that does not exist.
    pub async fn find_factors(&self, user: UserId) -> Result<Factors> {
        self.query(FIND).bind(user).one().await
    }
}

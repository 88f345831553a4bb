//! Passwords: one hash for each user.

use crate::db::statements;
use crate::{Result, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;

statements! {
    PUT = "
        insert into password (user_id, phc, changed_at)
        values ($1, $2, $3)
        on conflict (user_id) do update
        set phc = excluded.phc, changed_at = excluded.changed_at
    ";
    // Only if the hash is still the one that the current password was compared with.
    CHANGE = "
        update password
        set phc = $2, changed_at = $4
        where user_id = $1 and phc = $3
    ";
    FIRST = "
        insert into password (user_id, phc, changed_at)
        values ($1, $2, $3)
        on conflict (user_id) do nothing
    ";
    REHASH = "
        update password
        set phc = $2
        where user_id = $1 and phc = $3
    ";
    DELETE = "delete from password where user_id = $1";
    FIND = "
        select phc
        from password
        where user_id = $1
    ";
    // PostgreSQL locks both rows, so that a simultaneous password change or disabling comes entirely before or after.
    HOLD = "
        select p.phc
        from users u
        join password p on p.user_id = u.id
        where u.id = $1 and u.status = 'active'
    " + postgres "for share of u, p";
    FIND_BY_EMAIL = "
        select u.id, p.phc
        from users u
        left join password p on p.user_id = u.id
        where u.email = $1
    ";
}

impl Tx {
    /// Sets a user's password hash (PHC string).
    pub async fn put_password(&mut self, user: UserId, phc: &str, now: Timestamp) -> Result<()> {
        self.query(PUT).bind(user).bind(phc).bind(now).done().await
    }

    /// Replaces the hash that the current password was compared with, or inserts one if there was none. `false`, and
    /// nothing changes, if the stored hash is another one.
    pub async fn change_password(
        &mut self,
        user: UserId,
        compared: Option<&str>,
        phc: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let changed = match compared {
            Some(old) => self.query(CHANGE).bind(user).bind(phc).bind(old).bind(now).run().await?,
            None => self.query(FIRST).bind(user).bind(phc).bind(now).run().await?,
        };
        Ok(changed == 1)
    }

    /// Sets the hash of a user who has none. `false`, and nothing changes, if there is one.
    pub async fn put_first_password(&mut self, user: UserId, phc: &str, now: Timestamp) -> Result<bool> {
        self.query(FIRST).bind(user).bind(phc).bind(now).changed().await
    }

    /// Does the user have a password, as this transaction sees it?
    pub async fn has_password(&mut self, user: UserId) -> Result<bool> {
        Ok(self.query(FIND).bind(user).optional::<String>().await?.is_some())
    }

    /// Deletes a user's password.
    pub async fn delete_password(&mut self, user: UserId) -> Result<()> {
        self.query(DELETE).bind(user).done().await
    }

    /// Replaces a hash by one of the same password with the current parameters. `false` if another hash has taken its
    /// place.
    pub async fn rehash_password(&mut self, user: UserId, old: &str, new: &str) -> Result<bool> {
        self.query(REHASH).bind(user).bind(new).bind(old).changed().await
    }
}

impl Tx {
    /// The password hash of an active user. Both rows stay locked until this transaction ends.
    pub async fn hold_password(&mut self, user: UserId) -> Result<Option<String>> {
        self.query(HOLD).bind(user).optional().await
    }
}

impl Store {
    /// A user's password hash.
    pub async fn find_password(&self, user: UserId) -> Result<Option<String>> {
        self.query(FIND).bind(user).optional().await
    }

    /// The owner of an address, with the password hash if there is one: one query whether or not the user exists.
    pub async fn find_password_by_email(&self, email: &Email) -> Result<Option<(UserId, Option<String>)>> {
        let row: Option<(uuid::Uuid, Option<String>)> = self.query(FIND_BY_EMAIL).bind(email).optional().await?;
        Ok(row.map(|(id, phc)| (UserId(id), phc)))
    }
}

//! Users.

pub mod accesses;
pub mod browsers;
pub mod consents;
pub mod factors;
pub mod handovers;
pub mod identities;
pub mod imports;
pub mod merges;
pub mod passkeys;
pub mod passwords;
pub mod proofs;
pub mod recovery_codes;
pub mod remembered;
pub mod saved_filters;
pub mod search;
pub mod sessions;
pub mod suggestions;
pub mod totp;
pub mod upstream_states;

use crate::db::statements;
use crate::row::row;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::UserId;
use usher_domain::page::{Cursor, Page};
use usher_domain::time::Timestamp;
use usher_domain::user::{Sub, User, UserStatus};

row! {
    pub(crate) USER: User of "users" {
        id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until,
    }
}

statements! {
    with USER;

    // The `sub` of a deleted user is never assigned to another.
    INSERT = "
        insert into users (id, sub, email, status, admin, locale, profile, sources, created_at, updated_at)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        where not exists (select 1 from tombstone where sub = $2)
    ";
    DELETE = "delete from users where id = $1";
    BURY = "insert into tombstone (sub, deleted_at) values ($1, $2)";
    FIND = "
        select {USER}
        from users
        where id = $1
    ";
    SUB = "
        select sub
        from users
        where id = $1
    ";
    FIND_BY_EMAIL = "
        select {USER}
        from users
        where email = $1
    ";
    FIND_BY_SUB = "
        select {USER}
        from users
        where sub = $1
    ";
    LIST = "
        select {USER}
        from users
        where id > $1
        order by id
        limit $2 + 0
    ";
    ADMINISTRATORS = "
        select {USER}
        from users
        where admin and status = 'active'
        order by id
        limit 100
    ";
    HOLD = "
        select 1
        from users
        where id = $1 and status = 'active'
    " + postgres "for share";
    FREEZE = "
        update users
        set
            factors_frozen_until = case when factors_frozen_until > $2 then factors_frozen_until else $2 end
        where id = $1
    ";
    // PostgreSQL locks the row. SQLite has one writer, so its transactions need no lock.
    LOCK = "
        select {USER}
        from users
        where id = $1
    " + postgres "for update";
    SET_EMAIL = "
        update users
        set
            email = $2,
            sources = $3,
            updated_at = case when updated_at < $4 then $4 else updated_at end
        where id = $1
    ";
    SET_PROFILE = "
        update users
        set
            profile = $2,
            sources = $3,
            updated_at = case when updated_at < $4 then $4 else updated_at end
        where id = $1
    ";
    SET_LOCALE = "
        update users
        set
            locale = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    SET_ADMIN = "
        update users
        set admin = $2, updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    SET_STATUS = "
        update users
        set
            status = $3,
            updated_at = case when updated_at < $4 then $4 else updated_at end
        where id = $1 and (status = 'merged') = $2
    ";
}

impl Tx {
    /// Is the user active? The row stays locked until this transaction ends.
    pub async fn hold_user(&mut self, user: UserId) -> Result<bool> {
        self.query(HOLD).bind(user).exists().await
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the address belongs to a user, or the `sub` belongs or has ever belonged to one.
    pub async fn insert_user(&mut self, user: &User) -> Result<()> {
        let added = self
            .query(INSERT)
            .bind(user.id)
            .bind(&user.sub)
            .bind(&user.email)
            .bind(user.status)
            .bind(user.admin)
            .bind(&user.locale)
            .bind(&user.profile)
            .bind(&user.sources)
            .bind(user.created_at)
            .bind(user.updated_at)
            .run()
            .await?;
        if added == 1 { self.put_terms(user).await } else { Err(StorageError::Conflict) }
    }

    /// Deletes a user and all dependent rows. The `sub` stays reserved for ever.
    pub async fn delete_user(&mut self, user: &User, now: Timestamp) -> Result<()> {
        self.query(BURY).bind(&user.sub).bind(now).run().await?;
        self.delete_dependents_of_user(user.id).await?;
        self.query(DELETE).bind(user.id).done().await
    }

    /// A user, locked until this transaction ends.
    ///
    /// A write that is computed from a user must be computed from what this returned. A transaction that locks more
    /// than one user locks them with [`Tx::lock_users`].
    pub async fn lock_user(&mut self, id: UserId) -> Result<Option<User>> {
        self.query(LOCK).bind(id).optional().await
    }

    /// Two users, locked in one order whichever is named first, so that no two transactions wait for each other.
    pub async fn lock_users(&mut self, first: UserId, second: UserId) -> Result<(Option<User>, Option<User>)> {
        if first.0 <= second.0 {
            let found = self.lock_user(first).await?;
            return Ok((found, self.lock_user(second).await?));
        }
        let found = self.lock_user(second).await?;
        Ok((self.lock_user(first).await?, found))
    }

    /// Writes the address of a locked user, and its source.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it belongs to another user.
    pub async fn set_user_email(&mut self, user: &User) -> Result<()> {
        self.query(SET_EMAIL).bind(user.id).bind(&user.email).bind(&user.sources).bind(user.updated_at).done().await?;
        self.put_terms(user).await
    }

    /// Writes the profile of a locked user, and the source of each claim.
    pub async fn set_user_profile(&mut self, user: &User) -> Result<()> {
        self.query(SET_PROFILE)
            .bind(user.id)
            .bind(&user.profile)
            .bind(&user.sources)
            .bind(user.updated_at)
            .done()
            .await?;
        self.put_terms(user).await
    }

    /// Sets the language of a user.
    pub async fn set_user_locale(&mut self, user: UserId, locale: &str, now: Timestamp) -> Result<()> {
        self.query(SET_LOCALE).bind(user).bind(locale).bind(now).done().await
    }

    /// Makes a user an administrator, or takes that away.
    pub async fn set_user_admin(&mut self, user: UserId, admin: bool, now: Timestamp) -> Result<()> {
        self.query(SET_ADMIN).bind(user).bind(admin).bind(now).done().await
    }

    /// Disables or enables a user. `false`, and nothing changes, if the user was merged or does not exist.
    pub async fn set_user_enabled(&mut self, user: UserId, enabled: bool, now: Timestamp) -> Result<bool> {
        let status = if enabled { UserStatus::Active } else { UserStatus::Disabled };
        self.set_user_status(user, false, status, now).await
    }

    /// Marks a user as merged into another. `false` if the user was merged already or does not exist.
    pub async fn set_user_merged(&mut self, user: UserId, now: Timestamp) -> Result<bool> {
        self.set_user_status(user, false, UserStatus::Merged, now).await
    }

    /// Makes a merged user active again. `false` if the user is not merged or does not exist.
    pub async fn set_user_unmerged(&mut self, user: UserId, now: Timestamp) -> Result<bool> {
        self.set_user_status(user, true, UserStatus::Active, now).await
    }

    async fn set_user_status(&mut self, user: UserId, merged: bool, to: UserStatus, now: Timestamp) -> Result<bool> {
        self.query(SET_STATUS).bind(user).bind(merged).bind(to).bind(now).changed().await
    }

    /// Forbids changes to the factors of this user until a moment.
    pub async fn freeze_factors(&mut self, user: UserId, until: Timestamp) -> Result<()> {
        self.query(FREEZE).bind(user).bind(until).done().await
    }

    /// A user by id, as this transaction sees it.
    pub async fn find_user(&mut self, id: UserId) -> Result<Option<User>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The `sub` of a user, as this transaction sees it.
    pub async fn find_sub(&mut self, id: UserId) -> Result<Option<Sub>> {
        self.query(SUB).bind(id).optional().await
    }

    /// A user by `sub`, as this transaction sees it.
    pub async fn find_user_by_sub(&mut self, sub: &Sub) -> Result<Option<User>> {
        self.query(FIND_BY_SUB).bind(sub).optional().await
    }

    /// A user by address, as this transaction sees it.
    pub async fn find_user_by_email(&mut self, email: &Email) -> Result<Option<User>> {
        self.query(FIND_BY_EMAIL).bind(email).optional().await
    }
}

impl Store {
    /// A user by id.
    pub async fn find_user(&self, id: UserId) -> Result<Option<User>> {
        self.query(FIND).bind(id).optional().await
    }

    /// A user by address.
    pub async fn find_user_by_email(&self, email: &Email) -> Result<Option<User>> {
        self.query(FIND_BY_EMAIL).bind(email).optional().await
    }

    /// A user by `sub`.
    pub async fn find_user_by_sub(&self, sub: &Sub) -> Result<Option<User>> {
        self.query(FIND_BY_SUB).bind(sub).optional().await
    }

    /// Users, oldest first.
    pub async fn list_users(&self, after: Cursor, size: u32) -> Result<Page<User>> {
        self.query(LIST).bind(after).page(size, |user: &User| user.id.0).await
    }

    /// The active administrators, 100 at most.
    pub async fn list_administrators(&self) -> Result<Vec<User>> {
        self.query(ADMINISTRATORS).all().await
    }
}

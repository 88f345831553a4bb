//! Users.

pub mod accesses;
pub mod browsers;
pub mod consents;
pub mod factors;
pub mod handovers;
pub mod identities;
pub mod merges;
pub mod passkeys;
pub mod passwords;
pub mod proofs;
pub mod recovery_codes;
pub mod remembered;
pub mod sessions;
pub mod suggestions;
pub mod totp;
pub mod upstream_states;

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::UserId;
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::time::Timestamp;
use usher_domain::user::source::AttributeSources;
use usher_domain::user::{Profile, Sub, User, UserStatus};

statements! {
    // The `sub` of a deleted user is never assigned to another.
    INSERT = "insert into users (id, sub, email, status, admin, locale, profile, sources, created_at, updated_at) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 where not exists (select 1 from tombstone where sub = $2)";
    DELETE = "delete from users where id = $1";
    BURY = "insert into tombstone (sub, deleted_at) values ($1, $2)";
    FIND = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where id = $1";
    SUB = "select sub from users where id = $1";
    FIND_BY_EMAIL = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where email = $1";
    FIND_BY_SUB = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where sub = $1";
    LIST = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where id > $1 order by id limit $2";
    SEARCH = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where email >= $1 and email < $2 and id > $3 order by id limit $4", postgres "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where email collate \"C\" >= $1 and email collate \"C\" < $2 and id > $3 order by id limit $4";
    HOLD = "select 1 from users where id = $1 and status = 'active'", postgres "select 1 from users where id = $1 and status = 'active' for share";
    FREEZE = "update users set factors_frozen_until = case when factors_frozen_until > $2 then factors_frozen_until else $2 end where id = $1";
    // PostgreSQL locks the row. SQLite has one writer, so its transactions need no lock.
    LOCK = "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where id = $1", postgres "select id, sub, email, status, admin, locale, profile, sources, created_at, updated_at, factors_frozen_until from users where id = $1 for update";
    SET_EMAIL = "update users set email = $2, sources = $3, updated_at = case when updated_at < $4 then $4 else updated_at end where id = $1";
    SET_PROFILE = "update users set profile = $2, sources = $3, updated_at = case when updated_at < $4 then $4 else updated_at end where id = $1";
    SET_LOCALE = "update users set locale = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    SET_ADMIN = "update users set admin = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    SET_STATUS = "update users set status = $3, updated_at = case when updated_at < $4 then $4 else updated_at end where id = $1 and (status = 'merged') = $2";
}

#[derive(sqlx::FromRow)]
pub(crate) struct UserRow {
    id: Uuid,
    sub: String,
    email: Option<String>,
    status: String,
    admin: bool,
    locale: Option<String>,
    profile: JsonColumn<Profile>,
    sources: JsonColumn<AttributeSources>,
    created_at: i64,
    updated_at: i64,
    factors_frozen_until: Option<i64>,
}

impl TryFrom<UserRow> for User {
    type Error = StorageError;
    fn try_from(row: UserRow) -> Result<Self> {
        Ok(Self {
            id: UserId(row.id),
            sub: Sub(row.sub),
            email: row
                .email
                .as_deref()
                .map(Email::parse)
                .transpose()
                .map_err(|_| unreadable("users", "email", row.id))?,
            status: match row.status.as_str() {
                "active" => UserStatus::Active,
                "disabled" => UserStatus::Disabled,
                "merged" => UserStatus::Merged,
                _ => return Err(unreadable("users", "status", row.id)),
            },
            admin: row.admin,
            locale: row.locale,
            profile: row.profile.read("users", "profile", row.id)?,
            sources: row.sources.read("users", "sources", row.id)?,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            factors_frozen_until: row.factors_frozen_until.map(Timestamp),
        })
    }
}

const fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Active => "active",
        UserStatus::Disabled => "disabled",
        UserStatus::Merged => "merged",
    }
}

impl Tx {
    /// Is the user active? The row stays locked until this transaction ends.
    pub async fn hold_user(&mut self, user: UserId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, HOLD, |conn, sql| sqlx::query_scalar(sql).bind(user.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the address belongs to a user, or the `sub` belongs or has ever belonged to one.
    pub async fn insert_user(&mut self, user: &User) -> Result<()> {
        let added = run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(user.id.0)
            .bind(&user.sub.0)
            .bind(user.email.as_ref().map(Email::as_str))
            .bind(status_word(user.status))
            .bind(user.admin)
            .bind(&user.locale)
            .bind(Json(&user.profile))
            .bind(Json(&user.sources))
            .bind(user.created_at.0)
            .bind(user.updated_at.0))?;
        if added == 1 { Ok(()) } else { Err(StorageError::Conflict) }
    }

    /// Deletes a user and all dependent rows. The `sub` stays reserved for ever.
    pub async fn delete_user(&mut self, user: &User, now: Timestamp) -> Result<()> {
        run!(self, BURY, |sql| sqlx::query(sql).bind(&user.sub.0).bind(now.0))?;
        self.delete_dependents_of_user(user.id).await?;
        run!(self, DELETE, |sql| sqlx::query(sql).bind(user.id.0)).map(drop)
    }

    /// A user, locked until this transaction ends.
    ///
    /// A write that is computed from a user must be computed from what this returned. A transaction that locks more
    /// than one user locks them with [`Tx::lock_users`].
    pub async fn lock_user(&mut self, id: UserId) -> Result<Option<User>> {
        let row: Option<UserRow> = on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
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
        run!(self, SET_EMAIL, |sql| sqlx::query(sql)
            .bind(user.id.0)
            .bind(user.email.as_ref().map(Email::as_str))
            .bind(Json(&user.sources))
            .bind(user.updated_at.0))
        .map(drop)
    }

    /// Writes the profile of a locked user, and the source of each claim.
    pub async fn set_user_profile(&mut self, user: &User) -> Result<()> {
        run!(self, SET_PROFILE, |sql| sqlx::query(sql)
            .bind(user.id.0)
            .bind(Json(&user.profile))
            .bind(Json(&user.sources))
            .bind(user.updated_at.0))
        .map(drop)
    }

    /// Sets the language of a user.
    pub async fn set_user_locale(&mut self, user: UserId, locale: &str, now: Timestamp) -> Result<()> {
        run!(self, SET_LOCALE, |sql| sqlx::query(sql).bind(user.0).bind(locale).bind(now.0)).map(drop)
    }

    /// Makes a user an administrator, or takes that away.
    pub async fn set_user_admin(&mut self, user: UserId, admin: bool, now: Timestamp) -> Result<()> {
        run!(self, SET_ADMIN, |sql| sqlx::query(sql).bind(user.0).bind(admin).bind(now.0)).map(drop)
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
        let changed =
            run!(self, SET_STATUS, |sql| sqlx::query(sql).bind(user.0).bind(merged).bind(status_word(to)).bind(now.0))?;
        Ok(changed == 1)
    }

    /// Forbids changes to the factors of this user until a moment.
    pub async fn freeze_factors(&mut self, user: UserId, until: Timestamp) -> Result<()> {
        run!(self, FREEZE, |sql| sqlx::query(sql).bind(user.0).bind(until.0)).map(drop)
    }

    /// A user by id, as this transaction sees it.
    pub async fn find_user(&mut self, id: UserId) -> Result<Option<User>> {
        let row: Option<UserRow> = on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }

    /// The `sub` of a user, as this transaction sees it.
    pub async fn find_sub(&mut self, id: UserId) -> Result<Option<Sub>> {
        let sub: Option<String> =
            on_tx!(self, SUB, |conn, sql| sqlx::query_scalar(sql).bind(id.0).fetch_optional(conn))?;
        Ok(sub.map(Sub))
    }

    /// A user by address, as this transaction sees it.
    pub async fn find_user_by_email(&mut self, email: &Email) -> Result<Option<User>> {
        let row: Option<UserRow> =
            on_tx!(self, FIND_BY_EMAIL, |conn, sql| sqlx::query_as(sql).bind(email.as_str()).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }
}

impl Store {
    /// A user by id.
    pub async fn find_user(&self, id: UserId) -> Result<Option<User>> {
        let row: Option<UserRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }

    /// A user by address.
    pub async fn find_user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let row: Option<UserRow> =
            on!(&self.db, FIND_BY_EMAIL, |conn, sql| sqlx::query_as(sql).bind(email.as_str()).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }

    /// A user by `sub`.
    pub async fn find_user_by_sub(&self, sub: &Sub) -> Result<Option<User>> {
        let row: Option<UserRow> =
            on!(&self.db, FIND_BY_SUB, |conn, sql| sqlx::query_as(sql).bind(&sub.0).fetch_optional(conn))?;
        row.map(User::try_from).transpose()
    }

    /// Users, oldest first.
    pub async fn list_users(&self, after: Cursor, size: u32) -> Result<Page<User>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<UserRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        let users = rows.into_iter().map(User::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(users, size, |user| user.id.0))
    }

    /// Users whose address begins with a prefix, compared character by character, oldest first.
    pub async fn search_users(&self, prefix: &str, after: Cursor, size: u32) -> Result<Page<User>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<UserRow> = on!(&self.db, SEARCH, |conn, sql| sqlx::query_as(sql)
            .bind(prefix)
            .bind(format!("{prefix}\u{10FFFF}"))
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        let users = rows.into_iter().map(User::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(users, size, |user| user.id.0))
    }
}

//! The identities that providers assert: each belongs to at most one user.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::email::Email;
use usher_domain::id::{IdentityId, SessionId, UserId};
use usher_domain::provider::ProviderId;
use usher_domain::time::Timestamp;
use usher_domain::user::Profile;
use usher_domain::user::identity::Identity;
use usher_domain::user::ways_in::WaysIn;

statements! {
    INSERT = "insert into identity (id, user_id, provider, issuer, subject, email_at_link, email_state, profile, handle, linked_at, linked_how, last_used_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    FIND = "select id, user_id, provider, issuer, subject, email_at_link, email_state, profile, handle, linked_at, linked_how, last_used_at from identity where issuer = $1 and subject = $2";
    LIST = "select id, user_id, provider, issuer, subject, email_at_link, email_state, profile, handle, linked_at, linked_how, last_used_at from identity where user_id = $1 order by id limit 100";
    // PostgreSQL locks both rows, the user's first as everywhere, so that a simultaneous unlinking or disabling comes
    // entirely before or after.
    HOLD = "select 1 from identity i join users u on u.id = i.user_id where i.id = $2 and u.id = $1 and u.status = 'active'", postgres "select 1 from identity i join users u on u.id = i.user_id where i.id = $2 and u.id = $1 and u.status = 'active' for share of u, i";
    SEEN = "update identity set profile = $2, handle = $3, last_used_at = case when last_used_at > $4 then last_used_at else $4 end where id = $1";
    MOVE = "update identity set user_id = $3 where id = $1 and user_id = $2";
    DELETE = "delete from identity where id = $1 and user_id = $2";
    PUT_UNLINKED = "insert into unlinked (issuer, subject, at) values ($1, $2, $3) on conflict (issuer, subject) do update set at = excluded.at";
    DELETE_UNLINKED = "delete from unlinked where issuer = $1 and subject = $2";
    FIND_UNLINKED = "select at from unlinked where issuer = $1 and subject = $2";
    SWEEP_UNLINKED = "delete from unlinked where (issuer, subject) in (select issuer, subject from unlinked where at < $1 limit $2)";
    // Without the provider's session: its end does not end the new one.
    MARK_LIKE = "insert into session_identity (session_id, identity_id) select $2, identity_id from session_identity where session_id = $1";
    MARK_SESSION = "insert into session_identity (session_id, identity_id, upstream_sid) values ($1, $2, $3) on conflict (session_id) do update set identity_id = excluded.identity_id, upstream_sid = excluded.upstream_sid";
    FORGET = "update identity set profile = $2, handle = null, email_at_link = null, email_state = 'absent' where id = $1";
    // PostgreSQL locks the user, so that two sign-in methods that are removed at once are counted one after the other.
    LOCK_USER = "select 1 from users where id = $1", postgres "select 1 from users where id = $1 for update";
    // A password counts only if the user has an address to sign in with.
    WAYS_IN = "select (select count(*) from password p join users u on u.id = p.user_id where p.user_id = $1 and u.email is not null) as passwords, (select count(*) from passkey where user_id = $1) as passkeys, (select count(*) from identity where user_id = $1) as identities";
    SESSIONS_AT = "select s.id, s.user_id from session_identity o join identity i on i.id = o.identity_id join session s on s.id = o.session_id where o.upstream_sid = $2 and i.issuer = $1 and s.ended_at is null";
    SESSIONS_OF = "select s.id from session_identity o join session s on s.id = o.session_id where o.identity_id = $1 and s.ended_at is null and (cast($2 as text) is null or o.upstream_sid = $2)";
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    id: Uuid,
    user_id: Uuid,
    provider: String,
    issuer: String,
    subject: String,
    email_at_link: Option<String>,
    email_state: String,
    profile: JsonColumn<Profile>,
    handle: Option<String>,
    linked_at: i64,
    linked_how: String,
    last_used_at: Option<i64>,
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StorageError;
    fn try_from(row: IdentityRow) -> Result<Self> {
        let unreadable = |column| unreadable("identity", column, row.id);
        let email = row.email_at_link.as_deref().map(Email::parse).transpose();
        Ok(Self {
            id: IdentityId(row.id),
            user_id: UserId(row.user_id),
            provider: row.provider.parse::<ProviderId>().map_err(|_| unreadable("provider"))?,
            issuer: row.issuer,
            subject: row.subject,
            email_at_link: email.map_err(|_| unreadable("email_at_link"))?,
            email_state: row.email_state.parse().map_err(|_| unreadable("email_state"))?,
            profile: row.profile.read("identity", "profile", row.id)?,
            handle: row.handle,
            linked_at: Timestamp(row.linked_at),
            linked_how: row.linked_how.parse().map_err(|_| unreadable("linked_how"))?,
            last_used_at: row.last_used_at.map(Timestamp),
        })
    }
}

impl Tx {
    /// Links an identity.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it is linked already, to this or another user.
    pub async fn insert_identity(&mut self, identity: &Identity) -> Result<()> {
        run!(self, DELETE_UNLINKED, |sql| sqlx::query(sql).bind(&identity.issuer).bind(&identity.subject))?;
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(identity.id.0)
            .bind(identity.user_id.0)
            .bind(identity.provider.as_str())
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(identity.email_at_link.as_ref().map(Email::as_str))
            .bind(identity.email_state.as_str())
            .bind(Json(&identity.profile))
            .bind(&identity.handle)
            .bind(identity.linked_at.0)
            .bind(identity.linked_how.as_str())
            .bind(identity.last_used_at.map(|at| at.0)))
        .map(drop)
    }

    /// An identity, as this transaction sees it.
    pub async fn find_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<Identity>> {
        let row: Option<IdentityRow> =
            on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(conn))?;
        row.map(Identity::try_from).transpose()
    }

    /// The identities of a user, as this transaction sees them.
    pub async fn list_identities(&mut self, user: UserId) -> Result<Vec<Identity>> {
        let rows: Vec<IdentityRow> = on_tx!(self, LIST, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        rows.into_iter().map(Identity::try_from).collect()
    }

    /// Does the identity still belong to this user, and is the user active? Both stay locked until this transaction
    /// ends.
    pub async fn hold_identity(&mut self, user: UserId, identity: IdentityId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, HOLD, |conn, sql| sqlx::query_scalar(sql).bind(user.0).bind(identity.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }

    /// Stores the claims and time of the provider's last assertion. The user's own profile is not changed.
    pub async fn note_identity_used(
        &mut self,
        identity: IdentityId,
        profile: &Profile,
        handle: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        run!(self, SEEN, |sql| sqlx::query(sql).bind(identity.0).bind(Json(profile)).bind(handle).bind(now.0)).map(drop)
    }

    /// Moves an identity from one user to another. `false` if it does not belong to the first one.
    pub async fn move_identity(&mut self, identity: IdentityId, from: UserId, to: UserId) -> Result<bool> {
        run!(self, MOVE, |sql| sqlx::query(sql).bind(identity.0).bind(from.0).bind(to.0)).map(|rows| rows == 1)
    }

    /// Unlinks an identity and records when. `false` if it is not the user's.
    pub async fn delete_identity(&mut self, identity: &Identity, now: Timestamp) -> Result<bool> {
        self.note_suggestion(identity.user_id, identity.id, None, now).await?;
        let gone = run!(self, DELETE, |sql| sqlx::query(sql).bind(identity.id.0).bind(identity.user_id.0))? == 1;
        if gone {
            run!(self, PUT_UNLINKED, |sql| sqlx::query(sql)
                .bind(&identity.issuer)
                .bind(&identity.subject)
                .bind(now.0))?;
        }
        Ok(gone)
    }

    /// Deletes a batch of records of identities that were unlinked before `before`.
    pub async fn sweep_unlinked(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP_UNLINKED, |sql| sqlx::query(sql).bind(before.0).bind(i64::from(batch)))
    }

    /// Records the identity that a session was opened with, and the provider's session id.
    pub async fn mark_session(&mut self, session: SessionId, identity: IdentityId, sid: Option<&str>) -> Result<()> {
        run!(self, MARK_SESSION, |sql| sqlx::query(sql).bind(session.0).bind(identity.0).bind(sid)).map(drop)
    }

    /// Records for a new session the identity that another one was opened with, if it was opened with one.
    pub async fn mark_session_like(&mut self, model: SessionId, session: SessionId) -> Result<()> {
        run!(self, MARK_LIKE, |sql| sqlx::query(sql).bind(model.0).bind(session.0)).map(drop)
    }

    /// Deletes the claims that a provider asserted; the link stays.
    pub async fn forget_vouched(&mut self, identity: IdentityId) -> Result<()> {
        self.forget_suggestions(identity).await?;
        run!(self, FORGET, |sql| sqlx::query(sql).bind(identity.0).bind(Json(&Profile::default()))).map(drop)
    }

    /// The number of sign-in methods of a user, locked until this transaction ends.
    pub async fn count_ways_in(&mut self, user: UserId) -> Result<WaysIn> {
        let _: Option<i32> =
            on_tx!(self, LOCK_USER, |conn, sql| sqlx::query_scalar(sql).bind(user.0).fetch_optional(conn))?;
        let (passwords, passkeys, identities): (i64, i64, i64) =
            on_tx!(self, WAYS_IN, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_one(conn))?;
        let few = |count: i64| u32::try_from(count).unwrap_or(u32::MAX / 4);
        Ok(WaysIn { passwords: few(passwords), passkeys: few(passkeys), identities: few(identities) })
    }

    /// The live sessions that one session at a provider opened, with their users.
    pub async fn sessions_of_upstream(&mut self, issuer: &str, sid: &str) -> Result<Vec<(SessionId, UserId)>> {
        let found: Vec<(Uuid, Uuid)> =
            on_tx!(self, SESSIONS_AT, |conn, sql| sqlx::query_as(sql).bind(issuer).bind(sid).fetch_all(conn))?;
        Ok(found.into_iter().map(|(session, user)| (SessionId(session), UserId(user))).collect())
    }

    /// The live sessions that an identity opened: all of them, or those of one provider session.
    pub async fn sessions_of_identity(&mut self, identity: IdentityId, sid: Option<&str>) -> Result<Vec<SessionId>> {
        let ids: Vec<Uuid> =
            on_tx!(self, SESSIONS_OF, |conn, sql| sqlx::query_scalar(sql).bind(identity.0).bind(sid).fetch_all(conn))?;
        Ok(ids.into_iter().map(SessionId).collect())
    }
}

impl Store {
    /// When an identity was last unlinked.
    pub async fn find_unlinked(&self, issuer: &str, subject: &str) -> Result<Option<Timestamp>> {
        let at: Option<i64> = on!(&self.db, FIND_UNLINKED, |conn, sql| sqlx::query_scalar(sql)
            .bind(issuer)
            .bind(subject)
            .fetch_optional(conn))?;
        Ok(at.map(Timestamp))
    }

    /// An identity by its key.
    pub async fn find_identity(&self, issuer: &str, subject: &str) -> Result<Option<Identity>> {
        let row: Option<IdentityRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(conn))?;
        row.map(Identity::try_from).transpose()
    }

    /// The identities of a user, oldest first.
    pub async fn list_identities(&self, user: UserId) -> Result<Vec<Identity>> {
        let rows: Vec<IdentityRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?;
        rows.into_iter().map(Identity::try_from).collect()
    }
}

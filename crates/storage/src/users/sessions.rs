//! Sessions. Only the hash of a session's secret is stored.

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::JsonColumn;
use crate::users::UserRow;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::id::{SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::session::{EndReason, Session};

statements! {
    INSERT = "insert into session (id, user_id, secret_hash, auth_time, amr, acr, created_at, last_seen_at, idle_expires_at, expires_at, user_agent, source) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    FIND_WITH_USER = "select s.id as session_id, s.user_id, s.auth_time, s.amr, s.acr, s.created_at as session_created_at, s.last_seen_at, s.idle_expires_at, s.expires_at, s.ended_at, s.user_agent, s.source, u.id, u.sub, u.email, u.status, u.admin, u.locale, u.profile, u.sources, u.created_at, u.updated_at, u.factors_frozen_until from session s join users u on u.id = s.user_id where s.secret_hash = $1";
    FIND_BY_ID = "select s.id as session_id, s.user_id, s.auth_time, s.amr, s.acr, s.created_at as session_created_at, s.last_seen_at, s.idle_expires_at, s.expires_at, s.ended_at, s.user_agent, s.source, u.id, u.sub, u.email, u.status, u.admin, u.locale, u.profile, u.sources, u.created_at, u.updated_at, u.factors_frozen_until from session s join users u on u.id = s.user_id where s.id = $1";
    LIST_LIVE = "select id as session_id, user_id, auth_time, amr, acr, created_at as session_created_at, last_seen_at, idle_expires_at, expires_at, ended_at, user_agent, source from session where user_id = $1 and ended_at is null and idle_expires_at > $2 and expires_at > $2 order by id desc limit 200";
    // PostgreSQL locks both rows, the user's first as everywhere.
    LOCK_ACCOUNT = "select u.factors_frozen_until from users u join session s on s.user_id = u.id where u.id = $1 and s.id = $2 and u.status = 'active' and s.ended_at is null", postgres "select u.factors_frozen_until from users u join session s on s.user_id = u.id where u.id = $1 and s.id = $2 and u.status = 'active' and s.ended_at is null for no key update of u, s";
    LOCK = "select id as session_id, user_id, auth_time, amr, acr, created_at as session_created_at, last_seen_at, idle_expires_at, expires_at, ended_at, user_agent, source from session where id = $1 and ended_at is null", postgres "select id as session_id, user_id, auth_time, amr, acr, created_at as session_created_at, last_seen_at, idle_expires_at, expires_at, ended_at, user_agent, source from session where id = $1 and ended_at is null for no key update";
    // A clock that was set back ends no session: times of use and idle ends only move forward.
    TOUCH = "update session set last_seen_at = case when last_seen_at > $2 then last_seen_at else $2 end, idle_expires_at = case when idle_expires_at > $3 then idle_expires_at else $3 end, source = $4 where id = $1 and ended_at is null";
    REAUTHENTICATE = "update session set secret_hash = $2, auth_time = $3, amr = $4, acr = $5, last_seen_at = case when last_seen_at > $3 then last_seen_at else $3 end, idle_expires_at = case when idle_expires_at > $6 then idle_expires_at else $6 end where id = $1 and ended_at is null";
    STEP_UP = "update session set secret_hash = $2, amr = $3, acr = $4 where id = $1 and ended_at is null";
    REPLACE_SECRET = "update session set secret_hash = $2 where id = $1 and ended_at is null";
    END = "update session set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null";
    END_OTHERS = "update session set ended_at = $3, end_reason = $4 where user_id = $1 and id <> $2 and ended_at is null returning id";
    // A grant may outlive its session (offline access), and its row refers to the session's.
    SWEEP = "delete from session where id in (select id from session where expires_at < $1 and not exists (select 1 from grants where grants.session_id = session.id) limit $2)";
}

/// Whether a user and a session of theirs are still valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The user is active and the session has not ended.
    Stands,
    /// As above, but the factors of the account are frozen.
    Frozen,
    /// The user is not active, or the session has ended.
    Gone,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: Uuid,
    user_id: Uuid,
    auth_time: i64,
    amr: JsonColumn<Vec<String>>,
    acr: String,
    session_created_at: i64,
    last_seen_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    user_agent: Option<String>,
    source: Option<String>,
}

#[derive(sqlx::FromRow)]
struct SessionWithUser {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<SessionRow> for Session {
    type Error = StorageError;
    fn try_from(row: SessionRow) -> Result<Self> {
        Ok(Self {
            id: SessionId(row.session_id),
            user_id: UserId(row.user_id),
            auth_time: Timestamp(row.auth_time),
            amr: row.amr.read("session", "amr", row.session_id)?,
            acr: row.acr,
            created_at: Timestamp(row.session_created_at),
            last_seen_at: Timestamp(row.last_seen_at),
            idle_expires_at: Timestamp(row.idle_expires_at),
            expires_at: Timestamp(row.expires_at),
            ended_at: row.ended_at.map(Timestamp),
            user_agent: row.user_agent,
            source: row.source,
        })
    }
}

impl Tx {
    /// Adds a session under the hash of its secret.
    pub async fn insert_session(&mut self, session: &Session, secret_hash: &[u8]) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(session.id.0)
            .bind(session.user_id.0)
            .bind(secret_hash)
            .bind(session.auth_time.0)
            .bind(Json(&session.amr))
            .bind(&session.acr)
            .bind(session.created_at.0)
            .bind(session.last_seen_at.0)
            .bind(session.idle_expires_at.0)
            .bind(session.expires_at.0)
            .bind(&session.user_agent)
            .bind(&session.source))
        .map(drop)
    }

    /// Records that a session is being used.
    pub async fn touch_session(
        &mut self,
        session: SessionId,
        now: Timestamp,
        idle_end: Timestamp,
        source: Option<&str>,
    ) -> Result<()> {
        run!(self, TOUCH, |sql| sqlx::query(sql).bind(session.0).bind(now.0).bind(idle_end.0).bind(source)).map(drop)
    }

    /// The user authenticated again: new secret, new time. `false` if the session has ended.
    pub async fn reauthenticate_session(&mut self, session: &Session, secret_hash: &[u8]) -> Result<bool> {
        let done = run!(self, REAUTHENTICATE, |sql| sqlx::query(sql)
            .bind(session.id.0)
            .bind(secret_hash)
            .bind(session.auth_time.0)
            .bind(Json(&session.amr))
            .bind(&session.acr)
            .bind(session.idle_expires_at.0))?;
        Ok(done == 1)
    }

    /// Are the user and the session still valid? Neither changes until this transaction ends.
    pub async fn lock_account(&mut self, user: UserId, session: SessionId, now: Timestamp) -> Result<Standing> {
        let found: Option<Option<i64>> = on_tx!(self, LOCK_ACCOUNT, |conn, sql| sqlx::query_scalar(sql)
            .bind(user.0)
            .bind(session.0)
            .fetch_optional(conn))?;
        Ok(match found {
            None => Standing::Gone,
            Some(until) if until.is_some_and(|until| now < Timestamp(until)) => Standing::Frozen,
            Some(_) => Standing::Stands,
        })
    }

    /// A session that has not ended, locked until this transaction ends. A transaction that also locks its user locks
    /// the user first.
    pub async fn lock_session(&mut self, session: SessionId) -> Result<Option<Session>> {
        let row: Option<SessionRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(session.0).fetch_optional(conn))?;
        row.map(Session::try_from).transpose()
    }

    /// The user showed one more factor: new secret, the time of authentication stays. `false` if the session has ended.
    pub async fn step_up_session(
        &mut self,
        session: SessionId,
        amr: &[String],
        acr: &str,
        secret_hash: &[u8],
    ) -> Result<bool> {
        let done =
            run!(self, STEP_UP, |sql| sqlx::query(sql).bind(session.0).bind(secret_hash).bind(Json(amr)).bind(acr))?;
        Ok(done == 1)
    }

    /// Replaces the secret of a session, which makes the old one invalid.
    pub async fn replace_session_secret(&mut self, session: SessionId, secret_hash: &[u8]) -> Result<()> {
        run!(self, REPLACE_SECRET, |sql| sqlx::query(sql).bind(session.0).bind(secret_hash)).map(drop)
    }

    /// Ends a session. `false` if it had ended already. The caller must revoke its grants.
    pub async fn end_session(&mut self, session: SessionId, now: Timestamp, reason: EndReason) -> Result<bool> {
        let done = run!(self, END, |sql| sqlx::query(sql).bind(session.0).bind(now.0).bind(reason.as_str()))?;
        Ok(done == 1)
    }

    /// Ends every live session of a user, except at most one, and returns the ended ones.
    pub async fn end_sessions_of(
        &mut self,
        user: UserId,
        but: Option<SessionId>,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<SessionId>> {
        let spared = but.map_or(Uuid::nil(), |session| session.0);
        let ended: Vec<Uuid> = on_tx!(self, END_OTHERS, |conn, sql| sqlx::query_scalar(sql)
            .bind(user.0)
            .bind(spared)
            .bind(now.0)
            .bind(reason.as_str())
            .fetch_all(conn))?;
        Ok(ended.into_iter().map(SessionId).collect())
    }

    /// Deletes a batch of sessions that ended before `over_since` and have no grants left: sweep those first.
    pub async fn sweep_sessions(&mut self, over_since: Timestamp, batch: u32) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(over_since.0).bind(i64::from(batch)))
    }
}

impl Store {
    /// The session with this secret, ended or not, and its user.
    pub async fn find_session(&self, secret_hash: &[u8]) -> Result<Option<(Session, User)>> {
        let row: Option<SessionWithUser> =
            on!(&self.db, FIND_WITH_USER, |conn, sql| sqlx::query_as(sql).bind(secret_hash).fetch_optional(conn))?;
        row.map(|row| Ok((Session::try_from(row.session)?, User::try_from(row.user)?))).transpose()
    }

    /// A session by id, ended or not, and its user.
    pub async fn find_session_by_id(&self, session: SessionId) -> Result<Option<(Session, User)>> {
        let row: Option<SessionWithUser> =
            on!(&self.db, FIND_BY_ID, |conn, sql| sqlx::query_as(sql).bind(session.0).fetch_optional(conn))?;
        row.map(|row| Ok((Session::try_from(row.session)?, User::try_from(row.user)?))).transpose()
    }

    /// The live sessions of a user, newest first, 200 at most.
    pub async fn list_live_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let rows: Vec<SessionRow> =
            on!(&self.db, LIST_LIVE, |conn, sql| sqlx::query_as(sql).bind(user.0).bind(now.0).fetch_all(conn))?;
        rows.into_iter().map(Session::try_from).collect()
    }
}

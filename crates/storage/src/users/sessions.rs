//! Sessions. Only the hash of a session's secret is stored.

use uuid::Uuid;

use crate::db::statements;
use crate::row::row;
use crate::users::USER;
use crate::{Result, Store, Tx};
use usher_domain::id::{SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::session::{EndReason, Session};

row! {
    SESSION: Session of "session" {
        id, user_id, auth_time, amr, acr, created_at, last_seen_at, idle_expires_at, expires_at, ended_at, user_agent,
        source,
    }
}

statements! {
    with SESSION, USER;

    INSERT = "
        insert into session (
            id, user_id, secret_hash, auth_time, amr, acr, created_at, last_seen_at, idle_expires_at,
            expires_at, user_agent, source
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ";
    FIND_WITH_USER = "
        select {s.SESSION}, {u.USER}
        from session s
        join users u on u.id = s.user_id
        where s.secret_hash = $1
    ";
    FIND_BY_ID = "
        select {s.SESSION}, {u.USER}
        from session s
        join users u on u.id = s.user_id
        where s.id = $1
    ";
    LIST_LIVE = "
        select {SESSION}
        from session
        where user_id = $1
          and ended_at is null
          and idle_expires_at > $2
          and expires_at > $2
        order by id desc
        limit 200
    ";
    LIST_BY_USE = "
        select {s.SESSION}, {u.USER}
        from session s
        join users u on u.id = s.user_id
        where (s.last_seen_at, s.id) < ($1, $2)
          and s.ended_at is null
          and s.idle_expires_at > $3
          and s.expires_at > $3
        order by s.last_seen_at desc, s.id desc
        limit $4 + 0
    ";
    LIST_FROM = "
        select {s.SESSION}, {u.USER}
        from session s
        join users u on u.id = s.user_id
        where s.source >= $1
          and s.source < $2
          and s.ended_at is null
          and s.idle_expires_at > $3
          and s.expires_at > $3
        order by s.source, s.id
        limit $4 + 0
    ", postgres "
        select {s.SESSION}, {u.USER}
        from session s
        join users u on u.id = s.user_id
        where s.source collate \"C\" >= $1
          and s.source collate \"C\" < $2
          and s.ended_at is null
          and s.idle_expires_at > $3
          and s.expires_at > $3
        order by s.source collate \"C\", s.id
        limit $4 + 0
    ";
    // PostgreSQL locks both rows, the user's first as everywhere.
    LOCK_ACCOUNT = "
        select u.factors_frozen_until
        from users u
        join session s on s.user_id = u.id
        where u.id = $1 and s.id = $2 and u.status = 'active' and s.ended_at is null
    " + postgres "for no key update of u, s";
    LOCK = "
        select {SESSION}
        from session
        where id = $1 and ended_at is null
    " + postgres "for no key update";
    // A clock that was set back ends no session: times of use and idle ends only move forward.
    TOUCH = "
        update session
        set
            last_seen_at = case when last_seen_at > $2 then last_seen_at else $2 end,
            idle_expires_at = case when idle_expires_at > $3 then idle_expires_at else $3 end,
            source = $4
        where id = $1 and ended_at is null
    ";
    REAUTHENTICATE = "
        update session
        set
            secret_hash = $2,
            auth_time = $3,
            amr = $4,
            acr = $5,
            last_seen_at = case when last_seen_at > $3 then last_seen_at else $3 end,
            idle_expires_at = case when idle_expires_at > $6 then idle_expires_at else $6 end
        where id = $1 and ended_at is null
    ";
    STEP_UP = "
        update session
        set secret_hash = $2, amr = $3, acr = $4
        where id = $1 and ended_at is null
    ";
    REPLACE_SECRET = "
        update session
        set secret_hash = $2
        where id = $1 and ended_at is null
    ";
    END = "
        update session
        set ended_at = $2, end_reason = $3
        where id = $1 and ended_at is null
    ";
    END_OTHERS = "
        update session
        set ended_at = $3, end_reason = $4
        where user_id = $1 and id <> $2 and ended_at is null
        returning id
    ";
    // A grant may outlive its session (offline access), and its row refers to the session's.
    SWEEP = "
        delete from session
        where id in (
            select id
            from session
            where expires_at < $1
              and not exists (select 1 from grants where grants.session_id = session.id)
            limit $2 + 0
        )
    ";
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

impl Tx {
    /// Adds a session under the hash of its secret.
    pub async fn insert_session(&mut self, session: &Session, secret_hash: &[u8]) -> Result<()> {
        self.query(INSERT)
            .bind(session.id)
            .bind(session.user_id)
            .bind(secret_hash)
            .bind(session.auth_time)
            .bind(&session.amr)
            .bind(&session.acr)
            .bind(session.created_at)
            .bind(session.last_seen_at)
            .bind(session.idle_expires_at)
            .bind(session.expires_at)
            .bind(&session.user_agent)
            .bind(&session.source)
            .done()
            .await
    }

    /// Records that a session is being used.
    pub async fn touch_session(
        &mut self,
        session: SessionId,
        now: Timestamp,
        idle_end: Timestamp,
        source: Option<&str>,
    ) -> Result<()> {
        self.query(TOUCH).bind(session).bind(now).bind(idle_end).bind(source).done().await
    }

    /// The user authenticated again: new secret, new time. `false` if the session has ended.
    pub async fn reauthenticate_session(&mut self, session: &Session, secret_hash: &[u8]) -> Result<bool> {
        self.query(REAUTHENTICATE)
            .bind(session.id)
            .bind(secret_hash)
            .bind(session.auth_time)
            .bind(&session.amr)
            .bind(&session.acr)
            .bind(session.idle_expires_at)
            .changed()
            .await
    }

    /// Are the user and the session still valid? Neither changes until this transaction ends.
    pub async fn lock_account(&mut self, user: UserId, session: SessionId, now: Timestamp) -> Result<Standing> {
        let found: Option<Option<Timestamp>> = self.query(LOCK_ACCOUNT).bind(user).bind(session).optional().await?;
        Ok(match found {
            None => Standing::Gone,
            Some(until) if until.is_some_and(|until| now < until) => Standing::Frozen,
            Some(_) => Standing::Stands,
        })
    }

    /// A session that has not ended, locked until this transaction ends. A transaction that also locks its user locks
    /// the user first.
    pub async fn lock_session(&mut self, session: SessionId) -> Result<Option<Session>> {
        self.query(LOCK).bind(session).optional().await
    }

    /// The user showed one more factor: new secret, the time of authentication stays. `false` if the session has ended.
    pub async fn step_up_session(
        &mut self,
        session: SessionId,
        amr: &[String],
        acr: &str,
        secret_hash: &[u8],
    ) -> Result<bool> {
        self.query(STEP_UP).bind(session).bind(secret_hash).bind(amr).bind(acr).changed().await
    }

    /// Replaces the secret of a session, which makes the old one invalid.
    pub async fn replace_session_secret(&mut self, session: SessionId, secret_hash: &[u8]) -> Result<()> {
        self.query(REPLACE_SECRET).bind(session).bind(secret_hash).done().await
    }

    /// Ends a session. `false` if it had ended already. The caller must revoke its grants.
    pub async fn end_session(&mut self, session: SessionId, now: Timestamp, reason: EndReason) -> Result<bool> {
        self.query(END).bind(session).bind(now).bind(reason).changed().await
    }

    /// Ends every live session of a user, except at most one, and returns the ended ones.
    pub async fn end_sessions_of(
        &mut self,
        user: UserId,
        but: Option<SessionId>,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<SessionId>> {
        let spared = but.unwrap_or(SessionId(Uuid::nil()));
        self.query(END_OTHERS).bind(user).bind(spared).bind(now).bind(reason).all().await
    }

    /// Deletes a batch of sessions that ended before `over_since` and have no grants left: sweep those first.
    pub async fn sweep_sessions(&mut self, over_since: Timestamp, batch: u32) -> Result<u64> {
        self.query(SWEEP).bind(over_since).bind(batch).run().await
    }
}

impl Store {
    /// The session with this secret, ended or not, and its user.
    pub async fn find_session(&self, secret_hash: &[u8]) -> Result<Option<(Session, User)>> {
        self.query(FIND_WITH_USER).bind(secret_hash).optional().await
    }

    /// A session by id, ended or not, and its user.
    pub async fn find_session_by_id(&self, session: SessionId) -> Result<Option<(Session, User)>> {
        self.query(FIND_BY_ID).bind(session).optional().await
    }

    /// The live sessions of a user, newest first, 200 at most.
    pub async fn list_live_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        self.query(LIST_LIVE).bind(user).bind(now).all().await
    }

    /// The next live sessions of everybody by last use, the latest first, after a session.
    pub async fn list_sessions_by_use(
        &self,
        (at, session): (Timestamp, SessionId),
        now: Timestamp,
        size: u32,
    ) -> Result<Vec<(Session, User)>> {
        self.query(LIST_BY_USE).bind(at).bind(session).bind(now).bind(size).all().await
    }

    /// The first live sessions of networks that begin with this.
    pub async fn list_sessions_from(&self, network: &str, now: Timestamp, size: u32) -> Result<Vec<(Session, User)>> {
        let end = format!("{network}\u{10FFFF}");
        self.query(LIST_FROM).bind(network).bind(end).bind(now).bind(size).all().await
    }
}

//! Grants and their refresh token families.
//!
//! An operation that may happen once is one conditional statement, so that it happens once on either database, however
//! many instances try.

use sqlx::types::Json;
use uuid::Uuid;

use super::db::{Db, on, on_tx, run, statements};
use super::row::{JsonColumn, unreadable};
use super::users::UserRow;
use super::{Result, StorageError, Store, Tx};
use usher_domain::event::Event;
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::oauth::code::{dead_from_ms, wrong_verifiers};
use usher_domain::oauth::grant::{Grant, RecentGaps, RefreshFamily};
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;
use usher_domain::user::{Sub, User};
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::scope::Scope;

statements! {
    // Spends a code: inserts the row, if the user is active and the session has not ended. The same statement checks
    // the bucket of wrong code verifiers: a code with too many of them is invalid. PostgreSQL locks user and session,
    // so that a simultaneous sign-out either sees the grant or prevents it.
    SPEND = "insert into grants (id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at, generation, rotated_at, idle_expires_at, expires_at) select $1, $2, u.id, s.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 from users u join session s on s.user_id = u.id where s.id = $4 and u.id = $3 and s.ended_at is null and u.status = 'active' and not exists (select 1 from throttle where bucket = $15 and full_at >= $16) on conflict (id) do nothing returning id",
        postgres "with spent as (insert into grants (id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at, generation, rotated_at, idle_expires_at, expires_at) select $1, $2, u.id, s.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 from users u join session s on s.user_id = u.id where s.id = $4 and u.id = $3 and s.ended_at is null and u.status = 'active' and not exists (select 1 from throttle where bucket = $15 and full_at >= $16) for share of u, s on conflict (id) do nothing returning id, client_id, user_id, session_id), told as (insert into event (id, kind, at, user_id, session_id, client_id, grant_id, project_id, data) select $17, $18, $10, user_id, session_id, client_id, id, $19, $20 from spent) select id from spent";
    // `RefreshFamily::rotated` as one statement. The idle end and the time of the rotation never move back: a clock
    // that was set back for a moment ends no family.
    ROTATE = "update grants set generation = $3 + 1, recent_gaps = case when generation = $3 then ((recent_gaps & 35184372088831) << 9) | (case when $4 < rotated_at then 0 when $4 - rotated_at > 511 then 511 else $4 - rotated_at end) else 18014398509481983 end, rotated_at = case when rotated_at > $4 then rotated_at else $4 end, idle_expires_at = case when expires_at is not null and expires_at < $5 then expires_at when idle_expires_at > $5 then idle_expires_at else $5 end where id = $1 and client_id = $2 and generation <= $3 and revoked_at is null and idle_expires_at > $4 and (expires_at is null or expires_at > $4) returning id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at, generation, seen_generation, rotated_at, recent_gaps, idle_expires_at, expires_at, revoked_at, (select sub from users where users.id = grants.user_id) as sub";
    KEEP = "update grants set generation = $3, idle_expires_at = case when expires_at is not null and expires_at < $5 then expires_at when idle_expires_at > $5 then idle_expires_at else $5 end where id = $1 and client_id = $2 and generation <= $3 and revoked_at is null and idle_expires_at > $4 and (expires_at is null or expires_at > $4) returning id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at, generation, seen_generation, rotated_at, recent_gaps, idle_expires_at, expires_at, revoked_at, (select sub from users where users.id = grants.user_id) as sub";
    FIND = "select g.id, g.client_id, g.user_id, g.session_id, g.scope, g.claims, g.auth_time, g.acr, g.amr, g.created_at, g.generation, g.seen_generation, g.rotated_at, g.recent_gaps, g.idle_expires_at, g.expires_at, g.revoked_at, u.sub from grants g join users u on u.id = g.user_id where g.id = $1";
    // Writes a generation at most once: nothing is written if it was marked before.
    MARK_SEEN = "update grants set seen_generation = $2 where id = $1 and seen_generation < $2 and generation <= $2";
    FIND_STANDING = "select g.claims, g.generation, g.seen_generation, u.id, u.sub, u.email, u.status, u.admin, u.locale, u.profile, u.sources, u.created_at, u.updated_at, u.factors_frozen_until from grants g join users u on u.id = g.user_id where g.id = $1 and g.revoked_at is null and u.status = 'active' and not exists (select 1 from revoked_token t where t.jti = $2)";
    REVOKE = "update grants set revoked_at = $2, revoke_reason = $3 where id = $1 and revoked_at is null returning id, client_id, user_id, session_id, case when generation > 1 then $2 else coalesce(rotated_at, created_at) end as issued_at, (select sub from users where users.id = grants.user_id) as sub";
    REVOKE_OF_SESSION = "update grants set revoked_at = $2, revoke_reason = $3 where session_id = $1 and revoked_at is null returning id, client_id, user_id, session_id, case when generation > 1 then $2 else coalesce(rotated_at, created_at) end as issued_at, (select sub from users where users.id = grants.user_id) as sub";
    REVOKE_OF_USER = "update grants set revoked_at = $2, revoke_reason = $3 where user_id = $1 and session_id <> $4 and revoked_at is null returning id, client_id, user_id, session_id, case when generation > 1 then $2 else coalesce(rotated_at, created_at) end as issued_at, (select sub from users where users.id = grants.user_id) as sub";
    REVOKE_AT_CLIENT = "update grants set revoked_at = $2, revoke_reason = $3 where user_id = $1 and client_id = $4 and revoked_at is null returning id, client_id, user_id, session_id, case when generation > 1 then $2 else coalesce(rotated_at, created_at) end as issued_at, (select sub from users where users.id = grants.user_id) as sub";
    REVOKE_IN_PROJECT = "update grants set revoked_at = $2, revoke_reason = $3 where user_id = $1 and client_id in (select id from client where project_id = $4) and revoked_at is null returning id, client_id, user_id, session_id, case when generation > 1 then $2 else coalesce(rotated_at, created_at) end as issued_at, (select sub from users where users.id = grants.user_id) as sub";
    LIST_STANDING = "select g.id, g.client_id, g.user_id, g.session_id, g.scope, g.claims, g.auth_time, g.acr, g.amr, g.created_at, g.generation, g.seen_generation, g.rotated_at, g.recent_gaps, g.idle_expires_at, g.expires_at, g.revoked_at, u.sub from grants g join users u on u.id = g.user_id where g.user_id = $1 and g.revoked_at is null and (g.created_at > $3 or g.idle_expires_at > $2) and (g.expires_at is null or g.expires_at > $2) order by g.id desc limit 500";
    SESSIONS_AT = "select distinct g.session_id, g.user_id, u.sub from grants g join users u on u.id = g.user_id join session s on s.id = g.session_id where g.client_id = $1 and g.revoked_at is null and s.ended_at is null and s.expires_at > $2 and s.idle_expires_at > $2";
    BATCH_END = "select id from grants where id > $1 order by id limit 1 offset $2";
    SWEEP = "delete from grants where id > $1 and id <= $2 and created_at < $3 and (generation is null or idle_expires_at < $3 or expires_at < $3 or revoked_at < $3)";
}

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: Uuid,
    client_id: String,
    user_id: Uuid,
    session_id: Uuid,
    scope: String,
    claims: JsonColumn<ClaimsRequest>,
    auth_time: i64,
    acr: String,
    amr: JsonColumn<Vec<String>>,
    created_at: i64,
    generation: Option<i64>,
    seen_generation: i64,
    rotated_at: Option<i64>,
    recent_gaps: i64,
    idle_expires_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    sub: String,
}

/// A grant and the `sub` of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantOf {
    /// The grant.
    pub grant: Grant,
    /// The subject.
    pub sub: Sub,
}

impl TryFrom<GrantRow> for GrantOf {
    type Error = StorageError;
    fn try_from(row: GrantRow) -> Result<Self> {
        let refresh = match (row.generation, row.rotated_at, row.idle_expires_at) {
            (None, _, _) => None,
            (Some(generation), Some(rotated_at), Some(idle_expires_at)) => Some(RefreshFamily {
                generation: u32::try_from(generation).map_err(|_| unreadable("grants", "generation", row.id))?,
                seen_generation: u32::try_from(row.seen_generation)
                    .map_err(|_| unreadable("grants", "seen_generation", row.id))?,
                rotated_at: Timestamp(rotated_at),
                recent: RecentGaps(row.recent_gaps),
                idle_expires_at: Timestamp(idle_expires_at),
                expires_at: row.expires_at.map(Timestamp),
            }),
            (Some(_), None, _) => return Err(unreadable("grants", "rotated_at", row.id)),
            (Some(_), _, None) => return Err(unreadable("grants", "idle_expires_at", row.id)),
        };
        let grant = Grant {
            id: GrantId(row.id),
            client_id: ClientId(row.client_id),
            user_id: UserId(row.user_id),
            session_id: SessionId(row.session_id),
            scope: Scope::parse(&row.scope).map_err(|_| unreadable("grants", "scope", row.id))?,
            claims: row.claims.read("grants", "claims", row.id)?,
            auth_time: Timestamp(row.auth_time),
            acr: row.acr,
            amr: row.amr.read("grants", "amr", row.id)?,
            created_at: Timestamp(row.created_at),
            refresh,
            revoked_at: row.revoked_at.map(Timestamp),
        };
        Ok(Self { grant, sub: Sub(row.sub) })
    }
}

/// What validating an access token needs to know of its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingGrant {
    /// The `claims` request parameter (OpenID Connect Core §5.5).
    pub claims: ClaimsRequest,
    /// The user.
    pub user: User,
    /// The current generation of its refresh token family, unless it was already marked as used.
    pub unseen: Option<u32>,
}

/// The result of spending a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spend {
    /// The grant was made.
    Done,
    /// The code was spent before, at this moment.
    SpentAt(Timestamp),
    /// The session has ended, the user is not active, or the code was tried with too many wrong verifiers.
    NoLonger,
    /// The user withdrew the consent to the scope.
    NotAllowed,
}

/// A session that has not ended, at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAt {
    /// The session.
    pub session_id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// The subject identifier.
    pub sub: Sub,
}

/// A grant that has just been revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The grant.
    pub id: GrantId,
    /// The client.
    pub client_id: ClientId,
    /// The user.
    pub user_id: UserId,
    /// The subject identifier.
    pub sub: Sub,
    /// The session.
    pub session_id: SessionId,
    /// When its last tokens were issued, or now if the row does not hold it: the response to a rotation is repeated
    /// until its refresh token is used.
    pub issued_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct RevokedRow {
    id: Uuid,
    client_id: String,
    user_id: Uuid,
    sub: String,
    session_id: Uuid,
    issued_at: i64,
}

impl From<RevokedRow> for Revoked {
    fn from(row: RevokedRow) -> Self {
        Self {
            id: GrantId(row.id),
            client_id: ClientId(row.client_id),
            user_id: UserId(row.user_id),
            sub: Sub(row.sub),
            session_id: SessionId(row.session_id),
            issued_at: Timestamp(row.issued_at),
        }
    }
}

/// A presented refresh token, as the rotating statement needs it.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The grant that the token names.
    pub grant: GrantId,
    /// The client that presents it.
    pub client: ClientId,
    /// The generation that the token names.
    pub generation: u32,
    /// The present moment.
    pub now: Timestamp,
    /// When the family expires unless it is used again; never beyond the family's own end.
    pub idle_end: Timestamp,
}

macro_rules! bind_grant {
    ($query:expr, $grant:expr) => {{
        let refresh = $grant.refresh.as_ref();
        $query
            .bind($grant.id.0)
            .bind(&$grant.client_id.0)
            .bind($grant.user_id.0)
            .bind($grant.session_id.0)
            .bind($grant.scope.to_string())
            .bind(Json(&$grant.claims))
            .bind($grant.auth_time.0)
            .bind(&$grant.acr)
            .bind(Json(&$grant.amr))
            .bind($grant.created_at.0)
            .bind(refresh.map(|family| i64::from(family.generation)))
            .bind(refresh.map(|family| family.rotated_at.0))
            .bind(refresh.map(|family| family.idle_expires_at.0))
            .bind(refresh.and_then(|family| family.expires_at).map(|end| end.0))
            .bind(wrong_verifiers($grant.id))
            .bind(dead_from_ms($grant.created_at))
    }};
}

impl Tx {
    /// Inserts a grant with its event, unless its id is taken, its session has ended, its user is not active, or its
    /// code was sent with too many wrong verifiers.
    pub async fn insert_grant(&mut self, grant: &Grant, event: &Event) -> Result<bool> {
        if self.is_sqlite() {
            let made: Option<Uuid> =
                on_tx!(self, SPEND, |conn, sql| bind_grant!(sqlx::query_scalar(sql), grant).fetch_optional(conn))?;
            if made.is_some() {
                self.append(event).await?;
            }
            return Ok(made.is_some());
        }
        let made: Option<Uuid> = on_tx!(self, SPEND, |conn, sql| bind_grant!(sqlx::query_scalar(sql), grant)
            .bind(event.id.0)
            .bind(event.kind.as_str())
            .bind(event.project_id.map(|id| id.0))
            .bind(Json(&event.data))
            .fetch_optional(conn))?;
        if made.is_some() {
            self.appends(event.kind);
        }
        Ok(made.is_some())
    }

    /// Rotates a family, if the presented generation is the current one, or one that the database lost in a restore.
    pub async fn rotate(&mut self, presented: &Presented) -> Result<Option<GrantOf>> {
        let row: Option<GrantRow> = on_tx!(self, ROTATE, |conn, sql| sqlx::query_as(sql)
            .bind(presented.grant.0)
            .bind(&presented.client.0)
            .bind(i64::from(presented.generation))
            .bind(presented.now.0)
            .bind(presented.idle_end.0)
            .fetch_optional(conn))?;
        row.map(GrantOf::try_from).transpose()
    }

    /// Records that a family is being used, for clients whose refresh token is not rotated.
    pub async fn keep(&mut self, presented: &Presented) -> Result<Option<GrantOf>> {
        let row: Option<GrantRow> = on_tx!(self, KEEP, |conn, sql| sqlx::query_as(sql)
            .bind(presented.grant.0)
            .bind(&presented.client.0)
            .bind(i64::from(presented.generation))
            .bind(presented.now.0)
            .bind(presented.idle_end.0)
            .fetch_optional(conn))?;
        row.map(GrantOf::try_from).transpose()
    }

    /// Marks a generation as used, unless it is marked already.
    pub async fn mark_seen(&mut self, grant: GrantId, generation: u32) -> Result<()> {
        run!(self, MARK_SEEN, |sql| sqlx::query(sql).bind(grant.0).bind(i64::from(generation))).map(drop)
    }

    /// Revokes one grant; `None` if it was revoked before or does not exist.
    pub async fn revoke_grant(&mut self, grant: GrantId, now: Timestamp, reason: EndReason) -> Result<Option<Revoked>> {
        let row: Option<RevokedRow> = on_tx!(self, REVOKE, |conn, sql| sqlx::query_as(sql)
            .bind(grant.0)
            .bind(now.0)
            .bind(reason.as_str())
            .fetch_optional(conn))?;
        Ok(row.map(Revoked::from))
    }

    /// Revokes every grant of a session.
    pub async fn revoke_grants_of_session(
        &mut self,
        session: SessionId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        let rows: Vec<RevokedRow> = on_tx!(self, REVOKE_OF_SESSION, |conn, sql| sqlx::query_as(sql)
            .bind(session.0)
            .bind(now.0)
            .bind(reason.as_str())
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(Revoked::from).collect())
    }

    /// Revokes every grant of a user, except those of at most one session.
    pub async fn revoke_grants_of_user(
        &mut self,
        user: UserId,
        but: Option<SessionId>,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        let rows: Vec<RevokedRow> = on_tx!(self, REVOKE_OF_USER, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(now.0)
            .bind(reason.as_str())
            .bind(but.map_or(Uuid::nil(), |session| session.0))
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(Revoked::from).collect())
    }

    /// Revokes every grant of a user to one client.
    pub async fn revoke_grants_at_client(
        &mut self,
        user: UserId,
        client: &ClientId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        let rows: Vec<RevokedRow> = on_tx!(self, REVOKE_AT_CLIENT, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(now.0)
            .bind(reason.as_str())
            .bind(&client.0)
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(Revoked::from).collect())
    }

    /// Revokes every grant of a user to the clients of a project.
    pub async fn revoke_grants_in_project(
        &mut self,
        user: UserId,
        project: ProjectId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        let rows: Vec<RevokedRow> = on_tx!(self, REVOKE_IN_PROJECT, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(now.0)
            .bind(reason.as_str())
            .bind(project.0)
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(Revoked::from).collect())
    }

    /// The sessions that have not ended in which a client, deleted or not, holds a grant that was not revoked.
    pub async fn sessions_at(&mut self, client: &ClientId, now: Timestamp) -> Result<Vec<SessionAt>> {
        let rows: Vec<(Uuid, Uuid, String)> =
            on_tx!(self, SESSIONS_AT, |conn, sql| sqlx::query_as(sql).bind(&client.0).bind(now.0).fetch_all(conn))?;
        let read =
            |(session, user, sub)| SessionAt { session_id: SessionId(session), user_id: UserId(user), sub: Sub(sub) };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Deletes the grants with an id above `after` and up to `until` that ended before `before`.
    pub async fn sweep_grants(&mut self, after: GrantId, until: GrantId, before: Timestamp) -> Result<u64> {
        run!(self, SWEEP, |sql| sqlx::query(sql).bind(after.0).bind(until.0).bind(before.0))
    }
}

impl Store {
    /// The grants of a user that are still valid, newest first, 500 at most: they have a refresh token, or an access
    /// token that was issued after `issued_after`.
    pub async fn list_standing_grants(
        &self,
        user: UserId,
        now: Timestamp,
        issued_after: Timestamp,
    ) -> Result<Vec<Grant>> {
        let rows: Vec<GrantRow> = on!(&self.db, LIST_STANDING, |conn, sql| sqlx::query_as(sql)
            .bind(user.0)
            .bind(now.0)
            .bind(issued_after.0)
            .fetch_all(conn))?;
        rows.into_iter().map(|row| GrantOf::try_from(row).map(|found| found.grant)).collect()
    }

    /// Spends a code by inserting its grant together with its event. At most one caller succeeds.
    pub async fn spend_code(&self, grant: Grant, event: Event) -> Result<Spend> {
        // On SQLite the grant and its event are two statements, on PostgreSQL they are one.
        let mut tx =
            if matches!(self.db, Db::Sqlite { .. }) { self.begin().await? } else { self.begin_single().await? };
        let made = tx.insert_grant(&grant, &event).await?;
        tx.commit().await?;
        self.spent(grant.id, made).await
    }

    /// Spends a code as [`Store::spend_code`] does, if the user's consent covers the scope of the grant. A
    /// simultaneous withdrawal either comes first, and no grant is made, or comes later and revokes it.
    pub async fn spend_code_under_consent(&self, grant: Grant, event: Event) -> Result<Spend> {
        let mut tx = self.begin().await?;
        if !tx.hold_consent(grant.user_id, &grant.client_id, &grant.scope).await? {
            return Ok(Spend::NotAllowed);
        }
        let made = tx.insert_grant(&grant, &event).await?;
        tx.commit().await?;
        self.spent(grant.id, made).await
    }

    async fn spent(&self, id: GrantId, made: bool) -> Result<Spend> {
        if made {
            return Ok(Spend::Done);
        }
        let spent = self.find_grant(id).await?;
        Ok(spent.map_or(Spend::NoLonger, |spent| Spend::SpentAt(spent.grant.created_at)))
    }

    /// A grant by id.
    pub async fn find_grant(&self, id: GrantId) -> Result<Option<GrantOf>> {
        let row: Option<GrantRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        row.map(GrantOf::try_from).transpose()
    }

    /// The valid grant of an access token; `None` if the grant or the token is revoked or the user is not active.
    pub async fn find_standing_grant(&self, id: GrantId, jti: &str) -> Result<Option<StandingGrant>> {
        #[derive(sqlx::FromRow)]
        struct StandingGrantRow {
            claims: JsonColumn<ClaimsRequest>,
            generation: Option<i64>,
            seen_generation: i64,
            #[sqlx(flatten)]
            user: UserRow,
        }
        let row: Option<StandingGrantRow> =
            on!(&self.db, FIND_STANDING, |conn, sql| sqlx::query_as(sql).bind(id.0).bind(jti).fetch_optional(conn))?;
        let Some(row) = row else { return Ok(None) };
        let unseen = row.generation.filter(|generation| row.seen_generation < *generation);
        let unseen = unseen.map(u32::try_from).transpose().map_err(|_| unreadable("grants", "generation", id))?;
        Ok(Some(StandingGrant {
            claims: row.claims.read("grants", "claims", id)?,
            user: User::try_from(row.user)?,
            unseen,
        }))
    }

    /// The id at which a batch of `size` grants after `after` ends; `None` if fewer are left.
    pub async fn find_grant_batch_end(&self, after: GrantId, size: u32) -> Result<Option<GrantId>> {
        let id: Option<Uuid> = on!(&self.db, BATCH_END, |conn, sql| sqlx::query_scalar(sql)
            .bind(after.0)
            .bind(i64::from(size.max(1)) - 1)
            .fetch_optional(conn))?;
        Ok(id.map(GrantId))
    }
}

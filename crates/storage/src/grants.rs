//! Grants and their refresh token families.
//!
//! An operation that may happen once is one conditional statement, so that it happens once on either database, however
//! many instances try.

use super::db::{Sql, statements};
use super::query::Query;
use super::row::{Columns, FromRow};
use super::users::USER;
use super::{Result, Store, Tx};
use usher_domain::event::Event;
use usher_domain::id::{ClientId, GrantId, SessionId, UserId};
use usher_domain::oauth::code::{dead_from_ms, wrong_verifiers};
use usher_domain::oauth::grant::{Grant, RefreshFamily};
use usher_domain::time::Timestamp;
use usher_domain::user::{Sub, User};
use usher_protocol::claims::ClaimsRequest;

/// The columns of a [`Grant`].
const GRANT: &str = "id, client_id, user_id, session_id, scope, targets, claims, auth_time, acr, amr, created_at, generation, \
                     seen_generation, rotated_at, recent_gaps, idle_expires_at, expires_at, revoked_at";
/// Of a statement on the table `grants`.
const SUB: &str = "(select sub from users where users.id = grants.user_id)";

impl FromRow for Grant {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("grants");
        Ok(Self {
            id: columns.take("id")?,
            client_id: columns.take("client_id")?,
            user_id: columns.take("user_id")?,
            session_id: columns.take("session_id")?,
            scope: columns.take("scope")?,
            targets: columns.take("targets")?,
            claims: columns.take("claims")?,
            auth_time: columns.take("auth_time")?,
            acr: columns.take("acr")?,
            amr: columns.take("amr")?,
            created_at: columns.take("created_at")?,
            refresh: family(columns)?,
            revoked_at: columns.take("revoked_at")?,
        })
    }
}

/// The columns of a family are null for a grant without refresh tokens.
fn family(columns: &mut Columns<'_>) -> Result<Option<RefreshFamily>> {
    let Some(generation) = columns.take("generation")? else {
        for column in ["seen_generation", "rotated_at", "recent_gaps", "idle_expires_at", "expires_at"] {
            columns.skip(column);
        }
        return Ok(None);
    };
    Ok(Some(RefreshFamily {
        generation,
        seen_generation: columns.take("seen_generation")?,
        rotated_at: columns.take("rotated_at")?,
        recent: columns.take("recent_gaps")?,
        idle_expires_at: columns.take("idle_expires_at")?,
        expires_at: columns.take("expires_at")?,
    }))
}

impl FromRow for GrantOf {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { grant: Grant::from_row(columns)?, sub: columns.take("sub")? })
    }
}

impl FromRow for StandingGrant {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("grants");
        columns.skip("id");
        let client_id = columns.take("client_id")?;
        let claims = columns.take("claims")?;
        let generation: Option<u32> = columns.take("generation")?;
        let seen: u32 = columns.take("seen_generation")?;
        let unseen = generation.filter(|generation| seen < *generation);
        Ok(Self { client_id, claims, unseen, user: User::from_row(columns)? })
    }
}

/// Inserts the row, if the user is active and the session has not ended. The same statement checks the bucket of wrong
/// code verifiers: a code with too many of them is invalid.
const INSERT_GRANT: &str = "
        insert into grants (
            id, client_id, user_id, session_id, scope, claims, auth_time, acr, amr, created_at, generation,
            rotated_at, idle_expires_at, expires_at, targets, api_project_id
        )
        select $1, $2, u.id, s.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $17, $18
        from users u
        join session s on s.user_id = u.id
        where s.id = $4
          and u.id = $3
          and s.ended_at is null
          and u.status = 'active'
          and not exists (select 1 from throttle where bucket = $15 and full_at >= $16)
";
/// The condition for a presented refresh token.
const LIVE_FAMILY: &str = "
        id = $1
          and client_id = $2
          and generation <= $3
          and revoked_at is null
          and idle_expires_at > $4
          and (expires_at is null or expires_at > $4)
";
/// The new idle end of a family. It never moves back: a clock that was set back for a moment ends no family.
const IDLE_END: &str = "
        case
            when expires_at is not null and expires_at < $5 then expires_at
            when idle_expires_at > $5 then idle_expires_at
            else $5
        end
";

statements! {
    with GRANT, SUB, INSERT_GRANT, LIVE_FAMILY, IDLE_END, USER;

    // Spends a code. PostgreSQL locks user and session, so that a simultaneous sign-out either sees the grant or
    // prevents it.
    SPEND = "
        {INSERT_GRANT}
        on conflict (id) do nothing
        returning id
    ", postgres "
        with spent as (
            {INSERT_GRANT}
            for share of u, s
            on conflict (id) do nothing
            returning id, client_id, user_id, session_id
        ), told as (
            insert into event (id, kind, at, user_id, session_id, client_id, grant_id, project_id, data)
            select $19, $20, $10, user_id, session_id, client_id, id, $21, $22
            from spent
        )
        select id
        from spent
    ";
    // `RefreshFamily::rotated` as one statement. The time of the rotation never moves back either.
    ROTATE = "
        update grants
        set
            generation = $3 + 1,
            recent_gaps = case
                when generation = $3 then ((recent_gaps & 35184372088831) << 9) | (case
                    when $4 < rotated_at then 0
                    when $4 - rotated_at > 511 then 511
                    else $4 - rotated_at
                end)
                else 18014398509481983
            end,
            rotated_at = case when rotated_at > $4 then rotated_at else $4 end,
            idle_expires_at = {IDLE_END}
        where {LIVE_FAMILY}
        returning {GRANT}, {SUB} as sub
    ";
    KEEP = "
        update grants
        set
            generation = $3,
            idle_expires_at = {IDLE_END}
        where {LIVE_FAMILY}
        returning {GRANT}, {SUB} as sub
    ";
    FIND = "
        select {g.GRANT}, u.sub
        from grants g
        join users u on u.id = g.user_id
        where g.id = $1
    ";
    // Writes a generation at most once: nothing is written if it was marked before.
    MARK_SEEN = "
        update grants
        set seen_generation = $2
        where id = $1 and seen_generation < $2 and generation <= $2
    ";
    FIND_STANDING = "
        select g.id, g.client_id, g.claims, g.generation, g.seen_generation, {u.USER}
        from grants g
        join users u on u.id = g.user_id
        where g.id = $1
          and g.revoked_at is null
          and u.status = 'active'
          and not exists (select 1 from revoked_token t where t.jti = $2)
    ";
    LIST_STANDING = "
        select {GRANT}
        from grants
        where user_id = $1
          and revoked_at is null
          and (created_at > $3 or idle_expires_at > $2)
          and (expires_at is null or expires_at > $2)
        order by id desc
        limit 500
    ";
    FIND_IN_SESSION = "
        select {g.GRANT}
        from grants g
        join session s on s.id = g.session_id
        join users u on u.id = g.user_id
        where g.session_id = $1
          and g.client_id = $2
          and g.revoked_at is null
          and s.ended_at is null
          and u.status = 'active'
        order by g.id desc
        limit 1
    ";
    BATCH_END = "
        select id
        from grants
        where id > $1
        order by id
        limit 1 offset $2
    ";
    SWEEP = "
        delete from grants
        where id > $1
          and id <= $2
          and created_at < $3
          and (generation is null or idle_expires_at < $3 or expires_at < $3 or revoked_at < $3)
    ";
}

/// A grant and the `sub` of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantOf {
    /// The grant.
    pub grant: Grant,
    /// The subject.
    pub sub: Sub,
}

/// What validating an access token needs to know of its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingGrant {
    /// The client that got the grant.
    pub client_id: ClientId,
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

/// Binds the parameters of `SPEND` from `$1` to `$18`.
fn bind_grant<'q>(query: Query<'q>, grant: &Grant) -> Query<'q> {
    let refresh = grant.refresh.as_ref();
    query
        .bind(grant.id)
        .bind(&grant.client_id)
        .bind(grant.user_id)
        .bind(grant.session_id)
        .bind(&grant.scope)
        .bind(&grant.claims)
        .bind(grant.auth_time)
        .bind(&grant.acr)
        .bind(&grant.amr)
        .bind(grant.created_at)
        .bind(refresh.map(|family| family.generation))
        .bind(refresh.map(|family| family.rotated_at))
        .bind(refresh.map(|family| family.idle_expires_at))
        .bind(refresh.and_then(|family| family.expires_at))
        .bind(wrong_verifiers(grant.id))
        .bind(dead_from_ms(grant.created_at))
        .bind(&grant.targets)
        .bind(grant.targets.as_ref().and_then(|targets| targets.other_project))
}

impl Tx {
    /// Inserts a grant with its event, unless its id is taken, its session has ended, its user is not active, or its
    /// code was sent with too many wrong verifiers.
    pub async fn insert_grant(&mut self, grant: &Grant, event: &Event) -> Result<bool> {
        if self.is_sqlite() {
            let made = bind_grant(self.query(SPEND), grant).exists().await?;
            if made {
                self.append(event).await?;
            }
            return Ok(made);
        }
        let query = bind_grant(self.query(SPEND), grant).bind(event.id).bind(event.kind);
        let made = query.bind(event.project_id).bind(&event.data).exists().await?;
        if made {
            self.appends(event.kind);
        }
        Ok(made)
    }

    /// Rotates a family, if the presented generation is the current one, or one that the database lost in a restore.
    pub async fn rotate(&mut self, presented: &Presented) -> Result<Option<GrantOf>> {
        self.refresh(ROTATE, presented).await
    }

    /// Records that a family is being used, for clients whose refresh token is not rotated.
    pub async fn keep(&mut self, presented: &Presented) -> Result<Option<GrantOf>> {
        self.refresh(KEEP, presented).await
    }

    async fn refresh(&mut self, sql: Sql, presented: &Presented) -> Result<Option<GrantOf>> {
        let query = self.query(sql).bind(presented.grant).bind(&presented.client).bind(presented.generation);
        query.bind(presented.now).bind(presented.idle_end).optional().await
    }

    /// Marks a generation as used, unless it is marked already.
    pub async fn mark_seen(&mut self, grant: GrantId, generation: u32) -> Result<()> {
        self.query(MARK_SEEN).bind(grant).bind(generation).done().await
    }

    /// Deletes the grants with an id above `after` and up to `until` that ended before `before`.
    pub async fn sweep_grants(&mut self, after: GrantId, until: GrantId, before: Timestamp) -> Result<u64> {
        self.query(SWEEP).bind(after).bind(until).bind(before).run().await
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
        self.query(LIST_STANDING).bind(user).bind(now).bind(issued_after).all().await
    }

    /// The newest grant of a client in a session, if it is not revoked, the session has not ended and the user is active.
    pub async fn find_grant_in_session(&self, session: SessionId, client: &ClientId) -> Result<Option<Grant>> {
        self.query(FIND_IN_SESSION).bind(session).bind(client).optional().await
    }

    /// Spends a code by inserting its grant together with its event. At most one caller succeeds.
    pub async fn spend_code(&self, grant: Grant, event: Event) -> Result<Spend> {
        // On SQLite the grant and its event are two statements, on PostgreSQL they are one.
        let mut tx = if self.is_sqlite() { self.begin().await? } else { self.begin_single().await? };
        let made = tx.insert_grant(&grant, &event).await?;
        tx.commit().await?;
        self.spent(grant.id, made).await
    }

    /// Spends a code as [`Store::spend_code`] does, if the user's consent covers the scope of the grant. A
    /// simultaneous withdrawal either comes first, and no grant is made, or comes later and revokes it.
    pub async fn spend_code_under_consent(&self, grant: Grant, event: Event) -> Result<Spend> {
        let mut tx = self.begin().await?;
        if !tx.hold_consent(&grant).await? {
            return Ok(Spend::NotAllowed);
        }
        let made = tx.insert_grant(&grant, &event).await?;
        tx.commit().await?;
        self.spent(grant.id, made).await
    }

    async fn spent(&self, id: GrantId, made: bool) -> Result<Spend> {
        if made { Ok(Spend::Done) } else { self.why_no_grant(id).await }
    }

    /// Why a code gave no grant: it was spent before, or its session or user has ended.
    pub async fn why_no_grant(&self, id: GrantId) -> Result<Spend> {
        let spent = self.find_grant(id).await?;
        Ok(spent.map_or(Spend::NoLonger, |spent| Spend::SpentAt(spent.grant.created_at)))
    }

    /// A grant by id.
    pub async fn find_grant(&self, id: GrantId) -> Result<Option<GrantOf>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The valid grant of an access token; `None` if the grant or the token is revoked or the user is not active.
    pub async fn find_standing_grant(&self, id: GrantId, jti: &str) -> Result<Option<StandingGrant>> {
        self.query(FIND_STANDING).bind(id).bind(jti).optional().await
    }

    /// The id at which a batch of `size` grants after `after` ends; `None` if fewer are left.
    pub async fn find_grant_batch_end(&self, after: GrantId, size: u32) -> Result<Option<GrantId>> {
        self.query(BATCH_END).bind(after).bind(size.max(1) - 1).optional().await
    }
}

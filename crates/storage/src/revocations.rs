//! Revocation of grants, and the sessions that have grants at a client.

use uuid::Uuid;

use super::db::statements;
use super::row::row;
use super::{Result, Tx};
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::Sub;
use usher_domain::user::session::EndReason;

row! {
    REVOKED: Revoked of "grants" {
        id, client_id, user_id, session_id, api_project_id,
        issued_at = "case when generation > 1 then $2 else coalesce(rotated_at, created_at) end",
        sub = "(select sub from users where users.id = grants.user_id)",
    }
}

row! {
    SESSION_AT: SessionAt of "grants" { session_id = "g.session_id", user_id = "g.user_id", sub = "u.sub" }
}

statements! {
    with REVOKED, SESSION_AT;

    REVOKE = "
        update grants
        set revoked_at = $2, revoke_reason = $3
        where id = $1 and revoked_at is null
        returning {REVOKED}
    ";
    REVOKE_OF_SESSION = "
        update grants
        set revoked_at = $2, revoke_reason = $3
        where session_id = $1 and revoked_at is null
        returning {REVOKED}
    ";
    REVOKE_OF_USER = "
        update grants
        set revoked_at = $2, revoke_reason = $3
        where user_id = $1 and session_id <> $4 and revoked_at is null
        returning {REVOKED}
    ";
    REVOKE_AT_CLIENT = "
        update grants
        set revoked_at = $2, revoke_reason = $3
        where user_id = $1 and client_id = $4 and revoked_at is null
        returning {REVOKED}
    ";
    REVOKE_IN_PROJECT = "
        update grants
        set revoked_at = $2, revoke_reason = $3
        where user_id = $1
          and client_id in (select id from client where project_id = $4)
          and revoked_at is null
        returning {REVOKED}
    ";
    SESSIONS_AT = "
        select distinct {SESSION_AT}
        from grants g
        join users u on u.id = g.user_id
        join session s on s.id = g.session_id
        where g.client_id = $1
          and g.revoked_at is null
          and s.ended_at is null
          and s.expires_at > $2
          and s.idle_expires_at > $2
    ";
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
    /// The project of its APIs, if it is not that of the client.
    pub api_project_id: Option<ProjectId>,
    /// When its last tokens were issued, or now if the row does not hold it: the response to a rotation is repeated
    /// until its refresh token is used.
    pub issued_at: Timestamp,
}

impl Tx {
    /// Revokes one grant; `None` if it was revoked before or does not exist.
    pub async fn revoke_grant(&mut self, grant: GrantId, now: Timestamp, reason: EndReason) -> Result<Option<Revoked>> {
        self.query(REVOKE).bind(grant).bind(now).bind(reason).optional().await
    }

    /// Revokes every grant of a session.
    pub async fn revoke_grants_of_session(
        &mut self,
        session: SessionId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        self.query(REVOKE_OF_SESSION).bind(session).bind(now).bind(reason).all().await
    }

    /// Revokes every grant of a user, except those of at most one session.
    pub async fn revoke_grants_of_user(
        &mut self,
        user: UserId,
        but: Option<SessionId>,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        self.query(REVOKE_OF_USER)
            .bind(user)
            .bind(now)
            .bind(reason)
            .bind(but.unwrap_or(SessionId(Uuid::nil())))
            .all()
            .await
    }

    /// Revokes every grant of a user to one client.
    pub async fn revoke_grants_at_client(
        &mut self,
        user: UserId,
        client: &ClientId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        self.query(REVOKE_AT_CLIENT).bind(user).bind(now).bind(reason).bind(client).all().await
    }

    /// Revokes every grant of a user to the clients of a project.
    pub async fn revoke_grants_in_project(
        &mut self,
        user: UserId,
        project: ProjectId,
        now: Timestamp,
        reason: EndReason,
    ) -> Result<Vec<Revoked>> {
        self.query(REVOKE_IN_PROJECT).bind(user).bind(now).bind(reason).bind(project).all().await
    }

    /// The sessions that have not ended in which a client, deleted or not, holds a grant that was not revoked.
    pub async fn sessions_at(&mut self, client: &ClientId, now: Timestamp) -> Result<Vec<SessionAt>> {
        self.query(SESSIONS_AT).bind(client).bind(now).all().await
    }
}

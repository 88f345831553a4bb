//! Ending sessions and grants. Every cause goes through these functions, which append the events, so that every reader
//! of the event log is informed.

use crate::core::Core;
use std::sync::Arc;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;
use usher_storage::revocations::Revoked;
use usher_storage::{Result, Tx};

/// What an operation ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    pub sessions: Vec<SessionId>,
    /// The clients that lost a grant.
    pub clients: Vec<ClientId>,
    /// When the last tokens of each grant were issued.
    issued: Vec<Timestamp>,
    pub user: Option<UserId>,
    pub at: Option<Timestamp>,
}

impl Ended {
    fn add(&mut self, revoked: Vec<Revoked>) {
        for grant in revoked {
            if let Some(place) = self.clients.iter().position(|known| *known == grant.client_id) {
                self.issued[place] = self.issued[place].max(grant.issued_at);
            } else {
                self.clients.push(grant.client_id);
                self.issued.push(grant.issued_at);
            }
        }
    }

    /// When a client that lost a grant was last issued tokens, as far as its grants show.
    pub fn issued_at(&self, client: &ClientId) -> Option<Timestamp> {
        let place = self.clients.iter().position(|known| known == client)?;
        self.issued.get(place).copied()
    }
}

/// Ends sessions and grants, each with its event.
pub struct Endings {
    pub core: Arc<Core>,
}

impl Endings {
    /// Ends a session and every grant made in it. Nothing happens, and no event is appended, if it had ended before.
    pub async fn end_session(&self, tx: &mut Tx, user: UserId, session: SessionId, reason: EndReason) -> Result<Ended> {
        let now = self.core.now();
        let mut ended = Ended { user: Some(user), at: Some(now), ..Ended::default() };
        if tx.end_session(session, now, reason).await? {
            self.append_session_revoked(tx, user, session, reason).await?;
            ended.sessions.push(session);
        }
        let revoked = tx.revoke_grants_of_session(session, now, reason).await?;
        self.append_grants_revoked(tx, &revoked, &ended.sessions, reason).await?;
        ended.add(revoked);
        Ok(ended)
    }

    /// Ends every session of a user, except at most one, and every grant made in them.
    pub async fn end_everything_of(
        &self,
        tx: &mut Tx,
        user: UserId,
        but: Option<SessionId>,
        reason: EndReason,
    ) -> Result<Ended> {
        let now = self.core.now();
        let sessions = tx.end_sessions_of(user, but, now, reason).await?;
        let mut ended = Ended { sessions, user: Some(user), at: Some(now), ..Ended::default() };
        for session in &ended.sessions {
            self.append_session_revoked(tx, user, *session, reason).await?;
        }
        let revoked = tx.revoke_grants_of_user(user, but, now, reason).await?;
        self.append_grants_revoked(tx, &revoked, &ended.sessions, reason).await?;
        ended.add(revoked);
        Ok(ended)
    }

    /// Ends one grant. `None` if it had ended before.
    pub async fn end_grant(&self, tx: &mut Tx, grant: GrantId, reason: EndReason) -> Result<Option<Revoked>> {
        let revoked = tx.revoke_grant(grant, self.core.now(), reason).await?;
        self.append_grants_revoked(tx, revoked.as_slice(), &[], reason).await?;
        Ok(revoked)
    }

    /// Ends every grant that a user gave one client.
    pub async fn end_grants_at(
        &self,
        tx: &mut Tx,
        user: UserId,
        client: &ClientId,
        reason: EndReason,
    ) -> Result<Ended> {
        let now = self.core.now();
        let revoked = tx.revoke_grants_at_client(user, client, now, reason).await?;
        self.append_grants_revoked(tx, &revoked, &[], reason).await?;
        let mut ended = Ended { user: Some(user), at: Some(now), ..Ended::default() };
        ended.add(revoked);
        Ok(ended)
    }

    /// Ends every grant that a user gave the clients of a project.
    pub async fn end_grants_in(
        &self,
        tx: &mut Tx,
        user: UserId,
        project: ProjectId,
        reason: EndReason,
    ) -> Result<Ended> {
        let now = self.core.now();
        let revoked = tx.revoke_grants_in_project(user, project, now, reason).await?;
        self.append_grants_revoked(tx, &revoked, &[], reason).await?;
        let mut ended = Ended { user: Some(user), at: Some(now), ..Ended::default() };
        ended.add(revoked);
        Ok(ended)
    }

    async fn append_session_revoked(
        &self,
        tx: &mut Tx,
        user: UserId,
        session: SessionId,
        reason: EndReason,
    ) -> Result<()> {
        let projects_that_may_see = tx.projects_of_session(session).await?;
        let mut event = self.core.event(EventKind::SESSION_REVOKED).with_user(user).with_session(session);
        // The user may be deleted when readers process the event.
        if let Some(sub) = tx.find_sub(user).await? {
            event = event.with("sub", sub.0);
        }
        tx.append(&event.with_projects(&projects_that_may_see).with("reason", reason.as_str())).await
    }

    /// `over` are the sessions that ended in the same transaction: readers of those events need no events of their
    /// grants.
    async fn append_grants_revoked(
        &self,
        tx: &mut Tx,
        revoked: &[Revoked],
        over: &[SessionId],
        reason: EndReason,
    ) -> Result<()> {
        for grant in revoked {
            let mut event = self
                .core
                .event(EventKind::GRANT_REVOKED)
                .with_user(grant.user_id)
                .with_session(grant.session_id)
                .with_client(&grant.client_id)
                .with_grant(grant.id)
                .with("reason", reason.as_str())
                .with("sub", grant.sub.0.clone());
            if let Some(project) = grant.api_project_id {
                event = event.with_projects(&[project]);
            }
            if over.contains(&grant.session_id) {
                event = event.with(Event::WITH_SESSION, true);
            }
            tx.append(&event).await?;
        }
        Ok(())
    }
}

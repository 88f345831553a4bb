//! What an administrator does to one user: each change is one transaction with its event.

use crate::admin::users::Users;
use crate::end::Ended;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::id::{SessionId, UserId};
use usher_domain::user::profile_change::ProfileChange;
use usher_domain::user::session::EndReason;
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{Profile, User, UserStatus};

impl Users {
    /// Disables a user, ending all sessions and grants, or enables one. Does nothing to one who is so already.
    ///
    /// # Errors
    /// [`Rejected::NotAllowed`] to disable an administrator, who must be made an ordinary user first;
    /// [`Rejected::UserMerged`]; [`Rejected::NotFound`].
    pub async fn set_enabled_by(&self, id: UserId, enabled: bool) -> Result<Ended, FlowError> {
        self.set_enabled(id, enabled, true).await
    }

    pub(super) async fn set_enabled(
        &self,
        id: UserId,
        enabled: bool,
        spares_administrators: bool,
    ) -> Result<Ended, FlowError> {
        let wanted = if enabled { UserStatus::Active } else { UserStatus::Disabled };
        if enabled {
            // The marks of the earlier disabling come first: they must not revoke tokens that the user gets now.
            self.core.events_are_dispatched(id).await?;
        }
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let user = tx.lock_user(id).await?.ok_or(Rejected::NotFound("user"))?;
        if user.admin && !enabled && spares_administrators {
            return Err(Rejected::NotAllowed.into());
        }
        if user.status == wanted {
            return Ok(Ended::default());
        }
        if !tx.set_user_enabled(id, enabled, now).await? {
            return Err(Rejected::UserMerged.into());
        }
        let kind = if enabled { EventKind::USER_ENABLED } else { EventKind::USER_DISABLED };
        let projects_that_may_see = tx.projects_of_user(id).await?;
        let event = self.core.event(kind).with_user(id).with("sub", user.sub.0.as_str());
        tx.append(&event.with("by", "administrator").with_projects(&projects_that_may_see)).await?;
        let ended = if enabled {
            Ended::default()
        } else {
            self.endings.end_everything_of(&mut tx, id, None, EndReason::UserDisabled).await?
        };
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends every session and grant of a user.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn end_sessions_by(&self, id: UserId) -> Result<Ended, FlowError> {
        let mut tx = self.core.store.begin().await?;
        tx.lock_user(id).await?.ok_or(Rejected::NotFound("user"))?;
        let ended = self.endings.end_everything_of(&mut tx, id, None, EndReason::Administrator).await?;
        if !ended.sessions.is_empty() || !ended.clients.is_empty() {
            let event = self.core.event(EventKind::SESSIONS_ENDED).with_user(id);
            tx.append(&event.with("by", "administrator").with("sessions", ended.sessions.len())).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends one session. Nothing happens if it had ended.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if there is no such session.
    pub async fn end_session_by(&self, session: SessionId) -> Result<Ended, FlowError> {
        let found = self.core.store.find_session_by_id(session).await?;
        let (_, user) = found.ok_or(Rejected::NotFound("session"))?;
        let mut tx = self.core.store.begin().await?;
        tx.lock_user(user.id).await?.ok_or(Rejected::NotFound("session"))?;
        let ended = self.endings.end_session(&mut tx, user.id, session, EndReason::Administrator).await?;
        if !ended.sessions.is_empty() {
            let event = self.core.event(EventKind::SESSIONS_ENDED).with_user(user.id).with_session(session);
            tx.append(&event.with("by", "administrator").with("sessions", 1)).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Makes a user an administrator, or an ordinary user again. `by` is an administrator, so there is always one left.
    ///
    /// # Errors
    /// [`Rejected::NotAllowed`] if it is `by` itself, or `by` is no administrator any more; [`Rejected::UserMerged`] if
    /// the user is not active; [`Rejected::NotFound`].
    pub async fn set_admin_by(&self, id: UserId, admin: bool, by: &User) -> Result<(), FlowError> {
        if id == by.id {
            return Err(Rejected::NotAllowed.into());
        }
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let (administrator, user) = tx.lock_users(by.id, id).await?;
        if !administrator.is_some_and(|one| one.admin && one.status == UserStatus::Active) {
            return Err(Rejected::NotAllowed.into());
        }
        let user = user.ok_or(Rejected::NotFound("user"))?;
        if admin && user.status != UserStatus::Active {
            return Err(Rejected::UserMerged.into());
        }
        if user.admin == admin {
            return Ok(());
        }
        tx.set_user_admin(id, admin, now).await?;
        let kind = if admin { EventKind::ADMIN_ADDED } else { EventKind::ADMIN_REMOVED };
        tx.append(&self.core.event(kind).with_user(id).with("by", "administrator")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes the profile of a user. Claims that somebody else changed meanwhile are kept.
    ///
    /// # Errors
    /// [`Rejected::Profile`] for an invalid claim; [`Rejected::NotFound`].
    pub async fn change_profile_by(&self, user: &User, profile: Profile) -> Result<User, FlowError> {
        let change = ProfileChange::between(&user.profile, &profile.checked()?);
        let event = self.core.event(EventKind::USER_UPDATED).with_user(user.id).with("by", "administrator");
        self.profiles.change_profile(user.id, &change, &AttributeOrigin::Administrator, None, &event).await
    }
}

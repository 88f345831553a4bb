//! Project members. There is always an owner, unless only administrators manage the project.

use std::sync::Arc;
use usher_accounts::admin::users::Users;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::throttle::Throttles;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::Project;
use usher_domain::project::member::{Member, Role};
use usher_domain::user::{Sub, User, UserStatus};
use usher_storage::members::NamedMember;

/// Members of projects.
pub struct Members {
    pub(crate) core: Arc<Core>,
    pub(crate) throttles: Arc<Throttles>,
    pub(crate) users: Arc<Users>,
}

impl Members {
    /// The projects that a user is a member of, oldest first.
    pub async fn list_projects_of(&self, user: &User, after: Cursor, size: u32) -> Result<Page<Project>, FlowError> {
        Ok(self.core.store.list_projects_of(user.id, after, size).await?)
    }

    /// The members of a project.
    pub async fn list_members(
        &self,
        project: ProjectId,
        after: Cursor,
        size: u32,
    ) -> Result<Page<NamedMember>, FlowError> {
        Ok(self.core.store.list_members(project, after, size).await?)
    }

    /// Adds an existing user.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if no active user has this address, [`Rejected::MemberAlready`], [`Rejected::TooMany`]:
    /// the call reveals which addresses have accounts, so it is rate-limited.
    pub async fn add_member(&self, project: ProjectId, email: &str, role: Role) -> Result<(User, Member), FlowError> {
        self.throttles.count_member_search(project).await?;
        let user = match self.users.load_user(email).await {
            Ok(user) if user.status == UserStatus::Active => user,
            Ok(_) => return Err(Rejected::NotFound("user").into()),
            Err(other) => return Err(other),
        };
        let member = Member { project_id: project, user_id: user.id, role, since: self.core.now() };
        let event = self.core.event(EventKind::MEMBER_ADDED).with_project(project).with_user(user.id);
        let mut tx = self.core.store.begin().await?;
        if !tx.insert_member(&member).await? {
            return Err(Rejected::MemberAlready.into());
        }
        tx.append(&event.with("role", role.as_str())).await?;
        tx.commit().await?;
        Ok((user, member))
    }

    /// Adds a user, for an administrator.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the project was deleted or the user is not active; [`Rejected::MemberAlready`].
    pub async fn add_user(&self, project: ProjectId, user: &User, role: Role) -> Result<(), FlowError> {
        let member = Member { project_id: project, user_id: user.id, role, since: self.core.now() };
        let event = self.core.event(EventKind::MEMBER_ADDED).with_project(project).with_user(user.id);
        let mut tx = self.core.store.begin().await?;
        if !tx.hold_user(user.id).await? {
            return Err(Rejected::NotFound("user").into());
        }
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        if !tx.insert_member(&member).await? {
            return Err(Rejected::MemberAlready.into());
        }
        tx.append(&event.with("by", "administrator").with("role", role.as_str())).await?;
        Ok(tx.commit().await?)
    }

    /// The user with this `sub`.
    pub async fn find_by_sub(&self, sub: &Sub) -> Result<Option<User>, FlowError> {
        Ok(self.core.store.find_user_by_sub(sub).await?)
    }

    /// Changes the role of a member.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::LastOwner`].
    pub async fn change_member(&self, project: ProjectId, user: UserId, role: Role) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::MEMBER_CHANGED).with_project(project).with_user(user);
        let mut tx = self.core.store.begin().await?;
        let owners = tx.lock_owners(project).await?;
        let member = tx.find_member(project, user).await?.ok_or(Rejected::NotFound("member"))?;
        if role != Role::Owner && owners == [user] {
            return Err(Rejected::LastOwner.into());
        }
        if member.role != role {
            tx.set_member_role(project, user, role).await?;
            tx.append(&event.with("role", role.as_str())).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Removes a member.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::LastOwner`].
    pub async fn remove_member(&self, project: ProjectId, user: UserId) -> Result<(), FlowError> {
        self.remove(self.core.event(EventKind::MEMBER_REMOVED), project, user).await
    }

    /// As [`Self::remove_member`], for an administrator.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::LastOwner`].
    pub async fn remove_user(&self, project: ProjectId, user: UserId) -> Result<(), FlowError> {
        self.remove(self.core.event(EventKind::MEMBER_REMOVED).with("by", "administrator"), project, user).await
    }

    async fn remove(&self, event: Event, project: ProjectId, user: UserId) -> Result<(), FlowError> {
        let event = event.with_project(project).with_user(user);
        let mut tx = self.core.store.begin().await?;
        if tx.lock_owners(project).await? == [user] {
            return Err(Rejected::LastOwner.into());
        }
        if !tx.delete_member(project, user).await? {
            return Err(Rejected::NotFound("member").into());
        }
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }
}

//! Changes that an administrator makes to one user or to many, one transaction and event for each.

use std::sync::Arc;

use crate::projects::members::Members;
use usher_accounts::account::delete_account::AccountDeletion;
use usher_accounts::admin::users::Users;
use usher_accounts::core::Core;
use usher_accounts::credentials::factors::FactorRules;
use usher_accounts::end::Ended;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::recover::Recovery;
use usher_domain::id::{ProjectId, UserId};
use usher_domain::project::member::Role;
use usher_domain::user::User;

/// Most users of one request.
pub const MOST_CHANGED: usize = 100;

/// A change of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminChange {
    Disable,
    Enable,
    EndSessions,
    Delete,
    /// Mail a link to set a new password.
    SendLink,
    /// Remove every factor other than the password.
    ResetFactors,
    MakeAdmin,
    RemoveAdmin,
    AddMember(ProjectId, Role),
    RemoveMember(ProjectId),
}

/// What became of one user.
#[derive(Debug)]
pub struct ChangedUser {
    pub id: UserId,
    /// The user as they were before; `None` if there is none.
    pub user: Option<User>,
    /// What ended, or why nothing changed.
    pub outcome: Result<Ended, Rejected>,
}

/// Changes of users.
pub struct UserChanges {
    pub(crate) core: Arc<Core>,
    pub(crate) account_deletion: Arc<AccountDeletion>,
    pub(crate) factor_rules: Arc<FactorRules>,
    pub(crate) members: Arc<Members>,
    pub(crate) recovery: Arc<Recovery>,
    pub(crate) users: Arc<Users>,
}

impl UserChanges {
    /// Makes the same change to each of these users, in this order; a refusal concerns one user only. Nobody changes
    /// their own account so.
    ///
    /// # Errors
    /// If the database fails: earlier users of the list are changed then.
    pub async fn change_all(
        &self,
        users: &[UserId],
        change: AdminChange,
        by: &User,
    ) -> Result<Vec<ChangedUser>, FlowError> {
        let mut changed = Vec::new();
        for id in users.iter().take(MOST_CHANGED) {
            let user = self.core.store.find_user(*id).await?;
            let outcome = match &user {
                Some(user) => match Box::pin(self.change(user, change, by)).await {
                    Ok(ended) => Ok(ended),
                    Err(FlowError::Rejected(refused)) => {
                        tracing::info!(user.id = %id, code = refused.row().code.code, "a change of a user was refused");
                        Err(refused)
                    }
                    Err(failed) => return Err(failed),
                },
                None => Err(Rejected::NotFound("user")),
            };
            changed.push(ChangedUser { id: *id, user, outcome });
        }
        Ok(changed)
    }

    /// Changes one user.
    ///
    /// # Errors
    /// [`Rejected::NotAllowed`] for the own account, and for what cannot be done to an administrator; the refusals of
    /// the change.
    pub async fn change(&self, user: &User, change: AdminChange, by: &User) -> Result<Ended, FlowError> {
        if user.id == by.id {
            return Err(Rejected::NotAllowed.into());
        }
        match change {
            AdminChange::Disable => return self.users.set_enabled_by(user.id, false).await,
            AdminChange::Enable => return self.users.set_enabled_by(user.id, true).await,
            AdminChange::EndSessions => return self.users.end_sessions_by(user.id).await,
            AdminChange::Delete => return self.account_deletion.remove_by(user).await,
            // An administrator's factors are reset by a command on the server (AD-06).
            AdminChange::ResetFactors if user.admin => return Err(Rejected::NotAllowed.into()),
            AdminChange::ResetFactors => self.factor_rules.reset_factors(user).await?,
            AdminChange::SendLink => self.recovery.send_link_by(user, false).await?,
            AdminChange::MakeAdmin => self.users.set_admin_by(user.id, true, by).await?,
            AdminChange::RemoveAdmin => self.users.set_admin_by(user.id, false, by).await?,
            AdminChange::AddMember(project, role) => self.members.add_user(project, user, role).await?,
            AdminChange::RemoveMember(project) => self.members.remove_user(project, user.id).await?,
        }
        Ok(Ended::default())
    }
}

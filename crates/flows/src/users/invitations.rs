//! Invitations: a user without a way in, and an email with the link that gives them one.

use std::sync::Arc;

use crate::users::details::UserDetails;
use usher_accounts::account::delete_account::AccountDeletion;
use usher_accounts::admin::users::{NewUser, Users};
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::recover::Recovery;
use usher_domain::id::UserId;
use usher_domain::user::{Profile, User};

/// Invitations of people who have no account.
pub struct Invitations {
    pub(crate) account_deletion: Arc<AccountDeletion>,
    pub(crate) recovery: Arc<Recovery>,
    pub(crate) user_details: Arc<UserDetails>,
    pub(crate) users: Arc<Users>,
}

impl Invitations {
    /// Creates a user with this address and mails the link with which they choose a password, for a week. The
    /// administrator vouches for the address; who opens the link has it.
    ///
    /// # Errors
    /// [`Rejected::EmailTaken`], or the faults of address and profile.
    pub async fn invite(&self, email: &str, profile: Profile, locale: Option<String>) -> Result<User, FlowError> {
        let new = NewUser { email: email.to_owned(), password: None, admin: false, profile, locale };
        let user = self.users.create_user(new).await?;
        self.recovery.send_link_by(&user, true).await?;
        Ok(user)
    }

    /// Mails another link. Earlier ones stay valid.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the user has a way in already.
    pub async fn resend(&self, id: UserId) -> Result<(), FlowError> {
        let found = self.user_details.load(id).await?;
        if !found.is_invited() {
            return Err(Rejected::NotFound("invitation").into());
        }
        self.recovery.send_link_by(&found.user, true).await
    }

    /// Deletes a user who never had a way in.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the user has a way in already.
    pub async fn withdraw(&self, user: &User) -> Result<(), FlowError> {
        self.account_deletion.remove_invited(user).await
    }
}

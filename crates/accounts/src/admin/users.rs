//! Administration of users.

use crate::account::profile::Profiles;
use crate::core::Core;
use crate::credentials::password_rules::{check, normalise};
use crate::end::Ended;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::sign_up::Registration;
use std::sync::Arc;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::page::{Cursor, Page};
use usher_domain::secret::Secret;
use usher_domain::user::profile_change::ProfileChange;
use usher_domain::user::session::{EndReason, Session};
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{Profile, User};
use usher_storage::{StorageError, Tx};

/// A user to create. The address counts as verified: the caller vouches for it.
pub struct NewUser {
    pub email: String,
    /// The password; a user without one sets it by password recovery.
    pub password: Option<Secret<String>>,
    pub admin: bool,
    pub profile: Profile,
    pub locale: Option<String>,
}

/// A validated user, ready to be stored.
pub struct PreparedUser {
    pub user: User,
    /// The hash of the password, if there is one.
    pub phc: Option<String>,
}

impl PreparedUser {
    /// Stores the user with its event.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the address belongs to another user.
    pub async fn insert(&self, core: &Core, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_user(&self.user).await?;
        if let Some(phc) = &self.phc {
            tx.put_password(self.user.id, phc, self.user.created_at).await?;
        }
        tx.append(&core.event(EventKind::USER_CREATED).with_user(self.user.id).with("by", "administrator")).await
    }
}

/// Users, for administrators.
pub struct Users {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub profiles: Arc<Profiles>,
    pub registration: Arc<Registration>,
}

impl Users {
    /// Creates a user.
    ///
    /// # Errors
    /// [`Rejected::EmailTaken`], or the faults of address, password or profile.
    pub async fn create_user(&self, new: NewUser) -> Result<User, FlowError> {
        let prepared = self.prepare_user(new).await?;
        let mut tx = self.core.store.begin().await?;
        match prepared.insert(&self.core, &mut tx).await {
            Err(StorageError::Conflict) => return Err(Rejected::EmailTaken.into()),
            inserted => inserted?,
        }
        tx.commit().await?;
        Ok(prepared.user)
    }

    /// Validates a user and hashes the password, so that no transaction waits for that.
    ///
    /// # Errors
    /// The faults of address, password or profile.
    pub async fn prepare_user(&self, new: NewUser) -> Result<PreparedUser, FlowError> {
        let email = self.registration.new_address(&new.email)?;
        let profile = new.profile.checked()?;
        let phc = match &new.password {
            None => None,
            Some(password) => {
                let password = normalise(password.expose())?;
                let name = profile.display_name().unwrap_or_default();
                check(password.expose(), self.core.config.passwords.min_length, &[email.as_str(), &name])?;
                Some(self.core.password_pool.hash(password, self.core.random.bytes()).await?)
            }
        };
        let user = User {
            admin: new.admin,
            ..self.registration.new_user(Some(email), profile, new.locale, &AttributeOrigin::Administrator)
        };
        Ok(PreparedUser { user, phc })
    }

    /// Users, oldest first.
    pub async fn list_users(&self, after: Cursor, size: u32) -> Result<Page<User>, FlowError> {
        Ok(self.core.store.list_users(after, size).await?)
    }

    /// Changes the name of a user; absent fields stay.
    ///
    /// # Errors
    /// [`Rejected::Profile`] for an invalid name.
    pub async fn rename_user(
        &self,
        user: &User,
        given_name: Option<String>,
        family_name: Option<String>,
    ) -> Result<User, FlowError> {
        let mut profile = user.profile.clone();
        profile.given_name = given_name.or(profile.given_name);
        profile.family_name = family_name.or(profile.family_name);
        let change = ProfileChange::between(&user.profile, &profile.checked()?);
        let event = self.core.event(EventKind::USER_UPDATED).with_user(user.id).with("by", "administrator");
        self.profiles.change_profile(user.id, &change, &AttributeOrigin::Administrator, None, &event).await
    }

    /// A user by address.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_user(&self, email: &str) -> Result<User, FlowError> {
        let email = Email::parse(email)?;
        self.core.store.find_user_by_email(&email).await?.ok_or_else(|| Rejected::NotFound("user").into())
    }

    /// The user with this id.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_user_by_id(&self, id: UserId) -> Result<User, FlowError> {
        self.core.store.find_user(id).await?.ok_or_else(|| Rejected::NotFound("user").into())
    }

    /// The live sessions of a user.
    pub async fn list_sessions(&self, user: &User) -> Result<Vec<Session>, FlowError> {
        Ok(self.core.store.list_live_sessions(user.id, self.core.now()).await?)
    }

    /// Disables a user, ending all sessions and grants, or enables one.
    ///
    /// # Errors
    /// [`Rejected::UserMerged`] if the user was merged into another or deleted meanwhile.
    pub async fn set_user_enabled(&self, user: &User, enabled: bool) -> Result<Ended, FlowError> {
        match self.set_enabled(user.id, enabled, false).await {
            Err(FlowError::Rejected(Rejected::NotFound(_))) => Err(Rejected::UserMerged.into()),
            set => set,
        }
    }

    /// Ends every session and grant of a user.
    pub async fn revoke_user(&self, user: &User) -> Result<Ended, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let ended = self.endings.end_everything_of(&mut tx, user.id, None, EndReason::Administrator).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

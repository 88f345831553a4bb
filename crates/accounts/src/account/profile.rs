//! The profile and the language of a user.

use crate::core::Core;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use std::sync::Arc;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::UserId;
use usher_domain::user::profile_change::ProfileChange;
use usher_domain::user::session::Session;
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{Profile, User};
use usher_i18n::Lang;

/// The profile and the sessions of an account.
pub struct Profiles {
    pub core: Arc<Core>,
}

impl Profiles {
    /// Changes a user's profile and language.
    ///
    /// # Errors
    /// [`Rejected::Profile`] for an invalid claim.
    pub async fn update_profile(
        &self,
        account: &Account,
        profile: Profile,
        lang: Option<Lang>,
    ) -> Result<User, FlowError> {
        let change = ProfileChange::between(&account.user.profile, &profile.checked()?);
        let event =
            self.core.event(EventKind::USER_UPDATED).with_user(account.user.id).with_session(account.session.id);
        self.change_profile(account.user.id, &change, &AttributeOrigin::Person, lang, &event).await
    }

    /// Applies a change to the profile as stored, so that simultaneous changes of different claims are all kept.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the user was deleted.
    pub async fn change_profile(
        &self,
        id: UserId,
        change: &ProfileChange,
        origin: &AttributeOrigin,
        lang: Option<Lang>,
        event: &Event,
    ) -> Result<User, FlowError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let mut user = tx.lock_user(id).await?.ok_or(Rejected::NotFound("user"))?;
        user.change_profile(change, origin, now);
        tx.set_user_profile(&user).await?;
        if let Some(lang) = lang {
            tx.set_user_locale(id, lang.tag(), now).await?;
            user.locale = Some(lang.tag().to_owned());
        }
        tx.append(event).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// The live sessions of a user, newest first.
    pub async fn sessions_of(&self, account: &Account) -> Result<Vec<Session>, FlowError> {
        Ok(self.core.store.list_live_sessions(account.user.id, self.core.now()).await?)
    }
}

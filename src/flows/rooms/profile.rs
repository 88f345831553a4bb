//! What a person says about themselves, and which language they read.

use crate::domain::event::EventKind;
use crate::domain::session::Session;
use crate::domain::source::Origin;
use crate::domain::user::{Profile, User};
use crate::flows::accounts::Account;
use crate::flows::error::FlowError;
use crate::flows::usher::Usher;
use crate::i18n::Lang;

impl Usher {
    /// Changes a person's profile and language.
    ///
    /// # Errors
    /// [`crate::flows::Refused::Profile`] for a claim that does not hold what it should.
    pub async fn update_profile(
        &self,
        account: &Account,
        profile: Profile,
        lang: Option<Lang>,
    ) -> Result<User, FlowError> {
        let mut profile = profile.checked()?;
        // A new number is not the one that was proven.
        profile.phone_number_verified &= profile.phone_number == account.user.profile.phone_number;
        let locale = lang.map(|lang| lang.tag().to_owned()).or_else(|| account.user.locale.clone());
        let mut user = User { locale, ..account.user.clone() };
        user.set_profile(profile, &Origin::Person, self.now());
        let event = self.event(EventKind::UserUpdated).with_user(user.id).with_session(account.session.id);
        let changed = user.clone();
        let update = self.store.write(move |mut tx| {
            Box::pin(async move {
                tx.update_user(&changed).await?;
                tx.append(&event).await
            })
        });
        update.await?;
        Ok(user)
    }

    /// The live sessions of a person, the newest first.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn sessions_of(&self, account: &Account) -> Result<Vec<Session>, FlowError> {
        Ok(self.store.list_live_sessions(account.user.id, self.now()).await?)
    }
}

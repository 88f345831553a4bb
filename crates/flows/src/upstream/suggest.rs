//! Addresses that providers tell of a person and that are not theirs here: shown, taken by their own proof, or put away.

use crate::error::FlowError;
use crate::login::accounts::Account;
use crate::usher::Usher;
use usher_domain::email::Email;

impl Usher {
    /// The addresses to suggest to a person, each with what its provider is called. Whether anybody else has one of them
    /// makes no difference: that it is theirs they prove as with any other ([`Usher::begin_email_change`]).
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn suggested_emails(&self, account: &Account) -> Result<Vec<(Email, String)>, FlowError> {
        let suggested = self.store.list_suggestions(account.user.id).await?;
        if suggested.is_empty() {
            return Ok(Vec::new());
        }
        let providers = self.store.list_providers().await?;
        let name_of = |id: &_| {
            let known = providers.iter().find(|one| one.settings.id == *id);
            known.map_or_else(|| id.to_string(), |one| one.settings.name().to_owned())
        };
        Ok(suggested.into_iter().map(|one| (one.email, name_of(&one.provider))).collect())
    }

    /// The person does not want an address that was suggested: it is not suggested to them again.
    ///
    /// # Errors
    /// [`crate::error::Rejected::Email`]. One that was not suggested is no error: there is nothing to put away.
    pub async fn dismiss_suggested_email(&self, account: &Account, typed: &str) -> Result<(), FlowError> {
        let email = Email::parse(typed)?;
        let (user, now) = (account.user.id, self.now());
        let dismiss = self
            .store
            .write_single(move |mut tx| Box::pin(async move { tx.dismiss_suggestion(user, &email, now).await }));
        dismiss.await?;
        Ok(())
    }
}

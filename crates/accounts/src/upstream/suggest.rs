//! Addresses that providers assert of a user and that differ from the user's own: suggested, and verified or dismissed.

use crate::core::Core;
use crate::error::FlowError;
use crate::login::accounts::Account;
use crate::upstream::providers::Providers;
use std::sync::Arc;
use usher_domain::email::Email;

/// Email addresses that upstream providers have named.
pub struct SuggestedEmails {
    pub core: Arc<Core>,
    pub providers: Arc<Providers>,
}

impl SuggestedEmails {
    /// The addresses to suggest to a user, each with its provider's name. Addresses of other users are included,
    /// because the user must verify one like any other ([`EmailChanges::begin_email_change`]).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn suggested_emails(&self, account: &Account) -> Result<Vec<(Email, String)>, FlowError> {
        let suggested = self.core.store.list_suggestions(account.user.id).await?;
        if suggested.is_empty() {
            return Ok(Vec::new());
        }
        let providers = self.core.store.list_providers().await?;
        Ok(suggested.into_iter().map(|one| (one.email, self.providers.name_of(&providers, &one.provider))).collect())
    }

    /// Dismisses a suggested address: it is not suggested to the user again.
    ///
    /// # Errors
    /// [`crate::error::Rejected::Email`]. An address that was not suggested is no error.
    pub async fn dismiss_suggested_email(&self, account: &Account, typed: &str) -> Result<(), FlowError> {
        let email = Email::parse(typed)?;
        let mut tx = self.core.store.begin_single().await?;
        tx.dismiss_suggestion(account.user.id, &email, self.core.now()).await?;
        Ok(tx.commit().await?)
    }
}

//! The identities of an account: listing, and unlinking all but the last sign-in method.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::standing::check_standing;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Account;
use crate::security_emails::SecurityEmails;
use crate::upstream::providers::Providers;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::id::IdentityId;
use usher_domain::user::identity::Identity;
use usher_domain::user::session::EndReason;
use usher_mail::emails;
use usher_storage::{Result as Stored, Tx};

/// Upstream identities of an account.
pub struct Identities {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub factor_rules: Arc<FactorRules>,
    pub providers: Arc<Providers>,
    pub security_emails: Arc<SecurityEmails>,
}

impl Identities {
    /// The identities of a user, oldest first, each with its provider's name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identities_of(&self, account: &Account) -> Result<Vec<(Identity, String)>, FlowError> {
        let providers = self.core.store.list_providers().await?;
        let identities = self.core.store.list_identities(account.user.id).await?;
        let name_of = |identity: &Identity| self.providers.name_of(&providers, &identity.provider);
        Ok(identities.into_iter().map(|identity| (identity.clone(), name_of(&identity))).collect())
    }

    /// Unlinks an identity, and ends the other sessions that it opened.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::Frozen`], [`Rejected::LastWayIn`], [`Rejected::NotFound`].
    pub async fn unlink(&self, account: &Account, id: IdentityId) -> Result<(), FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let known = self.identities_of(account).await?;
        let (identity, provider) =
            known.into_iter().find(|(identity, _)| identity.id == id).ok_or(Rejected::NotFound("identity"))?;
        let notice = self.security_emails.notice(&account.user, &emails::identity_unlinked(&provider)).await?;
        let (here, user, now) = (account.session.id, account.user.id, self.core.now());
        let mut tx = self.core.store.begin().await?;
        check_standing(&mut tx, (user, here), now).await?;
        if !tx.count_ways_in(user).await?.can_spare_one() {
            return Err(Rejected::LastWayIn.into());
        }
        for session in tx.sessions_of_identity(identity.id, None).await? {
            if session != here {
                self.endings.end_session(&mut tx, user, session, EndReason::IdentityUnlinked).await?;
            }
        }
        if !self.remove_identity(&mut tx, &identity).await? {
            return Err(Rejected::NotFound("identity").into());
        }
        notice.post(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// Removes an identity from its user, with its event. `false` if it does not exist.
    pub(super) async fn remove_identity(&self, tx: &mut Tx, identity: &Identity) -> Stored<bool> {
        if !tx.delete_identity(identity, self.core.now()).await? {
            return Ok(false);
        }
        let event = self
            .core
            .event(EventKind::IDENTITY_UNLINKED)
            .with_user(identity.user_id)
            .with("provider", identity.provider.as_str())
            .with("identity", identity.id.to_string());
        tx.append(&event).await?;
        Ok(true)
    }
}

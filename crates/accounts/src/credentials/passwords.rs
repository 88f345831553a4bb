//! Changing the password of the signed-in user.

use crate::core::Core;
use crate::core::Device;
use crate::credentials::factors::FactorRules;
use crate::credentials::password_rules::{check, normalise};
use crate::credentials::standing::check_standing;
use crate::end::Ended;
use crate::end::Endings;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Account, Browser, secret_hash};
use crate::login::throttle::Throttles;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::secret::Secret;
use usher_domain::user::proof::ProofKind;
use usher_domain::user::session::EndReason;
use usher_mail::emails;

/// How often the hash may be replaced while a new one is computed: by a sign-in that rehashes the same password.
const TRIES: usize = 3;

/// Passwords of signed-in users.
pub struct Passwords {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub factor_rules: Arc<FactorRules>,
    pub security_emails: Arc<SecurityEmails>,
    pub throttles: Arc<Throttles>,
}

impl Passwords {
    /// Does the user have a password?
    pub async fn has_password(&self, account: &Account) -> Result<bool, FlowError> {
        Ok(self.core.store.find_password(account.user.id).await?.is_some())
    }

    /// Sets a new password, ends every other session and gives this one a new secret.
    ///
    /// # Errors
    /// [`Rejected::Frozen`], [`Rejected::PasswordWithoutAddress`], [`Rejected::WrongPassword`], [`Rejected::TooMany`]
    /// (attempts count like sign-ins), or the faults of the new one. Of several simultaneous changes with the same
    /// current password one succeeds; the others fail as wrong.
    pub async fn change_password(
        &self,
        account: &Account,
        current: &Secret<String>,
        new: &Secret<String>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Ended, FlowError> {
        let user = &account.user;
        if user.factors_are_frozen(self.core.now()) {
            return Err(Rejected::Frozen.into());
        }
        self.throttles.count_sign_in(user.account_name(), &device.source, Some(account.session.id)).await?;
        let current = normalise(current.expose()).map_err(|_| Rejected::WrongPassword)?;
        let mut compared = self.check_current_password(account, &current).await?;
        let new = normalise(new.expose())?;
        let name = user.profile.display_name().unwrap_or_default();
        check(new.expose(), self.core.config.passwords.min_length, &[user.email_text(), &name, "usher"])?;
        let phc = self.core.password_pool.hash(new, self.core.random.bytes()).await?;
        let secret = self.core.random.token();
        for _ in 0..TRIES {
            if let Some(ended) = self.write_password(account, compared.as_deref(), &phc, &secret).await? {
                browser.forget(account);
                browser.remember(secret);
                self.core.mail_wakeup.notify_one();
                return Ok(ended);
            }
            // The hash was replaced meanwhile: by one of the same password, or by one of another.
            compared = self.check_current_password(account, &current).await?;
        }
        Err(Rejected::Superseded.into())
    }

    /// The stored hash that the current password matches; `None` if there is no password yet.
    async fn check_current_password(
        &self,
        account: &Account,
        current: &Secret<String>,
    ) -> Result<Option<String>, FlowError> {
        let phc = self.core.store.find_password(account.user.id).await?;
        if phc.is_none() {
            if account.user.email.is_none() {
                return Err(Rejected::PasswordWithoutAddress.into());
            }
            // A user without a password must have authenticated recently by other means.
            self.factor_rules.check_factor_change(account).await?;
        } else if !self.core.password_pool.verify(current.clone(), phc.clone()).await?.ok {
            return Err(Rejected::WrongPassword.into());
        }
        Ok(phc)
    }

    /// Replaces the hash that was compared. `None`, and nothing changes, if the stored one is another by now.
    async fn write_password(
        &self,
        account: &Account,
        compared: Option<&str>,
        phc: &str,
        secret: &str,
    ) -> Result<Option<Ended>, FlowError> {
        let (now, id, session) = (self.core.now(), account.user.id, account.session.id);
        let security_email = self.security_emails.notice(&account.user, &emails::password_changed()).await?;
        let mut tx = self.core.store.begin().await?;
        check_standing(&mut tx, (id, session), now).await?;
        if !tx.change_password(id, compared, phc, now).await? {
            return Ok(None);
        }
        tx.forget_all_remembered(id).await?;
        tx.close_proofs_of_user(id, ProofKind::Recover, now).await?;
        tx.append(&self.core.event(EventKind::PASSWORD_CHANGED).with_user(id).with_session(session)).await?;
        security_email.post(&mut tx).await?;
        tx.replace_session_secret(session, &secret_hash(secret)).await?;
        let ended = self.endings.end_everything_of(&mut tx, id, Some(session), EndReason::PasswordChanged).await?;
        tx.commit().await?;
        Ok(Some(ended))
    }
}

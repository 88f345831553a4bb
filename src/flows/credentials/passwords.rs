//! A signed-in person changes their password.

use crate::domain::event::EventKind;
use crate::domain::notice::Notice;
use crate::domain::proof::ProofKind;
use crate::domain::secret::Secret;
use crate::domain::session::EndReason;
use crate::flows::accounts::{Account, Browser, secret_hash};
use crate::flows::end::Ended;
use crate::flows::error::{FlowError, Refused};
use crate::flows::password_rules::{check, normalise};
use crate::flows::usher::{Device, Usher};

impl Usher {
    /// Has this person a password?
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn has_password(&self, account: &Account) -> Result<bool, FlowError> {
        Ok(self.store.find_password(account.user.id).await?.is_some())
    }

    /// Sets a new password, ends every other session and gives this one a new secret.
    ///
    /// # Errors
    /// [`Refused::Frozen`], [`Refused::WrongPassword`], [`Refused::TooMany`] (tries count like sign-ins), or what is wrong with the new one.
    pub async fn change_password(
        &self,
        account: &Account,
        current: &Secret<String>,
        new: &Secret<String>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Ended, FlowError> {
        let user = &account.user;
        if user.factors_are_frozen(self.now()) {
            return Err(Refused::Frozen.into());
        }
        self.count_sign_in(user.account_name(), &device.source, Some(account.session.id)).await?;
        let current = normalise(current.expose()).map_err(|_| Refused::WrongPassword)?;
        let phc = self.store.find_password(user.id).await?;
        if phc.is_none() {
            // Where there is none yet, whoever showed themselves by other means a moment ago sets the first.
            self.check_factor_change(account).await?;
        } else if !self.passwords.verify(current, phc).await?.ok {
            return Err(Refused::WrongPassword.into());
        }
        let new = normalise(new.expose())?;
        let name = user.profile.display_name().unwrap_or_default();
        check(new.expose(), self.config.passwords.min_length, &[user.email_text(), &name, "usher"])?;
        let phc = self.passwords.hash(new, self.random.bytes()).await?;
        let notice = self.notice(user, &Notice::PasswordChanged)?;
        let (usher, now, id, session) = (self.clone(), self.now(), user.id, account.session.id);
        let secret = self.random.token();
        let hash = secret_hash(&secret);
        let set = self.store.write(move |mut tx| {
            Box::pin(async move {
                tx.put_password(id, &phc, now).await?;
                tx.forget_all_remembered(id).await?;
                tx.close_proofs_of_user(id, ProofKind::Recover, now).await?;
                tx.append(&usher.event(EventKind::PasswordChanged).with_user(id).with_session(session)).await?;
                notice.post(&mut tx).await?;
                tx.replace_session_secret(session, &hash).await?;
                usher.end_everything_of(&mut tx, id, Some(session), EndReason::PasswordChanged).await
            })
        });
        let ended = set.await?;
        browser.forget(account);
        browser.remember(secret);
        self.letter_bell.notify_one();
        Ok(ended)
    }
}

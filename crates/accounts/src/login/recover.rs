//! Password recovery.

use crate::admin::branding::EmailContext;
use crate::core::Core;
use crate::emails::EmailQueue;
use crate::end::Endings;
use crate::login::sign_up::Registration;
use crate::login::throttle::Throttles;
use crate::sealed_value::SealedValue;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::Device;
use crate::credentials::password_rules::{check, normalise};
use crate::emails::recipient;
use crate::end::Ended;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Browser, secret_hash};
use crate::login::mailed::MailedProof;
use crate::login::return_to::{PendingRecovery, ReturnTo};
use crate::login::same_browser::is_elsewhere;
use crate::login::sign_up::minutes;
use usher_domain::email::Email;
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::ProofId;
use usher_domain::secret::Secret;
use usher_domain::time::Timestamp;
use usher_domain::urls;
use usher_domain::user::proof::{Proof, ProofKind};
use usher_domain::user::session::EndReason;
use usher_domain::user::{User, UserStatus};
use usher_keys::seal::Purpose;
use usher_mail::{EmailBrand, Recipient, emails};
use usher_storage::{StorageError, Tx};

/// How long the link of an invitation is valid.
pub const INVITATION: Duration = Duration::from_hours(7 * 24);
/// How long a recovery link is valid.
pub const LIFETIME: Duration = Duration::from_mins(30);

#[derive(Debug)]
pub struct Recovered {
    /// The sessions and grants that ended.
    pub ended: Ended,
    pub email: Option<Email>,
    /// Where the user continues; nowhere in a browser other than the one that requested the email.
    pub return_to: ReturnTo,
    /// Was the email requested in another browser?
    pub elsewhere: bool,
}

/// What the page after a recovery shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecoveryDone {
    pub sessions: usize,
    pub email: Option<Email>,
    /// Where the user continues.
    pub return_to: ReturnTo,
    /// Was the email requested in another browser?
    pub elsewhere: bool,
    browser: Option<String>,
}

/// Without a browser it opens in none.
impl SealedValue for RecoveryDone {
    const PURPOSE: Purpose = Purpose::Recovered;
    const PACKED: bool = true;

    fn browser(&self) -> Option<&str> {
        Some(self.browser.as_deref().unwrap_or_default())
    }
}

/// An email with a link to set a password, to be written in a transaction.
pub struct PreparedLink {
    proof: Proof,
    token_hash: [u8; 32],
    message: QueuedEmail,
    event: Event,
    now: Timestamp,
}

impl PreparedLink {
    /// Writes it. After the commit the mail job is to be woken.
    pub async fn post(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_proof(&self.proof, &self.token_hash, None).await?;
        tx.insert_email(&self.message, self.now).await?;
        tx.append(&self.event).await
    }
}

/// Recovery of an account whose password is lost.
pub struct Recovery {
    pub core: Arc<Core>,
    pub email_queue: Arc<EmailQueue>,
    pub endings: Arc<Endings>,
    pub registration: Arc<Registration>,
    pub security_emails: Arc<SecurityEmails>,
    pub throttles: Arc<Throttles>,
}

impl Recovery {
    /// Seals the result of a recovery for its page, which this browser may reload.
    pub fn seal_recovered(&self, recovered: Recovered, browser: &Browser) -> Result<String, FlowError> {
        let done = RecoveryDone {
            sessions: recovered.ended.sessions.len(),
            email: recovered.email,
            return_to: recovered.return_to,
            elsewhere: recovered.elsewhere,
            browser: browser.mark().map(mark_hash),
        };
        Ok(self.core.seal_value_text(&done)?)
    }

    /// The result of a recovery in this browser.
    pub fn open_recovered(&self, sealed: &str, browser: &Browser) -> Option<RecoveryDone> {
        self.core.open_value_text_in(sealed, browser)
    }

    /// Mails a link, if the address belongs to a user. The result does not reveal whether it does. The proof
    /// identifies the request for the waiting page.
    ///
    /// # Errors
    /// [`Rejected::Email`], [`Rejected::TooMany`] by source.
    pub async fn request_recovery(
        &self,
        email: &str,
        return_to: ReturnTo,
        browser: &Browser,
        device: &Device,
    ) -> Result<MailedProof, FlowError> {
        let email = Email::parse(email)?;
        self.throttles.count_recovery(&device.source).await?;
        let allowed = self.throttles.may_write_to(email.as_str()).await?;
        let user = self.core.store.find_user_by_email(&email).await?.filter(|user| user.status == UserStatus::Active);
        let (now, token) = (self.core.now(), self.core.random.token());
        // Looked up for an unknown address too.
        let brand = self.email_queue.brand(EmailContext::Request(return_to.interaction.as_deref())).await?;
        let recipient = user.as_ref().filter(|_| allowed).and_then(|user| recipient(user, None));
        let message = recipient.map(|recipient| self.recovery_email(recipient, &token, now, &brand)).transpose()?;
        let pending = PendingRecovery { return_to, browser: browser.mark().map(mark_hash) };
        // A proof is also written for an unknown address, so that the cost is the same. Its link is never sent.
        let proof = Proof {
            email: Some(email.clone()),
            user_id: user.map(|user| user.id),
            sealed: Some(self.core.seal_value(&pending)?),
            ..Proof::new(ProofId::new(now, &*self.core.random), ProofKind::Recover, now, LIFETIME)
        };
        let mut event = self.core.event(EventKind::RECOVERY_REQUESTED).with("source", device.source.clone());
        event.user_id = proof.user_id;
        let mut tx = self.core.store.begin().await?;
        // Only the newest email is valid. If none was sent, the earlier ones stay valid.
        if allowed {
            tx.close_proofs_of_email(&email, ProofKind::Recover, now).await?;
        }
        tx.insert_proof(&proof, &secret_hash(&token), None).await?;
        if let Some(message) = &message {
            tx.insert_email(message, now).await?;
        }
        tx.append(&event).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(MailedProof { id: proof.id, sent: allowed })
    }

    /// Mails a link to set a password, at the request of an administrator. The first one of somebody who was invited says
    /// so, and is valid for a week. Earlier links stay valid.
    ///
    /// # Errors
    /// [`Rejected::PasswordWithoutAddress`]; [`Rejected::NotFound`] if the user is not active, or the address changed
    /// meanwhile.
    pub async fn send_link_by(&self, user: &User, invited: bool) -> Result<(), FlowError> {
        let link = self.prepare_link(user, invited).await?;
        let mut tx = self.core.store.begin().await?;
        let stored = tx.lock_user(user.id).await?.filter(|one| one.status == UserStatus::Active);
        if stored.is_none_or(|one| one.email != user.email) {
            return Err(Rejected::NotFound("user").into());
        }
        link.post(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// Prepares the email with a link to set a password, for a transaction that has locked or added the user.
    ///
    /// # Errors
    /// [`Rejected::PasswordWithoutAddress`].
    pub async fn prepare_link(&self, user: &User, invited: bool) -> Result<PreparedLink, FlowError> {
        let to = recipient(user, None).ok_or(Rejected::PasswordWithoutAddress)?;
        let (now, token) = (self.core.now(), self.core.random.token());
        let lifetime = if invited { INVITATION } else { LIFETIME };
        let brand = self.email_queue.brand(EmailContext::Account).await?;
        let message = if invited {
            self.invitation_email(to, &token, now, &brand)?
        } else {
            self.recovery_email(to, &token, now, &brand)?
        };
        let proof = Proof {
            email: user.email.clone(),
            user_id: Some(user.id),
            ..Proof::new(ProofId::new(now, &*self.core.random), ProofKind::Recover, now, lifetime)
        };
        let kind = if invited { EventKind::USER_INVITED } else { EventKind::RECOVERY_REQUESTED };
        let event = self.core.event(kind).with_user(user.id).with("by", "administrator");
        Ok(PreparedLink { proof, token_hash: secret_hash(&token), message, event, now })
    }

    fn invitation_email(
        &self,
        to: Recipient<'_>,
        token: &str,
        now: Timestamp,
        brand: &EmailBrand,
    ) -> Result<QueuedEmail, FlowError> {
        let link = self.core.config.server.issuer.at(&urls::with(urls::RECOVER_RESET, "token", token));
        let days = u32::try_from(INVITATION.as_secs() / 86_400).unwrap_or(u32::MAX);
        self.email_queue.seal_email(&emails::invitation(&link, days).write(to, now, brand)?, now + INVITATION)
    }

    fn recovery_email(
        &self,
        to: Recipient<'_>,
        token: &str,
        now: Timestamp,
        brand: &EmailBrand,
    ) -> Result<QueuedEmail, FlowError> {
        let link = self.core.config.server.issuer.at(&urls::with(urls::RECOVER_RESET, "token", token));
        let message = emails::recovery(&link, minutes(LIFETIME)).write(to, now, brand)?;
        self.email_queue.seal_email(&message, now + LIFETIME)
    }

    /// The user of this link, and how many sessions would end; `None` if it was used or has expired.
    pub async fn open_recovery(&self, token: &str) -> Result<Option<(User, usize)>, FlowError> {
        let Some((_, user)) = self.find_recovery(token).await? else { return Ok(None) };
        let sessions = self.core.store.list_live_sessions(user.id, self.core.now()).await?.len();
        Ok(Some((user, sessions)))
    }

    /// Where the recovery of this link continues, used or not, if this browser requested it.
    pub async fn recovery_of_link(&self, token: &str, browser: &Browser) -> Result<Option<ReturnTo>, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::Recover).await?;
        Ok(found.and_then(|proof| self.registration.recovery_returns_to(&proof, browser)))
    }

    /// Sets a new password and ends every session and grant, so that anyone who knew the old password loses access.
    /// The user is not signed in by it, not even in the browser that requested the email.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`], or the faults of the new password.
    pub async fn recover(
        &self,
        token: &str,
        password: &Secret<String>,
        browser: &Browser,
    ) -> Result<Recovered, FlowError> {
        let (proof, user) = self.find_recovery(token).await?.ok_or(Rejected::ProofOver)?;
        let pending: Option<PendingRecovery> = proof.sealed.as_deref().and_then(|sealed| self.core.open_value(sealed));
        let elsewhere = pending.as_ref().is_some_and(|one| is_elsewhere(browser, one.browser.as_deref()));
        let return_to = pending.map(|pending| pending.return_to).filter(|_| !elsewhere).unwrap_or_default();
        let password = normalise(password.expose())?;
        let name = user.profile.display_name().unwrap_or_default();
        check(password.expose(), self.core.config.passwords.min_length, &[user.email_text(), &name, "usher"])?;
        let phc = self.core.password_pool.hash(password, self.core.random.bytes()).await?;
        let ended = self.set_password(&user, &proof, &phc, elsewhere).await?;
        Ok(Recovered { ended, email: user.email, return_to, elsewhere })
    }

    async fn set_password(&self, user: &User, proof: &Proof, phc: &str, elsewhere: bool) -> Result<Ended, FlowError> {
        let security_email = self.security_emails.notice(user, &emails::password_recovered()).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        // The user may have changed the address meanwhile.
        let active = tx.hold_user(user.id).await?;
        let same = tx.find_user(user.id).await?.is_some_and(|held| held.email == user.email);
        if !active || !same || !tx.take_proof(proof.id, ProofKind::Recover, now).await? {
            return Err(Rejected::ProofOver.into());
        }
        tx.close_proofs_of_user(user.id, ProofKind::Recover, now).await?;
        if elsewhere {
            tx.insert_handover(proof.id, user.id).await?;
        }
        tx.put_password(user.id, phc, now).await?;
        tx.forget_all_remembered(user.id).await?;
        tx.append(&self.core.event(EventKind::PASSWORD_RECOVERED).with_user(user.id)).await?;
        security_email.post(&mut tx).await?;
        let ended = self.endings.end_everything_of(&mut tx, user.id, None, EndReason::PasswordRecovered).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(ended)
    }

    async fn find_recovery(&self, token: &str) -> Result<Option<(Proof, User)>, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::Recover).await?;
        let Some(proof) = found.filter(|proof| proof.is_open(self.core.now())) else { return Ok(None) };
        let Some(id) = proof.user_id else { return Ok(None) };
        // A link that was sent to a former address is invalid.
        let user = self
            .core
            .store
            .find_user(id)
            .await?
            .filter(|user| user.status == UserStatus::Active && proof.email.is_some() && proof.email == user.email);
        Ok(user.map(|user| (proof, user)))
    }
}

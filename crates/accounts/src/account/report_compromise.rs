//! "This wasn't me": the owner of an account reports that somebody else has access to it.
//!
//! Every session and grant ends, the password is deleted, the factors are frozen for a day, and the owner is mailed a
//! link to get back in.

use crate::core::Core;
use crate::end::Endings;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use std::time::Duration;

use crate::end::Ended;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Account, secret_hash};
use crate::security_emails::CompromiseReportLink;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::proof::{Proof, ProofKind};
use usher_domain::user::session::EndReason;
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{User, UserStatus};
use usher_mail::emails;
use usher_storage::{Result as Stored, StorageError, Tx};

/// How long the factors of a reported account are frozen.
const FROZEN: Duration = Duration::from_hours(24);

/// How often the address of a user may change while the email with the link is prepared.
const TRIES: u32 = 5;

/// Reports that a change was not made by the owner of the account.
pub struct CompromiseReports {
    pub core: Arc<Core>,
    pub endings: Arc<Endings>,
    pub security_emails: Arc<SecurityEmails>,
}

impl CompromiseReports {
    /// The user of this link; `None` if it was used or has expired.
    pub async fn open_compromise_report(&self, token: &str) -> Result<Option<User>, FlowError> {
        Ok(self.find_compromise_report(token).await?.map(|(_, user)| user))
    }

    /// Reports a compromise by the link of an email.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if it was used or has expired.
    pub async fn report_compromise_by_link(&self, token: &str) -> Result<Ended, FlowError> {
        let (proof, user) = self.find_compromise_report(token).await?.ok_or(Rejected::ProofOver)?;
        self.end_all_and_mail_a_way_back(user, Some(&proof)).await
    }

    /// Reports a compromise by a signed-in user.
    pub async fn report_compromise(&self, account: &Account) -> Result<Ended, FlowError> {
        match self.end_all_and_mail_a_way_back(account.user.clone(), None).await {
            // The account was deleted meanwhile: there is nothing left to end.
            Err(FlowError::Rejected(Rejected::ProofOver)) => Ok(Ended::default()),
            ended => ended,
        }
    }

    /// The email with the link is prepared for the user's current address. If the address changes before the
    /// transaction has locked the user, it is prepared again.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if the proof was used, or the account was deleted, meanwhile; [`Rejected::Superseded`].
    async fn end_all_and_mail_a_way_back(&self, user: User, proof: Option<&Proof>) -> Result<Ended, FlowError> {
        let mut user = user;
        for _ in 0..TRIES {
            if let Some(ended) = self.try_to_end_all(&user, proof).await? {
                self.core.mail_wakeup.notify_one();
                return Ok(ended);
            }
            user = self.core.store.find_user(user.id).await?.ok_or(Rejected::ProofOver)?;
        }
        Err(Rejected::Superseded.into())
    }

    /// `None`, and nothing changes, if the address is another than when `seen` was read, or the address to restore was
    /// taken meanwhile.
    async fn try_to_end_all(&self, seen: &User, proof: Option<&Proof>) -> Result<Option<Ended>, FlowError> {
        let restored = self.address_to_restore(seen, proof).await?;
        let mut reachable = seen.clone();
        reachable.email = restored.clone().or(reachable.email);
        let way_back = self.security_emails.notice(&reachable, &emails::way_back()).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let mut user = tx.lock_user(seen.id).await?.ok_or(Rejected::ProofOver)?;
        if user.email != seen.email {
            return Ok(None);
        }
        if let Some(proof) = proof
            && !tx.take_proof(proof.id, ProofKind::NotMe, now).await?
        {
            return Err(Rejected::ProofOver.into());
        }
        if let Some(restored) = restored {
            user.set_email(restored, AttributeOrigin::Person, now);
            match tx.set_user_email(&user).await {
                Err(StorageError::Conflict) => return Ok(None),
                done => done?,
            }
            let event = self.core.event(EventKind::EMAIL_CHANGED).with_user(user.id);
            tx.append(&event.with("restored", true)).await?;
        }
        tx.append(&self.core.event(EventKind::COMPROMISE_REPORTED).with_user(user.id)).await?;
        let ended = self.endings.end_everything_of(&mut tx, user.id, None, EndReason::CompromiseReported).await?;
        lock_out(&mut tx, user.id, now).await?;
        way_back.post(&mut tx).await?;
        tx.commit().await?;
        Ok(Some(ended))
    }

    /// If the link was sent to the old address after a change of address, the old one is restored, so that the link is
    /// not mailed to the attacker. Not if the old address belongs to another user by now.
    async fn address_to_restore(&self, user: &User, proof: Option<&Proof>) -> Result<Option<Email>, FlowError> {
        let Some(proof) = proof else { return Ok(None) };
        let link: Option<CompromiseReportLink> =
            proof.sealed.as_deref().and_then(|sealed| self.core.open_value(sealed));
        let link = link.unwrap_or_default();
        let old = proof.email.clone().filter(|old| link.restores_address && user.email.as_ref() != Some(old));
        let Some(old) = old else { return Ok(None) };
        let taken = self.core.store.find_user_by_email(&old).await?.is_some();
        Ok(Some(old).filter(|_| !taken))
    }

    async fn find_compromise_report(&self, token: &str) -> Result<Option<(Proof, User)>, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::NotMe).await?;
        let Some(proof) = found.filter(|proof| proof.is_open(self.core.now())) else { return Ok(None) };
        let Some(id) = proof.user_id else { return Ok(None) };
        let user = self.core.store.find_user(id).await?.filter(|user| user.status == UserStatus::Active);
        Ok(user.map(|user| (proof, user)))
    }
}

/// Takes away what an attacker may know or hold besides sessions and grants.
async fn lock_out(tx: &mut Tx, user: UserId, now: Timestamp) -> Stored<()> {
    tx.freeze_factors(user, now + FROZEN).await?;
    // An attacker may know the password, so it is deleted. The link sets a new one.
    tx.delete_password(user).await?;
    // Every browser counts as unknown until the owner signs in again, and links that an attacker had mailed become
    // invalid.
    tx.forget_browsers(user).await?;
    tx.forget_all_remembered(user).await?;
    tx.close_proofs_of_user(user, ProofKind::Recover, now).await?;
    tx.close_proofs_of_user(user, ProofKind::ChangeEmail, now).await
}

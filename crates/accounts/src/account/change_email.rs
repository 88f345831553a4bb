//! Changing the email address: the new one takes effect once it is verified. The old address is notified.

use crate::admin::branding::EmailContext;
use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::emails::EmailQueue;
use crate::login::sign_up::Registration;
use crate::login::throttle::Throttles;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq as _;

use crate::core::Device;
use crate::credentials::standing::check_standing;
use crate::emails::lang_of;
use crate::error::{CodeKind, FlowError, Rejected, on_conflict};
use crate::login::accounts::{Account, secret_hash};
use crate::login::mailed::MailedProof;
use crate::login::sign_up::minutes;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::ProofId;
use usher_domain::urls;
use usher_domain::user::proof::{MAX_ATTEMPTS, Proof, ProofKind};
use usher_domain::user::source::AttributeOrigin;
use usher_keys::seal::Purpose;
use usher_mail::{EmailDraft, Recipient, emails};

/// How long a mailed code is valid.
const LIFETIME: Duration = Duration::from_mins(15);
/// Digits of a mailed code.
const DIGITS: usize = 8;

/// Changes of the email address of an account.
pub struct EmailChanges {
    pub core: Arc<Core>,
    pub email_queue: Arc<EmailQueue>,
    pub factor_rules: Arc<FactorRules>,
    pub registration: Arc<Registration>,
    pub security_emails: Arc<SecurityEmails>,
    pub throttles: Arc<Throttles>,
}

impl EmailChanges {
    /// Mails a code and a link to a new address. If it belongs to another user, that user is emailed instead, and the
    /// result is the same.
    ///
    /// # Errors
    /// [`Rejected::Frozen`], [`Rejected::NotFresh`], [`Rejected::Email`], [`Rejected::TooMany`].
    pub async fn begin_email_change(
        &self,
        account: &Account,
        typed: &str,
        device: &Device,
    ) -> Result<MailedProof, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let email = self.registration.new_address(typed)?;
        self.throttles.count_sign_up(&device.source).await?;
        let (now, id) = (self.core.now(), ProofId::new(self.core.now(), &*self.core.random));
        let (token, code) = (self.core.random.token(), self.core.random.digits(DIGITS));
        let owner = self.core.store.find_user_by_email(&email).await?;
        let draft = if owner.is_some() { self.already_registered() } else { self.verification(&token, &code) };
        let lang = lang_of(owner.as_ref().unwrap_or(&account.user));
        let brand = self.email_queue.brand(EmailContext::Account).await?;
        let message = draft.write(Recipient { email: email.as_str(), name: None, lang }, now, &brand)?;
        let sent = self.throttles.may_write_to(email.as_str()).await?;
        if !sent && let Some(id) = self.waiting_change(account, &email).await? {
            return Ok(MailedProof { id, sent });
        }
        let message = sent.then(|| self.email_queue.seal_email(&message, now + LIFETIME)).transpose()?;
        // If the address is taken, code and link are random and never sent.
        let (token, code) =
            if owner.is_some() { (self.core.random.token(), self.core.random.token()) } else { (token, code) };
        let proof = Proof {
            email: Some(email),
            user_id: Some(account.user.id),
            ..Proof::new(id, ProofKind::ChangeEmail, now, LIFETIME)
        };
        let mut tx = self.core.store.begin().await?;
        // Only the newest email is valid. If none was sent, the earlier ones stay valid.
        if let Some(message) = &message {
            tx.close_proofs_of_user(account.user.id, ProofKind::ChangeEmail, now).await?;
            tx.insert_email(message, now).await?;
        }
        tx.insert_proof(&proof, &secret_hash(&token), Some(&self.change_code_hash(id, &code))).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(MailedProof { id, sent })
    }

    fn verification(&self, token: &str, code: &str) -> EmailDraft {
        let link = self.core.config.server.issuer.at(&urls::with(urls::EMAIL, "token", token));
        emails::verify_email(code, &link, minutes(LIFETIME))
    }

    fn already_registered(&self) -> EmailDraft {
        let at = |path: &str| self.core.config.server.issuer.at(path);
        emails::already_registered(&at(urls::LOGIN), &at(urls::RECOVER))
    }

    /// The pending change to this address: if no email may be sent now, the page asks for the code that was mailed
    /// before.
    async fn waiting_change(&self, account: &Account, email: &Email) -> Result<Option<ProofId>, FlowError> {
        let waiting = self.core.store.find_open_proof(email, ProofKind::ChangeEmail, self.core.now()).await?;
        Ok(waiting.filter(|waiting| waiting.user_id == Some(account.user.id)).map(|waiting| waiting.id))
    }

    /// The new address of a pending change, by its proof.
    pub async fn awaited_email(&self, account: &Account, proof: ProofId) -> Result<Option<Email>, FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::ChangeEmail).await?;
        Ok(found.filter(|proof| self.is_theirs(proof, account)).and_then(|proof| proof.email))
    }

    /// The new address of a pending change, by the link of the email.
    pub async fn awaited_email_of_link(&self, account: &Account, token: &str) -> Result<Option<Email>, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::ChangeEmail).await?;
        Ok(found.filter(|proof| self.is_theirs(proof, account)).and_then(|proof| proof.email))
    }

    /// Completes the change by the mailed code.
    ///
    /// # Errors
    /// [`Rejected::Frozen`], [`Rejected::NotSignedIn`], [`Rejected::WrongCode`]; [`Rejected::ProofOver`] if the proof
    /// was used, has expired or was tried too often.
    pub async fn change_email_by_code(&self, account: &Account, proof: ProofId, code: &str) -> Result<(), FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::ChangeEmail).await?;
        let found = found.filter(|proof| self.is_theirs(proof, account)).ok_or(Rejected::ProofOver)?;
        let mut tx = self.core.store.begin().await?;
        let expected = tx.try_proof_code(proof, ProofKind::ChangeEmail, self.core.now(), MAX_ATTEMPTS).await?;
        // The attempt counts even if the code is wrong.
        tx.commit().await?;
        let expected = expected.ok_or(Rejected::ProofOver)?;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        if !bool::from(self.change_code_hash(proof, &digits).ct_eq(&expected)) {
            return Err(Rejected::WrongCode(CodeKind::Mailed).into());
        }
        self.complete_email_change(account, found).await
    }

    /// Completes the change by the mailed link. The user must be signed in to the account that requested it.
    ///
    /// # Errors
    /// [`Rejected::Frozen`], [`Rejected::NotSignedIn`]; [`Rejected::ProofOver`] if the link was used, has expired or
    /// belongs to another account.
    pub async fn change_email_by_link(&self, account: &Account, token: &str) -> Result<(), FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::ChangeEmail).await?;
        let found = found.filter(|proof| self.is_theirs(proof, account)).ok_or(Rejected::ProofOver)?;
        self.complete_email_change(account, found).await
    }

    fn is_theirs(&self, proof: &Proof, account: &Account) -> bool {
        proof.is_open(self.core.now()) && proof.user_id == Some(account.user.id)
    }

    /// Codes are short, so that their hashes are keyed with the master key.
    fn change_code_hash(&self, proof: ProofId, code: &str) -> [u8; 32] {
        self.core.sealer.mac(Purpose::Proof, format!("change:{proof}:{code}").as_bytes())
    }

    /// Changes the address, once. Links that were sent to the old one become invalid.
    async fn complete_email_change(&self, account: &Account, proof: Proof) -> Result<(), FlowError> {
        let (now, id, session) = (self.core.now(), account.user.id, account.session.id);
        let old = account.user.email.as_ref();
        let email = proof.email.ok_or(Rejected::ProofOver)?;
        let draft = emails::email_changed(&email.masked());
        let security_email = match old {
            Some(old) => Some(self.security_emails.notice_to(&account.user, old, &draft).await?),
            None => None,
        };
        let mut tx = self.core.store.begin().await?;
        let mut user = tx.lock_user(id).await?.ok_or(Rejected::ProofOver)?;
        check_standing(&mut tx, (id, session), now).await?;
        // The link was sent with the old address; another address now means that another change came first.
        if user.email.as_ref() != old || !tx.take_proof(proof.id, ProofKind::ChangeEmail, now).await? {
            return Err(Rejected::ProofOver.into());
        }
        user.set_email(email.clone(), AttributeOrigin::Person, now);
        // The address conflicts if another user verified it meanwhile.
        tx.set_user_email(&user).await.map_err(on_conflict(Rejected::ProofOver))?;
        tx.close_proofs_of_user(id, ProofKind::Recover, now).await?;
        tx.close_proofs_of_email(&email, ProofKind::SignUp, now).await?;
        tx.append(&self.core.event(EventKind::EMAIL_CHANGED).with_user(id).with_session(session)).await?;
        if let Some(security_email) = &security_email {
            security_email.post(&mut tx).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }
}

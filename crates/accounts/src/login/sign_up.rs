//! Registration. The user is created when the address is verified: a pending registration owns nothing.

use crate::admin::branding::EmailContext;
use crate::admin::project_sign_in::ProjectSignIns;
use crate::core::Core;
use crate::emails::{EmailQueue, lang_of};
use crate::login::finish_sign_in::SessionOpening;
use crate::login::throttle::Throttles;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::core::Device;
use crate::credentials::password_rules::{PasswordFault, check, normalise};
use crate::error::{CodeKind, FlowError, Rejected, on_conflict};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Browser, secret_hash};
use crate::login::finish_sign_in::SignedIn;
use crate::login::mailed::MailedProof;
use crate::login::open_session::password_guard;
use crate::login::same_browser::{is_elsewhere, is_here};
use usher_domain::email::{Email, EmailFault};
use usher_domain::event::EventKind;
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::{ProofId, UserId};
use usher_domain::secret::Secret;
use usher_domain::text::without_invisible;
use usher_domain::urls;
use usher_domain::user::authentication::{AuthMeans, Authentication, SignInGuard};
use usher_domain::user::proof::{MAX_ATTEMPTS, Proof, ProofKind};
use usher_domain::user::source::{AttributeOrigin, AttributeSources};
use usher_domain::user::{Profile, Sub, User, UserStatus};
use usher_i18n::Lang;
use usher_keys::seal::Purpose;
use usher_mail::{EmailDraft, Recipient, emails};

/// How long a mailed code is valid.
pub const LIFETIME: Duration = Duration::from_mins(15);
/// Digits of a mailed code: with five attempts, a chance of one in 20,000,000.
const DIGITS: usize = 8;

pub struct SignUpForm {
    pub email: String,
    /// The password; `None` if the user will create a passkey once the address is verified.
    pub password: Option<Secret<String>>,
    /// First name, or the only one.
    pub given_name: String,
    /// Last name; empty for people with one name.
    pub family_name: String,
    /// The language of the page.
    pub lang: Lang,
    /// The sealed sign-in that it belongs to.
    pub interaction: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct PendingSignUp {
    pub phc: Option<String>,
    pub profile: Profile,
    pub locale: String,
    pub interaction: Option<String>,
    /// The browser that it was begun in.
    pub browser: Option<String>,
}

impl SealedValue for PendingSignUp {
    const PURPOSE: Purpose = Purpose::Proof;
}

/// What a new proof of a registration replaces.
#[derive(Clone, Copy)]
pub(super) enum Replaced {
    /// The proofs of the same address.
    Nothing,
    /// This proof: a new code was requested.
    Code(ProofId),
    /// This proof, which is of another address.
    Address(ProofId),
}

/// The contents of a valid form.
type CheckedSignUp = (Email, Profile, Option<Secret<String>>);

/// Whether the current browser needs the password of the registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsksPassword(pub bool);

/// A verified registration: the user exists.
#[derive(Debug)]
pub struct Verified {
    pub signed_in: SignedIn,
    /// The sealed sign-in that it belonged to.
    pub interaction: Option<String>,
    /// The user has no password and creates a passkey next.
    pub makes_passkey: bool,
    /// It was begun in another browser, whose page continues by itself.
    pub elsewhere: bool,
}

/// Registration, and the proof of new email addresses.
pub struct Registration {
    pub core: Arc<Core>,
    pub email_queue: Arc<EmailQueue>,
    pub project_sign_ins: Arc<ProjectSignIns>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
}

impl Registration {
    /// Accepts a registration and mails a code and a link. If the address is taken, its owner is emailed instead, and
    /// the result is the same.
    ///
    /// # Errors
    /// [`Rejected`] for closed registration, too many attempts, or an invalid field.
    pub async fn sign_up(
        &self,
        form: SignUpForm,
        browser: &Browser,
        device: &Device,
    ) -> Result<MailedProof, FlowError> {
        if !self.core.config.sign_up.enabled {
            return Err(Rejected::SignUpClosed.into());
        }
        let rules = self.project_sign_ins.of_request(form.interaction.as_deref()).await?;
        rules.check_open().map_err(Rejected::from)?;
        let (email, profile, password) = self.check_sign_up(&form).map_err(|(first, _)| first)?;
        rules.check_address(Some(&email)).map_err(Rejected::from)?;
        if password.is_some() {
            rules.check_password().map_err(Rejected::from)?;
        }
        self.throttles.count_sign_up(&device.source).await?;
        let phc = match password {
            None => None,
            Some(password) => Some(self.core.password_pool.hash(password, self.core.random.bytes()).await?),
        };
        let pending = PendingSignUp {
            phc,
            profile,
            locale: form.lang.tag().to_owned(),
            interaction: form.interaction,
            browser: browser.mark().map(mark_hash),
        };
        self.await_proof(email, &pending, form.lang, Replaced::Nothing).await
    }

    /// All faults of a form, whether or not registration is open.
    pub fn sign_up_faults(&self, form: &SignUpForm) -> Vec<Rejected> {
        match self.check_sign_up(form) {
            Ok(_) => Vec::new(),
            Err((first, others)) => [first].into_iter().chain(others).collect(),
        }
    }

    /// Checks every field, in the order of the form: returns the first fault, and the other ones.
    fn check_sign_up(&self, form: &SignUpForm) -> Result<CheckedSignUp, (Rejected, Vec<Rejected>)> {
        let email = self.new_address(&form.email).map_err(Rejected::Email);
        let own = [form.email.as_str(), &form.given_name, &form.family_name, "usher"];
        let password = form.password.as_ref().map(|typed| self.check_password(typed, &own)).transpose();
        let profile = names(form);
        match (profile, email, password) {
            (Ok(profile), Ok(email), Ok(password)) => Ok((email, profile, password)),
            (profile, email, password) => {
                let mut faults = profile.err().unwrap_or_default();
                faults.extend(email.err());
                faults.extend(password.err().map(Rejected::from));
                let first = if faults.is_empty() { Rejected::Email(EmailFault::Empty) } else { faults.remove(0) };
                Err((first, faults))
            }
        }
    }

    /// May this password be chosen by a user with these names and address?
    fn check_password(&self, typed: &Secret<String>, own: &[&str]) -> Result<Secret<String>, PasswordFault> {
        let password = normalise(typed.expose())?;
        check(password.expose(), self.core.config.passwords.min_length, own)?;
        Ok(password)
    }

    /// Sends a new code for a pending registration; the old one becomes invalid. If no email may be sent, the old one
    /// stays valid.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if nothing is pending, [`Rejected::TooMany`].
    pub async fn resend_sign_up(&self, proof: ProofId, lang: Lang, device: &Device) -> Result<MailedProof, FlowError> {
        self.throttles.count_sign_up(&device.source).await?;
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.filter(|proof| proof.used_at.is_none());
        let found = found.ok_or(Rejected::ProofOver)?;
        let pending =
            found.sealed.as_deref().and_then(|sealed| self.open_sign_up(sealed)).ok_or(Rejected::ProofOver)?;
        let email = found.email.ok_or(Rejected::ProofOver)?;
        self.await_proof(email, &pending, lang, Replaced::Code(proof)).await
    }

    /// The address of a pending registration, for its page.
    pub async fn waiting_address(&self, proof: ProofId) -> Result<Option<Email>, FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?;
        Ok(found.filter(|proof| proof.used_at.is_none()).and_then(|proof| proof.email))
    }

    /// The address of a registration, pending or not.
    pub async fn waited_address(&self, proof: ProofId) -> Result<Option<Email>, FlowError> {
        Ok(self.core.store.find_proof(proof, ProofKind::SignUp).await?.and_then(|proof| proof.email))
    }

    /// Does this link belong to a pending registration? If so, does this browser need its password?
    pub async fn waiting_link(&self, token: &str, browser: &Browser) -> Result<Option<AsksPassword>, FlowError> {
        let waiting = self.find_waiting_link(token).await?;
        Ok(waiting.map(|(_, pending)| AsksPassword(asks_password(&pending, browser))))
    }

    /// The sealed sign-in that a pending registration belongs to.
    pub async fn waiting_sign_in(&self, proof: ProofId) -> Result<Option<String>, FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.and_then(|proof| proof.sealed);
        Ok(found.and_then(|sealed| self.open_sign_up(&sealed)).and_then(|pending| pending.interaction))
    }

    /// The sealed sign-in of the registration with this link.
    pub async fn waiting_sign_in_of_link(&self, token: &str) -> Result<Option<String>, FlowError> {
        Ok(self.find_waiting_link(token).await?.and_then(|(_, pending)| pending.interaction))
    }

    async fn find_waiting_link(&self, token: &str) -> Result<Option<(Proof, PendingSignUp)>, FlowError> {
        let found = self.core.store.find_proof_by_token(&secret_hash(token), ProofKind::SignUp).await?;
        let Some(proof) = found.filter(|proof| proof.is_open(self.core.now())) else { return Ok(None) };
        let pending = proof.sealed.as_deref().and_then(|sealed| self.open_sign_up(sealed));
        Ok(pending.map(|pending| (proof, pending)))
    }

    /// Verifies an address by the mailed code, creates the user and signs them in.
    ///
    /// # Errors
    /// [`Rejected::WrongCode`], or [`Rejected::ProofOver`] if the code was used, has expired or was tried too often.
    pub async fn verify_by_code(
        &self,
        proof: ProofId,
        code: &str,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Verified, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let expected = tx.try_proof_code(proof, ProofKind::SignUp, self.core.now(), MAX_ATTEMPTS).await?;
        // The attempt counts even if the code is wrong.
        tx.commit().await?;
        let expected = expected.ok_or(Rejected::ProofOver)?;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        if !bool::from(self.code_hash(proof, &digits).ct_eq(&expected)) {
            return Err(Rejected::WrongCode(CodeKind::Mailed).into());
        }
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.ok_or(Rejected::ProofOver)?;
        self.complete_sign_up(found, browser, device).await
    }

    /// Verifies an address by the mailed link.
    ///
    /// In a browser other than the one that registered, the password of the registration is needed as well: otherwise
    /// somebody could register another person's address, and that person's click would open the account to them. A
    /// registration without a password gives access to the reader of the email only.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] if the link was used or has expired; [`Rejected::WrongPassword`], [`Rejected::TooMany`].
    pub async fn verify_by_link(
        &self,
        token: &str,
        password: &Secret<String>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Verified, FlowError> {
        let (proof, pending) = self.find_waiting_link(token).await?.ok_or(Rejected::ProofOver)?;
        if asks_password(&pending, browser) {
            let email = proof.email.as_ref().map(Email::as_str).unwrap_or_default();
            self.throttles.count_sign_in(email, &device.source, None).await?;
            let password = normalise(password.expose()).map_err(|_| Rejected::WrongPassword)?;
            if !self.core.password_pool.verify(password, pending.phc).await?.ok {
                return Err(Rejected::WrongPassword.into());
            }
        }
        self.complete_sign_up(proof, browser, device).await
    }

    pub fn open_sign_up(&self, sealed: &[u8]) -> Option<PendingSignUp> {
        self.core.open_value(sealed)
    }

    /// Codes are short, so that their hashes are keyed with the master key.
    fn code_hash(&self, proof: ProofId, code: &str) -> [u8; 32] {
        self.core.sealer.mac(Purpose::Proof, format!("{proof}:{code}").as_bytes())
    }

    /// Mails a code and a link to the address.
    pub(super) async fn await_proof(
        &self,
        email: Email,
        pending: &PendingSignUp,
        lang: Lang,
        replaced: Replaced,
    ) -> Result<MailedProof, FlowError> {
        let (now, id) = (self.core.now(), ProofId::new(self.core.now(), &*self.core.random));
        let (token, code) = (self.core.random.token(), self.core.random.digits(DIGITS));
        let taken = self.core.store.find_user_by_email(&email).await?;
        let (draft, lang) = match &taken {
            None => (self.verification(&token, &code), lang),
            Some(owner) => (self.already_registered(id), lang_of(owner)),
        };
        let brand = self.email_queue.brand(EmailContext::Request(pending.interaction.as_deref())).await?;
        let message = draft.write(Recipient { email: email.as_str(), name: None, lang }, now, &brand)?;
        let proof = Proof {
            email: Some(email.clone()),
            sealed: Some(self.core.seal_value(pending)?),
            ..Proof::new(id, ProofKind::SignUp, now, LIFETIME)
        };
        // If the address is taken, the proof is a decoy: its link and code are never sent.
        let decoy = taken.is_some();
        let token_hash = if decoy { secret_hash(&self.core.random.token()) } else { secret_hash(&token) };
        let code_hash = if decoy { self.code_hash(id, &self.core.random.token()) } else { self.code_hash(id, &code) };
        let sent = self.throttles.may_write_to(email.as_str()).await?;
        if let (Replaced::Code(waiting), false) = (replaced, sent) {
            return Ok(MailedProof { id: waiting, sent });
        }
        let email = sent.then(|| self.email_queue.seal_email(&message, proof.expires_at)).transpose()?;
        self.put_proof(&proof, token_hash, code_hash, email.as_ref(), replaced).await?;
        Ok(MailedProof { id, sent })
    }

    fn verification(&self, token: &str, code: &str) -> EmailDraft {
        let link = self.core.config.server.issuer.at(&urls::with(urls::VERIFY, "token", token));
        emails::verify_email(code, &link, minutes(LIFETIME))
    }

    fn already_registered(&self, proof: ProofId) -> EmailDraft {
        let at = |path: &str| self.core.config.server.issuer.at(&urls::with(path, "proof", &proof.to_string()));
        emails::already_registered(&at(urls::LOGIN), &at(urls::RECOVER))
    }

    async fn put_proof(
        &self,
        proof: &Proof,
        token_hash: [u8; 32],
        code_hash: [u8; 32],
        email: Option<&QueuedEmail>,
        replaced: Replaced,
    ) -> Result<(), FlowError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        // Only the newest email is valid. If none was sent, the earlier ones stay valid.
        if let (Some(address), Some(_)) = (&proof.email, email) {
            tx.close_proofs_of_email(address, proof.kind, now).await?;
        }
        if let Replaced::Address(replaced) = replaced {
            tx.take_proof(replaced, proof.kind, now).await?;
        }
        tx.insert_proof(proof, &token_hash, Some(&code_hash)).await?;
        if let Some(email) = email {
            tx.insert_email(email, now).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// Creates the user, once, and signs them in. Registration may have been closed since it was begun.
    async fn complete_sign_up(
        &self,
        proof: Proof,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Verified, FlowError> {
        let pending =
            proof.sealed.as_deref().and_then(|sealed| self.open_sign_up(sealed)).ok_or(Rejected::ProofOver)?;
        let email = proof.email.clone().ok_or(Rejected::ProofOver)?;
        let rules = self.project_sign_ins.of_request(pending.interaction.as_deref()).await?;
        rules.check_address(Some(&email)).map_err(Rejected::from)?;
        let user = self.new_user(Some(email), pending.profile, Some(pending.locale), &AttributeOrigin::Person);
        let elsewhere = is_elsewhere(browser, pending.browser.as_deref());
        self.create_user(&user, proof.id, pending.phc.as_deref(), elsewhere).await?;
        let signed_in = self.enter_new_user(user, pending.phc.as_deref(), browser, device).await?;
        Ok(Verified { signed_in, interaction: pending.interaction, makes_passkey: pending.phc.is_none(), elsewhere })
    }

    /// Signs in a user who has just been created, by the password or by the emailed proof.
    pub async fn enter_new_user(
        &self,
        user: User,
        phc: Option<&str>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let (means, guard) = match phc {
            Some(phc) => (AuthMeans::Password, password_guard(phc)),
            None => (AuthMeans::MailCode, SignInGuard::User),
        };
        self.session_opening.finish_sign_in(user, Authentication::by(means), guard, browser, device).await
    }

    /// The user of a form whose address was proven by a link, and the hash of the password. Nothing is stored.
    ///
    /// # Errors
    /// [`Rejected`] for too many attempts or an invalid field.
    pub async fn proven_user(&self, form: SignUpForm, device: &Device) -> Result<(User, Option<String>), FlowError> {
        let (email, profile, password) = self.check_sign_up(&form).map_err(|(first, _)| first)?;
        self.throttles.count_sign_up(&device.source).await?;
        let phc = match password {
            None => None,
            Some(password) => Some(self.core.password_pool.hash(password, self.core.random.bytes()).await?),
        };
        let locale = Some(form.lang.tag().to_owned());
        Ok((self.new_user(Some(email), profile, locale, &AttributeOrigin::Person), phc))
    }

    async fn create_user(
        &self,
        user: &User,
        proof: ProofId,
        phc: Option<&str>,
        elsewhere: bool,
    ) -> Result<(), FlowError> {
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        if !tx.take_proof(proof, ProofKind::SignUp, now).await? {
            return Err(Rejected::ProofOver.into());
        }
        // The address conflicts if another registration verified it meanwhile.
        tx.insert_user(user).await.map_err(on_conflict(Rejected::ProofOver))?;
        if elsewhere {
            tx.insert_handover(proof, user.id).await?;
        }
        if let Some(phc) = phc {
            tx.put_password(user.id, phc, now).await?;
        }
        tx.append(&self.core.event(EventKind::USER_CREATED).with_user(user.id)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A user with a new `sub`. `origin` is the source of the address and the profile.
    pub fn new_user(
        &self,
        email: Option<Email>,
        profile: Profile,
        locale: Option<String>,
        origin: &AttributeOrigin,
    ) -> User {
        let now = self.core.now();
        let mut user = User {
            id: UserId::new(now, &*self.core.random),
            sub: Sub(self.core.random.handle()),
            email: None,
            status: UserStatus::Active,
            admin: false,
            locale,
            profile: Profile::default(),
            sources: AttributeSources::default(),
            created_at: now,
            updated_at: now,
            factors_frozen_until: None,
        };
        user.set_profile(profile, origin, now);
        if let Some(email) = email {
            user.set_email(email, origin.clone(), now);
        }
        user
    }
}

/// Is the password of the registration needed in addition to its link?
fn asks_password(pending: &PendingSignUp, browser: &Browser) -> bool {
    pending.phc.is_some() && !is_here(browser, pending.browser.as_deref())
}

/// The names of the form, or all their faults. One name is enough.
fn names(form: &SignUpForm) -> Result<Profile, Vec<Rejected>> {
    let names = Profile {
        given_name: Some(form.given_name.clone()),
        family_name: Some(form.family_name.clone()),
        ..Profile::default()
    };
    let missing = without_invisible(&form.given_name).trim().is_empty().then_some(Rejected::Missing("given_name"));
    match names.checked_throughout() {
        Ok(profile) => missing.map_or(Ok(profile), |missing| Err(vec![missing])),
        Err((first, others)) => {
            let broken = [first].into_iter().chain(others).map(Rejected::Profile);
            Err(missing.into_iter().chain(broken).collect())
        }
    }
}

pub fn minutes(span: Duration) -> u32 {
    u32::try_from(span.as_secs() / 60).unwrap_or(u32::MAX)
}

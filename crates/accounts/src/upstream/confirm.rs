//! Questions during a sign-in with a provider: for an address, or to confirm that an existing account is the user's.
//!
//! A question is a proof of its own kind. Its sealed state contains intent, provider, issuer, subject, account and
//! browser, so that an answer is valid for that question only.

use crate::sealed_value::SealedValue;
use crate::upstream::callback::UpstreamSignIn;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::decide_and_apply::AddressForSignUp;
use super::{CallbackOutcome, Refusal, UpstreamFault, UpstreamIntent};
use crate::admin::branding::EmailContext;
use crate::core::Device;
use crate::error::{CodeKind, FlowError, Rejected};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Account, Browser, secret_hash};
use crate::login::sign_up::minutes;
use usher_domain::email::Email;
use usher_domain::id::{ProofId, UserId};
use usher_domain::provider::{LinkPolicy, ProviderId, ProviderSettings};
use usher_domain::user::authentication::Method;
use usher_domain::user::identity::{LinkedHow, Vouched};
use usher_domain::user::proof::{MAX_ATTEMPTS, Proof, ProofKind};
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{User, UserStatus};
use usher_i18n::Lang;
use usher_keys::seal::Purpose;
use usher_mail::{Recipient, emails};

/// How long a question can be answered.
const LIFETIME: Duration = Duration::from_mins(10);
/// Digits of a mailed code.
const DIGITS: usize = 8;

/// The question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// For an address, to be verified by a code; or none.
    Address {
        /// The unverified address that the provider sent.
        suggested: Option<Email>,
        /// The address that a code was mailed to.
        sent_to: Option<Email>,
    },
    /// Whether the account with this address is the user's.
    Confirm {
        /// The account.
        owner: UserId,
        /// Its address, which the provider or the user has proven.
        email: Email,
        /// Can a mailed code answer it?
        by_mail: bool,
        /// Was a code mailed?
        sent: bool,
    },
}

/// A question with its state.
#[derive(Clone, Serialize, Deserialize)]
struct Asking {
    question: Question,
    vouched: Vouched,
    /// Sealed under its former name.
    #[serde(rename = "errand")]
    intent: UpstreamIntent,
    browser: String,
}

impl SealedValue for Asking {
    const PURPOSE: Purpose = Purpose::Proof;

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

/// A question for its page.
#[derive(Debug, Clone)]
pub struct PendingQuestion {
    /// Its id.
    pub id: ProofId,
    /// The question.
    pub question: Question,
    /// The provider's display name.
    pub provider: String,
    /// The user's name at the provider.
    pub handle: Option<String>,
    /// What the sign-in was started for.
    pub intent: UpstreamIntent,
    /// Whether it needs an address.
    pub needs_address: bool,
}

/// The identity or address was taken by another user meanwhile, so the question has ended.
fn moved(fault: UpstreamFault) -> UpstreamFault {
    match fault {
        UpstreamFault::Flow(FlowError::Internal(broken)) if broken.is_conflict() => {
            UpstreamFault::Rejected(Refusal::Over)
        }
        fault => fault,
    }
}

impl UpstreamSignIn {
    pub(super) async fn ask_address(
        &self,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        browser: &mut Browser,
    ) -> Result<ProofId, FlowError> {
        let suggested = vouched.email.as_ref().filter(|claimed| !claimed.relay).map(|claimed| claimed.email.clone());
        self.ask(Question::Address { suggested, sent_to: None }, vouched, intent, browser).await
    }

    pub(super) async fn ask_confirmation(
        &self,
        settings: &ProviderSettings,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        owner: &User,
        browser: &mut Browser,
    ) -> Result<ProofId, UpstreamFault> {
        let claimed = vouched.email.as_ref().map(|claimed| claimed.email.clone());
        let email = claimed.ok_or(UpstreamFault::Rejected(Refusal::Over))?;
        let by_mail = settings.link_policy == LinkPolicy::VerifyMail;
        let question = Question::Confirm { owner: owner.id, email, by_mail, sent: false };
        Ok(self.ask(question, vouched, intent, browser).await?)
    }

    async fn ask(
        &self,
        question: Question,
        vouched: &Vouched,
        intent: &UpstreamIntent,
        browser: &mut Browser,
    ) -> Result<ProofId, FlowError> {
        let browser = mark_hash(browser.mark_or_make(&*self.core.random));
        let asking = Asking { question, vouched: vouched.clone(), intent: intent.clone(), browser };
        self.put_asking(&asking, None, None).await
    }

    /// Stores a question, with a code and its email if one is mailed. The question that it replaces is closed.
    async fn put_asking(
        &self,
        asking: &Asking,
        mailed: Option<(&Email, Lang)>,
        instead_of: Option<ProofId>,
    ) -> Result<ProofId, FlowError> {
        let (now, id) = (self.core.now(), ProofId::new(self.core.now(), &*self.core.random));
        let code = self.core.random.digits(DIGITS);
        let queued = match mailed {
            Some((email, lang)) => {
                // If this rejects, the question and an earlier code stay valid.
                self.throttles.count_email_to(email.as_str()).await?;
                let to = Recipient { email: email.as_str(), name: None, lang };
                let brand = self.email_queue.brand(EmailContext::Request(asking.intent.interaction())).await?;
                let message = emails::link_code(&code, minutes(LIFETIME)).write(to, now, &brand)?;
                Some(self.email_queue.seal_email(&message, now + LIFETIME)?)
            }
            None => None,
        };
        let proof = Proof {
            id,
            kind: ProofKind::Link,
            email: mailed.map(|(email, _)| email.clone()),
            user_id: None,
            sealed: Some(self.core.seal_value(asking)?),
            attempts: 0,
            created_at: now,
            expires_at: now + LIFETIME,
            used_at: None,
        };
        let token_hash = secret_hash(&self.core.random.token());
        let code_hash = mailed.map(|_| self.link_code_hash(id, &code));
        let mut tx = self.core.store.begin().await?;
        if let Some(before) = instead_of {
            tx.take_proof(before, ProofKind::Link, now).await?;
        }
        tx.insert_proof(&proof, &token_hash, code_hash.as_ref().map(|hash| &hash[..])).await?;
        if let Some(queued) = &queued {
            tx.insert_email(queued, now).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(id)
    }

    fn link_code_hash(&self, proof: ProofId, code: &str) -> [u8; 32] {
        self.core.sealer.mac(Purpose::Proof, format!("link:{proof}:{code}").as_bytes())
    }

    async fn open_asking(&self, id: ProofId, browser: &Browser) -> Result<Asking, UpstreamFault> {
        let proof =
            self.core.store.find_proof(id, ProofKind::Link).await?.filter(|proof| proof.is_open(self.core.now()));
        let sealed = proof.and_then(|proof| proof.sealed);
        let asking = sealed.and_then(|sealed| self.core.open_value_in(&sealed, browser));
        asking.ok_or(UpstreamFault::Rejected(Refusal::Over))
    }

    /// The question of a page.
    ///
    /// # Errors
    /// [`Refusal::Over`] in another browser, or if it was answered or has expired.
    pub async fn asked(&self, id: ProofId, browser: &Browser) -> Result<PendingQuestion, UpstreamFault> {
        let asking = self.open_asking(id, browser).await?;
        let provider = self.providers.provider(&asking.vouched.provider).await?;
        let provider = self.providers.kinds().button(provider.settings()).to_owned();
        Ok(PendingQuestion {
            id,
            question: asking.question,
            provider,
            handle: asking.vouched.handle,
            needs_address: self.project_sign_ins.of_request(asking.intent.interaction()).await?.needs_address(),
            intent: asking.intent,
        })
    }

    /// The intent of a question, whatever its state, and its provider. `None` in another browser, or once the question
    /// is deleted.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn intent_of_question(
        &self,
        id: ProofId,
        browser: &Browser,
    ) -> Result<Option<(ProviderId, UpstreamIntent)>, FlowError> {
        let sealed = self.core.store.find_proof(id, ProofKind::Link).await?.and_then(|proof| proof.sealed);
        let own: Option<Asking> = sealed.and_then(|sealed| self.core.open_value_in(&sealed, browser));
        Ok(own.map(|asking| (asking.vouched.provider, asking.intent)))
    }

    /// Mails a code to an address: the submitted one, or that of the account. The email is the same whether or not the
    /// address belongs to a user.
    ///
    /// # Errors
    /// [`Rejected::Email`], [`Rejected::TooMany`], [`Refusal::Over`].
    pub async fn mail_link_code(
        &self,
        id: ProofId,
        address: &str,
        lang: Lang,
        browser: &Browser,
        device: &Device,
    ) -> Result<ProofId, UpstreamFault> {
        let mut asking = self.open_asking(id, browser).await?;
        self.throttles.count_sign_up(&device.source).await?;
        let rules = self.project_sign_ins.of_request(asking.intent.interaction()).await?;
        let to = match &mut asking.question {
            Question::Address { sent_to, .. } => {
                let email = self.registration.new_address(address).map_err(Rejected::Email)?;
                // The same for an address that has an account.
                rules.check_address(Some(&email)).map_err(Rejected::from)?;
                sent_to.insert(email).clone()
            }
            Question::Confirm { email, by_mail: true, sent, .. } => {
                *sent = true;
                email.clone()
            }
            Question::Confirm { .. } => return Err(UpstreamFault::Rejected(Refusal::Over)),
        };
        Ok(self.put_asking(&asking, Some((&to, lang)), Some(id)).await?)
    }

    /// Checks the mailed code. A submitted address becomes the new user's, or leads to the question about the account
    /// that has it; for that question the code is the answer.
    ///
    /// # Errors
    /// [`Rejected::WrongCode`], [`Refusal::Over`].
    pub async fn answer_by_code(
        &self,
        id: ProofId,
        code: &str,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        let asking = self.open_asking(id, browser).await?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let tried = tx.try_proof_code(id, ProofKind::Link, now, MAX_ATTEMPTS).await?;
        tx.commit().await?;
        let expected = tried.ok_or(UpstreamFault::Rejected(Refusal::Over))?;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        if !bool::from(self.link_code_hash(id, &digits).ct_eq(&expected)) {
            return Err(Rejected::WrongCode(CodeKind::Mailed).into());
        }
        match asking.question.clone() {
            Question::Address { sent_to: Some(email), .. } => {
                self.address_proven(id, asking, email, browser, device).await.map_err(moved)
            }
            Question::Confirm { owner, by_mail: true, sent: true, .. } => {
                self.take_question(id).await?;
                self.confirmed(asking, owner, LinkedHow::MailCode, browser, device).await.map_err(moved)
            }
            _ => Err(UpstreamFault::Rejected(Refusal::Over)),
        }
    }

    /// Continues without an address.
    ///
    /// # Errors
    /// [`Refusal::Over`].
    pub async fn answer_without_address(
        &self,
        id: ProofId,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        let asking = self.open_asking(id, browser).await?;
        let Question::Address { .. } = asking.question else { return Err(UpstreamFault::Rejected(Refusal::Over)) };
        // A question that is not answered this way stays open.
        self.check_still_open(&asking, None).await?;
        self.take_question(id).await?;
        let (user, identity) = self.sign_up_vouched(&asking.vouched, false).await.map_err(moved)?;
        self.let_in(asking, user, identity, browser, device).await
    }

    /// Answers by a sign-in to the account in question, in this browser and after the question was asked.
    ///
    /// # Errors
    /// [`Refusal::Over`], [`Rejected::NotSignedIn`] for another account or an earlier sign-in.
    pub async fn answer_by_sign_in(
        &self,
        id: ProofId,
        account: &Account,
        browser: &mut Browser,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        let asking = self.open_asking(id, browser).await?;
        let Question::Confirm { owner, .. } = asking.question else {
            return Err(UpstreamFault::Rejected(Refusal::Over));
        };
        if account.user.id != owner || !self.factor_rules.is_well_shown(account).await? {
            return Err(Rejected::NotSignedIn.into());
        }
        self.take_question(id).await?;
        let settings = self.providers.provider(&asking.vouched.provider).await?;
        let linked = self
            .link(settings.settings(), &asking.vouched, &account.user, Some(account.session.id), LinkedHow::Confirmed)
            .await;
        linked.map_err(moved)?;
        self.factor_rules.renew_session(account, browser).await?;
        let (session, user) = (account.session.id, Box::new(account.user.clone()));
        let method = Some(Method::Provider(asking.vouched.provider.to_string()));
        Ok(CallbackOutcome::SignedIn {
            signed_in: super::SignedIn::As { session, user, method },
            intent: asking.intent,
        })
    }

    async fn take_question(&self, id: ProofId) -> Result<(), UpstreamFault> {
        let now = self.core.now();
        let mut tx = self.core.store.begin_single().await?;
        let taken = tx.take_proof(id, ProofKind::Link, now).await?;
        tx.commit().await?;
        if taken { Ok(()) } else { Err(UpstreamFault::Rejected(Refusal::Over)) }
    }

    async fn address_proven(
        &self,
        id: ProofId,
        mut asking: Asking,
        email: Email,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        if let Some(owner) = self.user_of_address(&email).await? {
            if owner.status != UserStatus::Active {
                return Err(UpstreamFault::Rejected(Refusal::Disabled));
            }
            asking.question = Question::Confirm { owner: owner.id, email, by_mail: false, sent: false };
            return Ok(CallbackOutcome::Ask(self.put_asking(&asking, None, Some(id)).await?));
        }
        self.take_question(id).await?;
        self.check_still_open(&asking, Some(&email)).await?;
        let profile = asking.vouched.profile.clone().checked().unwrap_or_default();
        let locale = profile.locale.clone();
        let mut user = self.registration.new_user(
            None,
            profile,
            locale,
            &AttributeOrigin::Provider(asking.vouched.provider.to_string()),
        );
        user.set_email(email, AttributeOrigin::Person, self.core.now());
        let (user, identity) = self.insert_vouched(user, &asking.vouched).await?;
        self.let_in(asking, user, identity, browser, device).await
    }

    /// Registration may have been closed meanwhile.
    async fn check_still_open(&self, asking: &Asking, email: Option<&Email>) -> Result<(), UpstreamFault> {
        let provider = self.providers.provider(&asking.vouched.provider).await?;
        let address = AddressForSignUp::Now(email);
        let why = self.why_closed(provider.settings(), &asking.intent, address).await?;
        why.map_or(Ok(()), |why| Err(UpstreamFault::Rejected(why)))
    }

    async fn confirmed(
        &self,
        asking: Asking,
        owner: UserId,
        how: LinkedHow,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        let owner = self.core.store.find_user(owner).await?.ok_or(UpstreamFault::Rejected(Refusal::Over))?;
        if owner.status != UserStatus::Active {
            return Err(UpstreamFault::Rejected(Refusal::Disabled));
        }
        let provider = self.providers.provider(&asking.vouched.provider).await?;
        let identity = self.link(provider.settings(), &asking.vouched, &owner, None, how).await?;
        self.let_in(asking, owner, identity, browser, device).await
    }

    async fn let_in(
        &self,
        asking: Asking,
        user: User,
        identity: usher_domain::id::IdentityId,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<CallbackOutcome, UpstreamFault> {
        let provider = self.providers.provider(&asking.vouched.provider).await?;
        let signed_in = self.enter(provider.settings(), &asking.vouched, user, identity, browser, device).await?;
        Ok(CallbackOutcome::SignedIn { signed_in, intent: asking.intent })
    }
}

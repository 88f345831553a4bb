//! Security emails: users are notified of changes of their account, in the transaction of the change.
//!
//! An email is prepared before the transaction begins and queued in it: none is rendered inside a transaction, and
//! none is queued for a change that did not happen.

use crate::core::Core;
use crate::emails::EmailQueue;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::emails::lang_of;
use super::error::FlowError;
use crate::admin::branding::EmailContext;
use crate::login::accounts::secret_hash;
use usher_domain::email::Email;
use usher_domain::event::queued_email::QueuedEmail;
use usher_domain::id::ProofId;
use usher_domain::time::Timestamp;
use usher_domain::urls;
use usher_domain::user::User;
use usher_domain::user::proof::{Proof, ProofKind};
use usher_keys::seal::Purpose;
use usher_mail::{AddressKind, EmailDraft, Recipient};
use usher_storage::Tx;

/// How long sending is retried.
const WORTH_SENDING: Duration = Duration::from_hours(72);
/// How long a "this wasn't me" link is valid.
const REPORT_WITHIN: Duration = Duration::from_hours(7 * 24);
/// How long the link to get back into the account is valid.
const BACK_WITHIN: Duration = Duration::from_hours(24);

/// The state of a "this wasn't me" link.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct CompromiseReportLink {
    /// Was the email sent to an address that was removed from the account? Then the link restores it.
    pub restores_address: bool,
}

impl SealedValue for CompromiseReportLink {
    const PURPOSE: Purpose = Purpose::Proof;
}

/// A security email, rendered and sealed, with the proofs of its links. Post it in the transaction of its cause.
#[must_use = "a notice that is not posted is never sent"]
#[derive(Debug, Clone)]
pub struct PreparedNotice {
    queued: Option<QueuedEmail>,
    proofs: Vec<(Proof, [u8; 32])>,
    now: Timestamp,
}

impl PreparedNotice {
    /// Queues the email. Nothing happens for a user without an address.
    pub async fn post(&self, tx: &mut Tx) -> usher_storage::Result<()> {
        for (proof, token_hash) in &self.proofs {
            tx.insert_proof(proof, token_hash, None).await?;
        }
        match &self.queued {
            Some(queued) => tx.insert_email(queued, self.now).await,
            None => Ok(()),
        }
    }
}

/// Emails about changes of how an account is protected.
pub struct SecurityEmails {
    pub core: Arc<Core>,
    pub email_queue: Arc<EmailQueue>,
}

impl SecurityEmails {
    /// Prepares a security email to the address of a user.
    pub async fn notice(&self, user: &User, email: &EmailDraft) -> Result<PreparedNotice, FlowError> {
        match &user.email {
            Some(address) => self.notice_to(user, address, email).await,
            None => Ok(PreparedNotice { queued: None, proofs: Vec::new(), now: self.core.now() }),
        }
    }

    /// Prepares a security email to another address: the one that the user had until now.
    pub async fn notice_to(&self, user: &User, to: &Email, email: &EmailDraft) -> Result<PreparedNotice, FlowError> {
        let brand = self.email_queue.brand(EmailContext::Account).await?;
        let now = self.core.now();
        let mut prepared = PreparedNotice { queued: None, proofs: Vec::new(), now };
        let mut draft = email.clone();
        if email.may_be_reported() {
            let restores_address = email.address_kind() == AddressKind::Former;
            let sealed = self.core.seal_value(&CompromiseReportLink { restores_address })?;
            let token = prepared.add(&self.core, ProofKind::NotMe, user, to, Some(sealed), REPORT_WITHIN);
            draft = draft.report_link(&self.core.config.server.issuer.at(&urls::with(urls::NOT_ME, "token", &token)));
        }
        if email.leads_back_in() {
            let token = prepared.add(&self.core, ProofKind::Recover, user, to, None, BACK_WITHIN);
            draft = draft.way_back_link(&self.core.config.server.issuer.at(&urls::with(
                urls::RECOVER_RESET,
                "token",
                &token,
            )));
        }
        let name = user.profile.display_name();
        let reader = Recipient { email: to.as_str(), name: name.as_deref(), lang: lang_of(user) };
        let email = draft.write(reader, now, &brand)?;
        prepared.queued = Some(self.email_queue.seal_email(&email, now + WORTH_SENDING)?);
        Ok(prepared)
    }
}

impl PreparedNotice {
    /// Adds a proof whose link goes into the email, and returns the secret of the link.
    fn add(
        &mut self,
        core: &Core,
        kind: ProofKind,
        user: &User,
        to: &Email,
        sealed: Option<Vec<u8>>,
        within: Duration,
    ) -> String {
        let token = core.random.token();
        let proof = Proof {
            email: Some(to.clone()),
            user_id: Some(user.id),
            sealed,
            ..Proof::new(ProofId::new(self.now, &*core.random), kind, self.now, within)
        };
        self.proofs.push((proof, secret_hash(&token)));
        token
    }
}

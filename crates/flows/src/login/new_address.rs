//! Email addresses that are new to this server: which are accepted, and how a registration that waits gets another one.

use crate::error::{FlowError, Rejected};
use crate::login::accounts::Browser;
use crate::login::mailed::MailedProof;
use crate::login::sign_up::Replaced;
use crate::oauth::authorize::mark_hash;
use crate::usher::{Device, Usher};
use usher_config::Profile;
use usher_domain::email::{Email, EmailFault};
use usher_domain::id::ProofId;
use usher_domain::user::proof::ProofKind;
use usher_i18n::Lang;

impl Usher {
    /// Reads an address that nobody has used here yet. In production it must be one that mail from the internet reaches;
    /// `ana@localhost` is for development alone.
    ///
    /// # Errors
    /// [`EmailFault`] says what is wrong with it.
    pub(crate) fn new_address(&self, typed: &str) -> Result<Email, EmailFault> {
        let email = Email::parse(typed)?;
        match self.config.profile {
            Profile::Dev => Ok(email),
            Profile::Serve => email.check_public().map(|()| email),
        }
    }

    /// Sends the code of a registration that waits to another address, typed in the browser that registered. Code and
    /// link of the earlier email stop working.
    ///
    /// # Errors
    /// [`Rejected::Email`], [`Rejected::TooMany`]; [`Rejected::ProofOver`] if nothing waits, or another browser registered.
    pub async fn change_sign_up_address(
        &self,
        proof: ProofId,
        typed: &str,
        lang: Lang,
        browser: &Browser,
        device: &Device,
    ) -> Result<MailedProof, FlowError> {
        let email = self.new_address(typed)?;
        self.count_sign_up(&device.source).await?;
        let found = self.store.find_proof(proof, ProofKind::SignUp).await?.filter(|proof| proof.used_at.is_none());
        let sealed = found.and_then(|proof| proof.sealed).ok_or(Rejected::ProofOver)?;
        let pending = self.open_sign_up(&sealed).ok_or(Rejected::ProofOver)?;
        if pending.browser.is_none() || pending.browser != browser.mark().map(mark_hash) {
            return Err(Rejected::ProofOver.into());
        }
        self.await_proof(email, &pending, lang, Replaced::Address(proof)).await
    }
}

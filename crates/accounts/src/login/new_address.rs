//! Addresses that are new to this server: which are accepted, and changing the address of a pending registration.

use crate::core::Device;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Browser;
use crate::login::accounts::mark_hash;
use crate::login::mailed::MailedProof;
use crate::login::sign_up::Registration;
use crate::login::sign_up::Replaced;
use usher_config::RunMode;
use usher_domain::email::{Email, EmailFault};
use usher_domain::id::ProofId;
use usher_domain::user::proof::ProofKind;
use usher_i18n::Lang;

impl Registration {
    /// Parses an address that is new to this server. In production mail from the internet must be able to reach it;
    /// `ana@localhost` is for development only.
    ///
    /// # Errors
    /// [`EmailFault`] with the fault.
    pub fn new_address(&self, typed: &str) -> Result<Email, EmailFault> {
        let email = Email::parse(typed)?;
        match self.core.config.profile {
            RunMode::Dev => Ok(email),
            RunMode::Serve => email.check_public().map(|()| email),
        }
    }

    /// Sends the code of a pending registration to another address, typed in the browser that registered. Code and
    /// link of the earlier email become invalid.
    ///
    /// # Errors
    /// [`Rejected::Email`], [`Rejected::TooMany`]; [`Rejected::ProofOver`] if nothing is pending, or in another
    /// browser.
    pub async fn change_sign_up_address(
        &self,
        proof: ProofId,
        typed: &str,
        lang: Lang,
        browser: &Browser,
        device: &Device,
    ) -> Result<MailedProof, FlowError> {
        let email = self.new_address(typed)?;
        self.throttles.count_sign_up(&device.source).await?;
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.filter(|proof| proof.used_at.is_none());
        let sealed = found.and_then(|proof| proof.sealed).ok_or(Rejected::ProofOver)?;
        let pending = self.open_sign_up(&sealed).ok_or(Rejected::ProofOver)?;
        if pending.browser.is_none() || pending.browser != browser.mark().map(mark_hash) {
            return Err(Rejected::ProofOver.into());
        }
        let rules = self.project_sign_ins.of_request(pending.interaction.as_deref()).await?;
        rules.check_address(Some(&email)).map_err(Rejected::from)?;
        self.await_proof(email, &pending, lang, Replaced::Address(proof)).await
    }
}

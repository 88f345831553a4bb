//! Where a user continues after an email: the sign-in that they left, in the browser that they left it in.
//!
//! The state in a proof is bound to the browser that requested the email. A link that is opened in another browser has
//! its effect, but does not continue the sign-in there: the waiting page of the first browser polls and continues by
//! itself.

use crate::login::sign_up::Registration;
use crate::sealed_value::SealedValue;
use serde::{Deserialize, Serialize};

use crate::core::Device;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Browser;
use crate::login::finish_sign_in::SignedIn;
use crate::login::open_session::password_guard;
use crate::login::same_browser::is_here;
use crate::login::sign_up::PendingSignUp;
use usher_domain::email::Email;
use usher_domain::id::ProofId;
use usher_domain::user::authentication::{AuthMeans, Authentication};
use usher_domain::user::proof::{Proof, ProofKind};
use usher_keys::seal::Purpose;

/// What to continue after an email.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTo {
    /// The sealed authorization request.
    pub interaction: Option<String>,
    /// Without one: the page that was requested.
    pub next: Option<String>,
}

/// The state in the proof of a recovery.
#[derive(Serialize, Deserialize)]
pub struct PendingRecovery {
    pub return_to: ReturnTo,
    /// The browser that requested the email.
    pub browser: Option<String>,
}

impl SealedValue for PendingRecovery {
    const PURPOSE: Purpose = Purpose::Proof;
}

/// The part that the state of every proof has in common.
#[derive(Deserialize)]
struct ProofBrowser {
    browser: Option<String>,
}

impl SealedValue for ProofBrowser {
    const PURPOSE: Purpose = Purpose::Proof;
}

/// A recovery that this browser requested.
#[derive(Debug, Clone)]
pub struct WaitingRecovery {
    pub email: Email,
    /// Where the user continues.
    pub return_to: ReturnTo,
    /// Was the password set in another browser?
    pub done: bool,
}

/// The state of the page that waits for a registration.
#[derive(Debug)]
pub enum Continued {
    /// The address is not verified yet.
    Waiting,
    /// The user is signed in here as well, because they chose the password here.
    SignedIn(SignedIn, ReturnTo),
    /// The registration is complete: the user signs in.
    SignIn {
        email: Email,
        /// Where the user continues.
        return_to: ReturnTo,
        /// Was the address verified in another browser just now?
        proven: bool,
    },
}

impl Registration {
    /// Was this proof used in another browser? Always `false` for browsers other than the one that requested it.
    pub async fn is_done_elsewhere(&self, proof: ProofId, browser: &Browser) -> Result<bool, FlowError> {
        for kind in [ProofKind::SignUp, ProofKind::Recover] {
            let sealed = self.core.store.find_proof(proof, kind).await?.and_then(|proof| proof.sealed);
            let bound = sealed.and_then(|sealed| self.core.open_value::<ProofBrowser>(&sealed));
            if bound.is_some_and(|bound| is_here(browser, bound.browser.as_deref())) {
                return Ok(self.core.store.has_handover(proof).await?);
            }
        }
        Ok(false)
    }

    /// The recovery with this proof, used or not, if this browser requested it.
    pub async fn waiting_recovery(
        &self,
        proof: ProofId,
        browser: &Browser,
    ) -> Result<Option<WaitingRecovery>, FlowError> {
        let Some(proof) = self.core.store.find_proof(proof, ProofKind::Recover).await? else { return Ok(None) };
        let (Some(email), Some(return_to)) = (proof.email.clone(), self.recovery_returns_to(&proof, browser)) else {
            return Ok(None);
        };
        let done = self.core.store.has_handover(proof.id).await?;
        Ok(Some(WaitingRecovery { email, return_to, done }))
    }

    /// Where a recovery continues, if this browser requested it.
    pub fn recovery_returns_to(&self, proof: &Proof, browser: &Browser) -> Option<ReturnTo> {
        let pending: PendingRecovery = self.core.open_value(proof.sealed.as_deref()?)?;
        is_here(browser, pending.browser.as_deref()).then_some(pending.return_to)
    }

    /// The sealed sign-in that a registration belongs to, if this browser began the registration, whatever its state.
    pub async fn registration_returns_to(
        &self,
        proof: ProofId,
        browser: &Browser,
    ) -> Result<Option<String>, FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.and_then(|proof| proof.sealed);
        let pending = found.and_then(|sealed| self.open_sign_up(&sealed));
        let here = pending.filter(|pending| is_here(browser, pending.browser.as_deref()));
        Ok(here.and_then(|pending| pending.interaction))
    }

    /// Continues a registration on its waiting page. If the address was verified in another browser with the password
    /// of the registration, the user is signed in here too, once, because they chose the password here.
    ///
    /// # Errors
    /// [`Rejected::ProofOver`] in any other browser, and if there was no registration.
    pub async fn continue_sign_up(
        &self,
        proof: ProofId,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Continued, FlowError> {
        let found = self.core.store.find_proof(proof, ProofKind::SignUp).await?.ok_or(Rejected::ProofOver)?;
        let pending =
            found.sealed.as_deref().and_then(|sealed| self.open_sign_up(sealed)).ok_or(Rejected::ProofOver)?;
        if !is_here(browser, pending.browser.as_deref()) {
            return Err(Rejected::ProofOver.into());
        }
        if found.is_open(self.core.now()) {
            return Ok(Continued::Waiting);
        }
        let email = found.email.ok_or(Rejected::ProofOver)?;
        let return_to = ReturnTo { interaction: pending.interaction.clone(), next: None };
        let proven = self.core.store.has_handover(proof).await?;
        match self.take_over(proof, &pending, browser, device).await? {
            Some(signed_in) => Ok(Continued::SignedIn(signed_in, return_to)),
            None => Ok(Continued::SignIn { email, return_to, proven }),
        }
    }

    /// Signs in the user who registered here with a password, if another browser has just verified the address with it.
    async fn take_over(
        &self,
        proof: ProofId,
        pending: &PendingSignUp,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Option<SignedIn>, FlowError> {
        // Without a password this browser has proven nothing: the account belongs to the reader of the email.
        let Some(phc) = &pending.phc else { return Ok(None) };
        let mut tx = self.core.store.begin().await?;
        let Some(user) = tx.take_handover(proof, self.core.now()).await? else { return Ok(None) };
        tx.commit().await?;
        let Some(user) = self.core.store.find_user(user).await? else { return Ok(None) };
        match self
            .session_opening
            .finish_sign_in(user, Authentication::by(AuthMeans::Password), password_guard(phc), browser, device)
            .await
        {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(FlowError::Rejected(Rejected::CredentialGone)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

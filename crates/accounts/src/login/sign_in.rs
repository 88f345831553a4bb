//! Signing in with a password.

use crate::core::Core;
use crate::core::Device;
use crate::credentials::password_pool::PasswordCheck;
use crate::credentials::password_rules::normalise;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Accounts;
use crate::login::accounts::Browser;
use crate::login::finish_sign_in::SessionOpening;
use crate::login::finish_sign_in::SignedIn;
use crate::login::open_session::password_guard;
use crate::login::sign_up::Registration;
use crate::login::throttle::Throttles;
use std::sync::Arc;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::id::UserId;
use usher_domain::secret::Secret;
use usher_domain::user::UserStatus;
use usher_domain::user::authentication::{AuthMeans, Authentication};
use usher_domain::user::proof::ProofKind;

pub struct Attempt {
    pub email: String,
    pub password: Secret<String>,
}

/// Sign-in with a password.
pub struct PasswordSignIn {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub registration: Arc<Registration>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
}

impl PasswordSignIn {
    /// Signs a user in, and puts the new session first in the browser; or requests the second factor.
    ///
    /// An unknown address, a wrong password and a disabled user give the same result after the same time.
    ///
    /// # Errors
    /// [`Rejected::WrongCredentials`], [`Rejected::TooMany`], [`Rejected::Busy`].
    pub async fn sign_in(
        &self,
        attempt: Attempt,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let Ok(email) = Email::parse(&attempt.email) else {
            self.throttles.count_sign_in(&attempt.email, &device.source, None).await?;
            return Err(Rejected::WrongCredentials.into());
        };
        let accounts = self.accounts.accounts(browser).await?;
        let known = accounts
            .iter()
            .find(|account| account.user.email.as_ref() == Some(&email))
            .map(|account| account.session.id);
        self.throttles.count_sign_in(email.as_str(), &device.source, known).await?;
        let password = normalise(&attempt.password.expose().clone()).map_err(|_| Rejected::WrongCredentials)?;
        let found = self.core.store.find_password_by_email(&email).await?;
        let (user, phc) = found.map_or((None, None), |(user, phc)| (Some(user), phc));
        let verdict = self.core.password_pool.verify(password.clone(), phc.clone()).await?;
        let proven = match user.filter(|_| verdict.ok) {
            Some(id) => self.core.store.find_user(id).await?.filter(|user| user.status == UserStatus::Active),
            None => None,
        };
        let Some(proven) = proven else { return self.pending_sign_up(&email, password, user, device).await };
        let phc = self.refresh_hash(proven.id, password, phc, &verdict).await?;
        self.throttles.forgive_sign_in(email.as_str(), &device.source).await?;
        match self
            .session_opening
            .finish_sign_in(proven, Authentication::by(AuthMeans::Password), password_guard(&phc), browser, device)
            .await
        {
            Err(FlowError::Rejected(Rejected::CredentialGone)) => Err(Rejected::WrongCredentials.into()),
            arrived => arrived,
        }
    }

    /// After a failed sign-in: does the password belong to a pending registration? Checked whether or not there is
    /// such a user or registration, so that neither the result nor the time reveals which addresses are known.
    async fn pending_sign_up(
        &self,
        email: &Email,
        password: Secret<String>,
        user: Option<UserId>,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let proof = self.core.store.find_open_proof(email, ProofKind::SignUp, self.core.now()).await?;
        let waiting = proof
            .as_ref()
            .and_then(|proof| proof.sealed.as_deref())
            .and_then(|sealed| self.registration.open_sign_up(sealed));
        let verdict = self.core.password_pool.verify(password, waiting.and_then(|waiting| waiting.phc)).await?;
        if let Some(proof) = proof.filter(|_| verdict.ok) {
            return Ok(SignedIn::Unproven { proof: proof.id });
        }
        let mut event = self.core.event(EventKind::SIGN_IN_FAILED).with("source", device.source.clone());
        event.user_id = user;
        let mut tx = self.core.store.begin_single().await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Err(Rejected::WrongCredentials.into())
    }

    /// Rehashes a password if the parameters have changed, and returns the hash that is stored now.
    ///
    /// # Errors
    /// [`Rejected::WrongCredentials`] if the password was changed or deleted meanwhile.
    async fn refresh_hash(
        &self,
        user: UserId,
        password: Secret<String>,
        phc: Option<String>,
        verdict: &PasswordCheck,
    ) -> Result<String, FlowError> {
        let old = phc.unwrap_or_default();
        if !verdict.needs_rehash {
            return Ok(old);
        }
        let new = self.core.password_pool.hash(password.clone(), self.core.random.bytes()).await?;
        let mut tx = self.core.store.begin_single().await?;
        let rehashed = tx.rehash_password(user, &old, &new).await?;
        tx.commit().await?;
        if rehashed {
            return Ok(new);
        }
        // A simultaneous sign-in has rehashed it, or the password was changed.
        let stored = self.core.store.find_password(user).await?;
        let verdict = self.core.password_pool.verify(password, stored.clone()).await?;
        Ok(stored.filter(|_| verdict.ok).ok_or(Rejected::WrongCredentials)?)
    }
}

//! The last step of every sign-in: decides whether a second factor is required.

use crate::core::Core;
use crate::login::accounts::Accounts;
use crate::sealed_value::SealedValue;
use crate::security_emails::SecurityEmails;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

use crate::core::Device;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Browser, secret_hash};
use usher_domain::id::{CeremonyId, ProofId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::authentication::{Authentication, Method, SignInGuard};
use usher_keys::seal::Purpose;

/// How long a user may take between the first and the second factor.
const LIFETIME: Duration = Duration::from_mins(10);

/// The result of a sign-in step.
#[derive(Debug)]
pub enum SignedIn {
    /// The user is signed in; the browser's cookie has changed.
    As {
        session: SessionId,
        user: Box<User>,
        /// The sign-in method; `None` if it has no button, or if a signed-in user showed one more factor.
        method: Option<Method>,
    },
    /// A second factor is required; the user is not signed in yet.
    SecondFactor {
        /// The sign-in so far, sealed for this browser.
        pending: String,
    },
    /// The password belongs to a registration whose address is not verified yet.
    Unproven { proof: ProofId },
}

/// A sign-in that waits for its second factor: sealed into the page, bound to the browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// Identifies it for counting attempts.
    pub id: CeremonyId,
    pub user: UserId,
    pub authentication: Authentication,
    pub guard: SignInGuard,
    /// The session to step up, if the user is signed in already.
    pub session: Option<SessionId>,
    browser: String,
    expires_at: Timestamp,
}

impl SealedValue for PendingSignIn {
    const PURPOSE: Purpose = Purpose::PendingSignIn;

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

impl PendingSignIn {
    /// When the first factor was shown.
    pub fn began_at(&self) -> Timestamp {
        self.expires_at - LIFETIME
    }
}

/// The end of each sign-in: a second factor is asked for, or a session is opened.
pub struct SessionOpening {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub security_emails: Arc<SecurityEmails>,
}

impl SessionOpening {
    /// Completes a sign-in, or requests a second factor if the user has one and has shown one factor only. Every
    /// sign-in method ends here.
    ///
    /// A remembered browser is exempt from the second factor at a sign-in, but not when a signed-in user must
    /// authenticate again. The tokens then state that one factor was shown.
    ///
    /// # Errors
    /// [`Rejected::CredentialGone`] if the credential of the guard was removed, or the user was disabled, meanwhile.
    pub async fn finish_sign_in(
        &self,
        user: User,
        authentication: Authentication,
        guard: SignInGuard,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        if !authentication.is_two_factors()
            && self.core.store.find_factors(user.id).await?.ask_second_step()
            && !self.is_spared(&user, browser).await?
        {
            let pending = self.seal_pending(&user, authentication, guard, None, browser)?;
            return Ok(SignedIn::SecondFactor { pending });
        }
        let session = self.open_session(&user, &authentication, &guard, browser, device).await?;
        Ok(SignedIn::As { session, user: Box::new(user), method: authentication.method() })
    }

    pub fn seal_pending(
        &self,
        user: &User,
        authentication: Authentication,
        guard: SignInGuard,
        session: Option<SessionId>,
        browser: &mut Browser,
    ) -> Result<String, FlowError> {
        let now = self.core.now();
        let pending = PendingSignIn {
            id: CeremonyId::new(now, &*self.core.random),
            user: user.id,
            authentication,
            guard,
            session,
            browser: mark_hash(browser.mark_or_make(&*self.core.random)),
            expires_at: now + LIFETIME,
        };
        Ok(self.core.seal_value_text(&pending)?)
    }

    /// Opens a pending sign-in, in the browser that began it and before it expires.
    pub fn open_pending(&self, sealed: &str, browser: &Browser) -> Result<PendingSignIn, FlowError> {
        self.core.open_value_text_in(sealed, browser).ok_or_else(|| Rejected::InteractionOver.into())
    }

    /// Is this browser exempt from the user's second factor?
    async fn is_spared(&self, user: &User, browser: &Browser) -> Result<bool, FlowError> {
        let here = self.accounts.accounts(browser).await?;
        if here.iter().any(|account| account.live && account.user.id == user.id) {
            return Ok(false);
        }
        let hashes: Vec<_> = browser.remembered().map(secret_hash).collect();
        if hashes.is_empty() {
            return Ok(false);
        }
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        for hash in hashes {
            if tx.use_remembered(&hash, user.id, now).await? {
                tx.commit().await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

//! The one gate that every way in passes: does what the person showed suffice, or is a second step due?

use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Browser, secret_hash};
use crate::oauth::authorize::mark_hash;
use crate::usher::{Device, Usher};
use usher_domain::id::{CeremonyId, ProofId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::authentication::{Authentication, Guard, Method};
use usher_keys::seal::Purpose;

/// How long a person may take between the first step and the second.
const LIFETIME: Duration = Duration::from_mins(10);

/// What came of arriving.
#[derive(Debug)]
pub enum SignedIn {
    /// The person is signed in; the browser's cookie has changed.
    As {
        /// The session.
        session: SessionId,
        /// The user.
        user: Box<User>,
        /// The way in; none where it has no button, or where somebody who was in already showed one factor more.
        method: Option<Method>,
    },
    /// A second step is due; nobody is signed in yet.
    SecondFactor {
        /// The sign-in so far, sealed for this browser.
        pending: String,
    },
    /// The password is that of a registration whose address is not proven yet.
    Unproven {
        /// The proof that is due.
        proof: ProofId,
    },
}

/// A sign-in that waits for its second step: sealed into the page, bound to the browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PendingSignIn {
    /// Counts the tries.
    pub id: CeremonyId,
    pub user: UserId,
    pub authentication: Authentication,
    pub guard: Guard,
    /// The session that it is on top of, where somebody is signed in already.
    pub session: Option<SessionId>,
    browser: String,
    expires_at: Timestamp,
}

impl PendingSignIn {
    /// When the first step was taken.
    pub fn began_at(&self) -> Timestamp {
        self.expires_at - LIFETIME
    }
}

impl Usher {
    /// Lets a person in who has shown who they are, or asks for a second step where the user has one and has shown one
    /// factor only. Every way in ends here.
    ///
    /// A remembered browser spares its owner the second step at a sign-in, not where a person who is signed in has to show
    /// themselves again; and what the tokens say then is that one factor was shown.
    ///
    /// # Errors
    /// [`Rejected::CredentialGone`] if what the guard names fell, or the user was disabled, meanwhile.
    pub(crate) async fn finish_sign_in(
        &self,
        user: User,
        authentication: Authentication,
        guard: Guard,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        if !authentication.is_two_factors()
            && self.store.find_factors(user.id).await?.ask_second_step()
            && !self.is_spared(&user, browser).await?
        {
            let pending = self.seal_pending(&user, authentication, guard, None, browser)?;
            return Ok(SignedIn::SecondFactor { pending });
        }
        let session = self.open_session(&user, &authentication, &guard, browser, device).await?;
        let session = session.ok_or(Rejected::CredentialGone)?;
        Ok(SignedIn::As { session, user: Box::new(user), method: authentication.method() })
    }

    pub(crate) fn seal_pending(
        &self,
        user: &User,
        authentication: Authentication,
        guard: Guard,
        session: Option<SessionId>,
        browser: &mut Browser,
    ) -> Result<String, FlowError> {
        let now = self.now();
        let pending = PendingSignIn {
            id: CeremonyId::new(now, &*self.random),
            user: user.id,
            authentication,
            guard,
            session,
            browser: mark_hash(browser.mark_or_make(self)),
            expires_at: now + LIFETIME,
        };
        Ok(self.sealer.seal_text(Purpose::PendingSignIn, &serde_json::to_vec(&pending)?, &*self.random))
    }

    /// Opens a sign-in that waits, in the browser that began it and in time.
    pub(crate) fn open_pending(&self, sealed: &str, browser: &Browser) -> Result<PendingSignIn, FlowError> {
        let opened = self.sealer.open_text(Purpose::PendingSignIn, sealed).ok();
        let pending: Option<PendingSignIn> = opened.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let here = browser.mark().map(mark_hash);
        pending
            .filter(|pending| self.now() < pending.expires_at && here.as_ref() == Some(&pending.browser))
            .ok_or_else(|| Rejected::InteractionOver.into())
    }

    /// Does this browser spare the user the second step?
    async fn is_spared(&self, user: &User, browser: &Browser) -> Result<bool, FlowError> {
        let here = self.accounts(browser).await?;
        if here.iter().any(|account| account.live && account.user.id == user.id) {
            return Ok(false);
        }
        let (id, now) = (user.id, self.now());
        let hashes: Vec<_> = browser.remembered().map(secret_hash).collect();
        if hashes.is_empty() {
            return Ok(false);
        }
        let found = self.store.write(move |mut tx| {
            Box::pin(async move {
                for hash in hashes {
                    if tx.use_remembered(&hash, id, now).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            })
        });
        Ok(found.await?)
    }
}

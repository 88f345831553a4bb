//! A person signs in with a password.

use super::accounts::{Browser, secret_hash};
use super::error::{FlowError, Refused};
use super::password_pool::Verdict;
use super::password_rules::normalise;
use super::usher::{Device, Usher};
use crate::domain::email::Email;
use crate::domain::event::EventKind;
use crate::domain::id::{ProofId, SessionId, UserId};
use crate::domain::proof::ProofKind;
use crate::domain::secret::Secret;
use crate::domain::session::Session;
use crate::domain::user::{User, UserStatus};

/// Authentication by password alone (NIST SP 800-63B-4 §2.1).
const ACR: &str = "aal1";
/// Longest description of a browser kept.
const MAX_USER_AGENT: usize = 300;

/// What a person typed.
pub struct Attempt {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum SignedIn {
    /// The person is signed in; the browser's cookie has changed.
    As {
        /// The session.
        session: SessionId,
        /// The user.
        user: Box<User>,
    },
    /// The password is that of a registration whose address is not proven yet.
    Unproven {
        /// The proof that is due.
        proof: ProofId,
    },
}

impl Usher {
    /// Signs a person in, and puts the new session first in the browser.
    ///
    /// An unknown address, a wrong password and a disabled user look and last the same.
    ///
    /// # Errors
    /// [`Refused::WrongCredentials`], [`Refused::TooMany`], [`Refused::Busy`].
    pub async fn sign_in(
        &self,
        attempt: Attempt,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let Ok(email) = Email::parse(&attempt.email) else {
            self.count_sign_in(&attempt.email, &device.source, None).await?;
            return Err(Refused::WrongCredentials.into());
        };
        let accounts = self.accounts(browser).await?;
        let known = accounts.iter().find(|account| account.user.email == email).map(|account| account.session.id);
        self.count_sign_in(email.as_str(), &device.source, known).await?;
        let password = normalise(&attempt.password.expose().clone()).map_err(|_| Refused::WrongCredentials)?;
        let found = self.store.find_password_by_email(&email).await?;
        let (user, phc) = found.map_or((None, None), |(user, phc)| (Some(user), phc));
        let verdict = self.passwords.verify(password.clone(), phc.clone()).await?;
        let proven = match user.filter(|_| verdict.ok) {
            Some(id) => self.store.find_user(id).await?.filter(|user| user.status == UserStatus::Active),
            None => None,
        };
        let Some(proven) = proven else { return self.pending_sign_up(&email, password, user, device).await };
        let phc = self.refresh_hash(proven.id, password, phc, &verdict).await?;
        self.forgive_sign_in(email.as_str(), &device.source).await?;
        let session = self.open_session(&proven, phc, browser, device).await?.ok_or(Refused::WrongCredentials)?;
        Ok(SignedIn::As { session, user: Box::new(proven) })
    }

    /// The password lets nobody in: is it that of a registration that waits for its proof? Asked whether or not there is
    /// such a user or such a registration, so that nobody learns by the answer or by the clock which addresses are known.
    async fn pending_sign_up(
        &self,
        email: &Email,
        password: Secret<String>,
        user: Option<UserId>,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let proof = self.store.find_open_proof(email, ProofKind::SignUp, self.now()).await?;
        let waiting =
            proof.as_ref().and_then(|proof| proof.sealed.as_deref()).and_then(|sealed| self.open_sign_up(sealed));
        let verdict = self.passwords.verify(password, waiting.map(|waiting| waiting.phc)).await?;
        if let Some(proof) = proof.filter(|_| verdict.ok) {
            return Ok(SignedIn::Unproven { proof: proof.id });
        }
        let mut event = self.event(EventKind::SignInFailed).with("source", device.source.clone());
        event.user_id = user;
        self.store.write_single(move |mut tx| Box::pin(async move { tx.append(&event).await })).await?;
        Err(Refused::WrongCredentials.into())
    }

    /// Hashes a password anew where the cost has been raised since, and gives the hash that stands then.
    async fn refresh_hash(
        &self,
        user: UserId,
        password: Secret<String>,
        phc: Option<String>,
        verdict: &Verdict,
    ) -> Result<String, FlowError> {
        let old = phc.unwrap_or_default();
        if !verdict.needs_rehash {
            return Ok(old);
        }
        let new = self.passwords.hash(password, self.random.bytes()).await?;
        let fresh = new.clone();
        let work =
            self.store.write_single(move |mut tx| Box::pin(async move { tx.rehash_password(user, &old, &new).await }));
        work.await?;
        Ok(fresh)
    }

    /// Begins a session, or renews the one that this browser has for the user: a new secret either way.
    ///
    /// `phc` is the hash that the password was found to fit. `None` if it was changed, or the user disabled, meanwhile.
    pub(super) async fn open_session(
        &self,
        user: &User,
        phc: String,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<Option<SessionId>, FlowError> {
        let (now, secret) = (self.now(), self.random.token());
        let hash = secret_hash(&secret);
        let (earlier, others): (Vec<_>, Vec<_>) =
            self.accounts(browser).await?.into_iter().partition(|account| account.user.id == user.id);
        let earlier = earlier.into_iter().next();
        // Whatever else the cookie held is nobody's session: it was planted, or is long gone.
        browser.keep(&others);
        let user_agent = device
            .user_agent
            .as_ref()
            .map(|agent| agent.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect());
        let fresh = Session {
            id: SessionId::new(now, &*self.random),
            user_id: user.id,
            auth_time: now,
            amr: vec!["pwd".to_owned()],
            acr: ACR.to_owned(),
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now + self.config.session.idle,
            expires_at: now + self.config.session.absolute,
            ended_at: None,
            user_agent,
            source: Some(device.source.clone()),
        };
        let renewed = earlier.as_ref().filter(|account| account.live).map(|account| Session {
            auth_time: fresh.auth_time,
            amr: fresh.amr.clone(),
            acr: fresh.acr.clone(),
            idle_expires_at: fresh.idle_expires_at,
            ..account.session.clone()
        });
        let seen = self.see_browser(user, browser, device).await?;
        let usher = self.clone();
        let opened = self.store.write(move |mut tx| {
            Box::pin(async move {
                if !tx.password_stands(fresh.user_id, &phc).await? {
                    return Ok(None);
                }
                seen.remember(&mut tx).await?;
                if let Some(session) = renewed
                    && tx.reauthenticate_session(&session, &hash).await?
                {
                    let event = usher
                        .event(EventKind::SessionReauthenticated)
                        .with_user(session.user_id)
                        .with_session(session.id);
                    tx.append(&event).await?;
                    return Ok(Some(session.id));
                }
                tx.insert_session(&fresh, &hash).await?;
                let event = usher.event(EventKind::SessionCreated).with_user(fresh.user_id).with_session(fresh.id);
                tx.append(&event).await?;
                Ok(Some(fresh.id))
            })
        });
        let session = opened.await?;
        if session.is_some() {
            self.letter_bell.notify_one();
            browser.remember(secret);
        }
        Ok(session)
    }
}

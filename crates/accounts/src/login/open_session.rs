//! Opening a session, or renewing it after the user authenticated again.

use crate::login::finish_sign_in::SessionOpening;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::core::Device;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Account, Browser, secret_hash};
use usher_domain::event::EventKind;
use usher_domain::id::{SessionId, UserId};
use usher_domain::user::User;
use usher_domain::user::authentication::{Authentication, Method, SignInGuard};
use usher_domain::user::session::Session;
use usher_storage::{Result as Stored, Tx};

/// The longest `User-Agent` that is stored.
const MAX_USER_AGENT: usize = 300;

impl Device {
    /// The `User-Agent`, sanitized for storing and showing.
    pub fn described(&self) -> Option<String> {
        let tidy = |agent: &String| agent.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
        self.user_agent.as_ref().map(tidy)
    }
}

impl SessionOpening {
    /// Opens a session, or renews the one that this browser has for the user: with a new secret in both cases.
    ///
    /// Only [`SessionOpening::finish_sign_in`] and its continuations may call this.
    ///
    /// # Errors
    /// [`Rejected::CredentialGone`] if the credential of the guard was removed, or the user was disabled, meanwhile.
    pub async fn open_session(
        &self,
        user: &User,
        authentication: &Authentication,
        guard: &SignInGuard,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SessionId, FlowError> {
        let secret = self.core.random.token();
        let hash = secret_hash(&secret);
        let (earlier, others): (Vec<_>, Vec<_>) =
            self.accounts.accounts(browser).await?.into_iter().partition(|account| account.user.id == user.id);
        // All other secrets in the cookie belong to no session and are dropped.
        browser.keep(&others);
        let fresh = self.new_session(user, authentication, device);
        let renewed = earlier.first().filter(|account| account.live).map(|account| renewal(account, &fresh));
        let seen = self.see_browser(user, browser, device).await?;
        let mut tx = self.core.store.begin().await?;
        if !is_valid(&mut tx, user.id, guard).await? {
            return Err(Rejected::CredentialGone.into());
        }
        seen.remember(&mut tx).await?;
        let (session, kind) = match renewed {
            Some(renewed) if tx.reauthenticate_session(&renewed, &hash).await? => {
                (renewed, EventKind::SESSION_REAUTHENTICATED)
            }
            _ => {
                tx.insert_session(&fresh, &hash).await?;
                (fresh, EventKind::SESSION_CREATED)
            }
        };
        note_origin(&mut tx, session.id, guard).await?;
        let event = self.core.event(kind).with_user(user.id).with_session(session.id).with("amr", session.amr);
        let event = match authentication.method() {
            Some(Method::Provider(provider)) => event.with("provider", provider),
            _ => event,
        };
        tx.append(&event).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        browser.remember(secret);
        Ok(session.id)
    }

    fn new_session(&self, user: &User, authentication: &Authentication, device: &Device) -> Session {
        let now = self.core.now();
        Session {
            id: SessionId::new(now, &*self.core.random),
            user_id: user.id,
            auth_time: now,
            amr: authentication.amr(),
            acr: authentication.acr().to_owned(),
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now + self.core.config.session.idle,
            expires_at: now + self.core.config.session.absolute,
            ended_at: None,
            user_agent: device.described(),
            source: Some(device.source.clone()),
        }
    }
}

/// The guard of a sign-in by the password with this hash.
pub fn password_guard(phc: &str) -> SignInGuard {
    SignInGuard::Password(password_mark(phc))
}

/// The guard may be sent to the browser, sealed; the hash of a password never is.
fn password_mark(phc: &str) -> String {
    URL_SAFE_NO_PAD.encode(secret_hash(phc))
}

/// The session that this browser has for the user, with the new authentication.
fn renewal(account: &Account, fresh: &Session) -> Session {
    Session {
        auth_time: fresh.auth_time,
        amr: fresh.amr.clone(),
        acr: fresh.acr.clone(),
        idle_expires_at: fresh.idle_expires_at,
        ..account.session.clone()
    }
}

/// Records the identity that opened a session, so that the session ends when the provider revokes it.
async fn note_origin(tx: &mut Tx, session: SessionId, guard: &SignInGuard) -> Stored<()> {
    match guard {
        SignInGuard::Identity { id, sid } => tx.mark_session(session, *id, sid.as_deref()).await,
        _ => Ok(()),
    }
}

/// Is the credential of the sign-in still valid? It stays locked until the transaction ends.
async fn is_valid(tx: &mut Tx, user: UserId, guard: &SignInGuard) -> Stored<bool> {
    match guard {
        SignInGuard::Password(mark) => {
            Ok(tx.hold_password(user).await?.is_some_and(|phc| password_mark(&phc) == *mark))
        }
        SignInGuard::Passkey(id) => tx.hold_passkey(user, *id).await,
        SignInGuard::Identity { id, .. } => tx.hold_identity(user, *id).await,
        SignInGuard::User => tx.hold_user(user).await,
    }
}

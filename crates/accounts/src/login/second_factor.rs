//! The second factor: a code of the app, a recovery code or a passkey, after the first factor or on top of a session.

use crate::core::Core;
use crate::core::Device;
use crate::credentials::factors::FactorRules;
use crate::credentials::recovery_codes::RecoveryCodes;
use crate::credentials::totp::AuthenticatorApps;
use crate::credentials::totp::TotpTaken;
use crate::error::{CodeKind, FlowError, Rejected};
use crate::login::accounts::Accounts;
use crate::login::accounts::{Account, Browser, secret_hash};
use crate::login::finish_sign_in::SessionOpening;
use crate::login::finish_sign_in::{PendingSignIn, SignedIn};
use crate::login::throttle::Throttles;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::EventKind;
use usher_domain::id::{RememberedId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::authentication::{AuthMeans, Authentication, SignInGuard};
use usher_domain::user::factors::Factors;
use usher_domain::user::remembered::{LIFETIME, RememberedBrowser};
use usher_domain::user::{User, UserStatus};
use usher_mail::emails;
use usher_storage::system::throttles::Taken;

/// What the page of a second factor needs.
#[derive(Debug, Clone)]
pub struct SecondStep {
    pub user: User,
    pub factors: Factors,
}

/// The second step of a sign-in.
pub struct SecondFactors {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub authenticator_apps: Arc<AuthenticatorApps>,
    pub factor_rules: Arc<FactorRules>,
    pub recovery_codes: Arc<RecoveryCodes>,
    pub security_emails: Arc<SecurityEmails>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
}

impl SecondFactors {
    /// The data of a pending sign-in for its page.
    ///
    /// # Errors
    /// [`Rejected::InteractionOver`] if it has expired, belongs to another browser, or its user was deleted.
    pub async fn second_step(&self, pending: &str, browser: &Browser) -> Result<SecondStep, FlowError> {
        let pending = self.session_opening.open_pending(pending, browser)?;
        let user = self.user_of(&pending).await?;
        let factors = self.core.store.find_factors(user.id).await?;
        Ok(SecondStep { user, factors })
    }

    /// The session of a second factor that was completed in this browser already: in another tab, or before going back.
    pub async fn second_step_taken(&self, pending: &str, browser: &Browser) -> Result<Option<SessionId>, FlowError> {
        let Ok(pending) = self.session_opening.open_pending(pending, browser) else { return Ok(None) };
        let accounts = self.accounts.accounts(browser).await?;
        let taken = accounts.iter().find(|account| {
            account.live && account.user.id == pending.user && is_two_factors_since(account, pending.began_at())
        });
        Ok(taken.map(|account| account.session.id))
    }

    /// Begins a step-up of the signed-in user; returns the sealed state for its page.
    pub fn begin_step_up(&self, account: &Account, browser: &mut Browser) -> Result<String, FlowError> {
        let shown = Authentication::of_session(&account.session.amr);
        self.session_opening.seal_pending(&account.user, shown, SignInGuard::User, Some(account.session.id), browser)
    }

    /// Checks a code: six digits are one of the app, anything else is a recovery code. With `remember`, this browser
    /// is exempt from the second factor from now on.
    ///
    /// # Errors
    /// [`Rejected::WrongCode`], [`Rejected::TooMany`], [`Rejected::InteractionOver`].
    pub async fn give_code(
        &self,
        pending: &str,
        code: &str,
        remember: bool,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let pending = self.session_opening.open_pending(pending, browser)?;
        let user = self.user_of(&pending).await?;
        let known =
            self.accounts.accounts(browser).await?.iter().find(|one| one.user.id == user.id).map(|one| one.session.id);
        self.throttles.count_pending(pending.id).await?;
        if let Err(refused) = self.throttles.count_second_factor(user.id, known).await {
            self.email_about_guessing(&user).await?;
            return Err(refused);
        }
        let digits = code.chars().filter(|c| !c.is_whitespace()).all(|c| c.is_ascii_digit());
        let shown =
            if digits { self.take_totp(user.id, code).await } else { self.take_recovery_code(&user, code).await };
        if let Err(FlowError::Rejected(_)) = shown {
            self.record_failure(user.id, device).await?;
        }
        let means = shown?;
        self.throttles.forgive_second_factor(user.id, known).await?;
        self.complete(pending, user, means, remember, browser, device).await
    }

    async fn record_failure(&self, user: UserId, device: &Device) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::SECOND_FACTOR_FAILED).with_user(user);
        let mut tx = self.core.store.begin_single().await?;
        tx.append(&event.with("source", device.source.clone())).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn take_totp(&self, user: UserId, code: &str) -> Result<AuthMeans, FlowError> {
        match self.authenticator_apps.take_totp(user, code).await? {
            TotpTaken::Taken => Ok(AuthMeans::Totp),
            TotpTaken::UsedBefore => Err(Rejected::CodeUsed.into()),
            TotpTaken::Wrong => Err(Rejected::WrongCode(CodeKind::Authenticator).into()),
        }
    }

    async fn take_recovery_code(&self, user: &User, code: &str) -> Result<AuthMeans, FlowError> {
        let taken = self.recovery_codes.take_recovery_code(user, code).await?;
        if taken { Ok(AuthMeans::RecoveryCode) } else { Err(Rejected::WrongCode(CodeKind::Recovery).into()) }
    }

    /// Completes the second factor: opens a session, or steps up the existing one.
    pub async fn complete(
        &self,
        pending: PendingSignIn,
        user: User,
        means: AuthMeans,
        remember: bool,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let (session, method) = if let Some(id) = pending.session {
            let account = self.accounts.account_of(browser, id).await?.ok_or(Rejected::CredentialGone)?;
            if !self.factor_rules.step_up(&account.session, means, browser).await? {
                return Err(Rejected::CredentialGone.into());
            }
            (id, None)
        } else {
            let shown = pending.authentication.and(means);
            let opened = self.session_opening.open_session(&user, &shown, &pending.guard, browser, device).await?;
            (opened, shown.method())
        };
        if remember {
            self.remember_browser(&user, browser, device).await?;
        }
        Ok(SignedIn::As { session, user: Box::new(user), method })
    }

    pub async fn user_of(&self, pending: &PendingSignIn) -> Result<User, FlowError> {
        let user = self.core.store.find_user(pending.user).await?.filter(|user| user.status == UserStatus::Active);
        user.ok_or_else(|| Rejected::InteractionOver.into())
    }

    async fn remember_browser(&self, user: &User, browser: &mut Browser, device: &Device) -> Result<(), FlowError> {
        let (now, secret) = (self.core.now(), self.core.random.token());
        let remembered = RememberedBrowser {
            id: RememberedId::new(now, &*self.core.random),
            user_id: user.id,
            created_at: now,
            last_used_at: now,
            expires_at: now + LIFETIME,
            user_agent: device.described(),
            source: Some(device.source.clone()),
        };
        let mut tx = self.core.store.begin().await?;
        tx.insert_remembered(&remembered, &secret_hash(&secret)).await?;
        tx.append(&self.core.event(EventKind::BROWSER_REMEMBERED).with_user(user.id)).await?;
        tx.commit().await?;
        browser.hold(secret);
        Ok(())
    }

    /// Notifies the user, at most once a day, that somebody knows the password and guesses codes.
    async fn email_about_guessing(&self, user: &User) -> Result<(), FlowError> {
        const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
        let security_email = self.security_emails.notice(user, &emails::codes_guessed()).await?;
        let (bucket, now_ms) = (format!("second/told/{}", user.id), self.core.now().0.saturating_mul(1_000));
        let mut tx = self.core.store.begin().await?;
        if tx.take_from_bucket(&bucket, now_ms, DAY_MS, DAY_MS).await? == Taken::Yes {
            security_email.post(&mut tx).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }
}

/// Has the user shown two factors in this session since then?
fn is_two_factors_since(account: &Account, began_at: Timestamp) -> bool {
    account.session.auth_time > began_at && Authentication::of_session(&account.session.amr).is_two_factors()
}

//! Changing the factors other than a password: who may do it, and the side effects of every change.

use crate::core::Core;
use crate::credentials::standing::check_standing;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::Accounts;
use crate::login::accounts::{Account, Browser, secret_hash};
use crate::security_emails::PreparedNotice;
use crate::security_emails::SecurityEmails;
use std::sync::Arc;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{RememberedId, SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::authentication::{AAL2, AuthMeans, Authentication, acr_meets};
use usher_domain::user::factors::Factors;
use usher_domain::user::remembered::RememberedBrowser;
use usher_domain::user::session::Session;
use usher_mail::{EmailDraft, emails};
use usher_storage::{Result as Stored, Tx};

/// The checks and side effects of a change of factors, in its transaction: the user and session must still be valid;
/// its event and a security email are written, and no browser is exempt from the second factor any more.
pub struct FactorChange {
    user: UserId,
    /// `None` for a change by an administrator.
    session: Option<SessionId>,
    event: Event,
    security_email: Option<PreparedNotice>,
}

impl FactorChange {
    /// Must come first in the transaction: changes of one account run one after another.
    pub async fn check(&self, tx: &mut Tx, now: Timestamp) -> Result<(), FlowError> {
        match self.session {
            Some(session) => check_standing(tx, (self.user, session), now).await?,
            None => drop(tx.lock_user(self.user).await?),
        }
        Ok(())
    }

    pub async fn write(&self, tx: &mut Tx) -> Stored<()> {
        tx.append(&self.event).await?;
        if let Some(security_email) = &self.security_email {
            security_email.post(tx).await?;
        }
        tx.forget_all_remembered(self.user).await.map(drop)
    }
}

/// Who may change the factors of an account, and which factors a session has shown.
pub struct FactorRules {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub security_emails: Arc<SecurityEmails>,
}

impl FactorRules {
    /// Checks that the user authenticated recently, with two factors if the account has two, as changes of
    /// credentials, of the address and deleting the account require.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`] if they must authenticate again; [`Rejected::Frozen`].
    pub async fn check_factor_change(&self, account: &Account) -> Result<Factors, FlowError> {
        if account.user.factors_are_frozen(self.core.now()) {
            return Err(Rejected::Frozen.into());
        }
        let factors = self.core.store.find_factors(account.user.id).await?;
        if self.is_shown_well(account, &factors) { Ok(factors) } else { Err(Rejected::NotFresh.into()) }
    }

    /// Did the user authenticate recently, with two factors if the account has two?
    pub async fn is_well_shown(&self, account: &Account) -> Result<bool, FlowError> {
        Ok(self.is_shown_well(account, &self.core.store.find_factors(account.user.id).await?))
    }

    /// A browser that is exempt from the second factor is not exempt here.
    fn is_shown_well(&self, account: &Account, factors: &Factors) -> bool {
        account.is_fresh(self.core.now()) && (!factors.ask_second_step() || acr_meets(&account.session.acr, AAL2))
    }

    /// The factors of the signed-in user.
    pub async fn factors_of(&self, account: &Account) -> Result<Factors, FlowError> {
        Ok(self.core.store.find_factors(account.user.id).await?)
    }

    /// The browsers that are exempt from this user's second factor.
    pub async fn remembered_of(&self, account: &Account) -> Result<Vec<RememberedBrowser>, FlowError> {
        Ok(self.core.store.list_remembered(account.user.id, self.core.now()).await?)
    }

    /// Ends the exemption from the second factor of one browser, or of all.
    pub async fn forget_browser(&self, account: &Account, which: Option<RememberedId>) -> Result<(), FlowError> {
        let user = account.user.id;
        let event = self.core.event(EventKind::BROWSER_FORGOTTEN).with_user(user).with_session(account.session.id);
        let mut tx = self.core.store.begin().await?;
        let forgotten = match which {
            Some(id) => u64::from(tx.forget_remembered(user, id).await?),
            None => tx.forget_all_remembered(user).await?,
        };
        if forgotten > 0 {
            tx.append(&event).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Requires a passkey after the password, or no longer.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`].
    pub async fn want_second_step(&self, account: &Account, wanted: bool) -> Result<(), FlowError> {
        self.check_factor_change(account).await?;
        let (user, now) = (account.user.id, self.core.now());
        let session = account.session.id;
        let event = self.core.event(EventKind::SECOND_STEP_CHANGED).with("wanted", wanted);
        let event = event.with_user(user).with_session(session);
        let change = FactorChange { user, session: Some(session), event, security_email: None };
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, now).await?;
        tx.want_second_step(user, wanted, now).await?;
        change.write(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes every factor other than the password from a user who has lost them. For administrators, who have
    /// verified the user's identity.
    ///
    /// # Errors
    /// [`Rejected::LastWayIn`] if a passkey is the only sign-in method, and there is no address to send a new password
    /// to.
    pub async fn reset_factors(&self, user: &User) -> Result<(), FlowError> {
        let (id, now) = (user.id, self.core.now());
        let event = self.core.event(EventKind::FACTORS_RESET).with_user(id).with("by", "administrator");
        let security_email = Some(self.security_emails.notice(user, &emails::factors_reset()).await?);
        let change = FactorChange { user: id, session: None, event, security_email };
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, now).await?;
        let reachable = tx.find_user(id).await?.is_some_and(|user| user.email.is_some());
        if !reachable && !tx.count_ways_in(id).await?.can_spare_passkeys() {
            return Err(Rejected::LastWayIn.into());
        }
        tx.delete_totp(id).await?;
        tx.delete_passkeys_of(id).await?;
        tx.replace_recovery_codes(id, &[], now).await?;
        tx.want_second_step(id, false, now).await?;
        change.write(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// A change by the signed-in user, with its side effects.
    pub async fn factor_change(
        &self,
        account: &Account,
        kind: EventKind,
        factor: &'static str,
        draft: &EmailDraft,
    ) -> Result<FactorChange, FlowError> {
        let (user, session) = (account.user.id, account.session.id);
        let event = self.core.event(kind).with_user(user).with_session(session).with("factor", factor);
        let security_email = Some(self.security_emails.notice(&account.user, draft).await?);
        Ok(FactorChange { user, session: Some(session), event, security_email })
    }

    /// Gives a session a new secret, so that the old one is useless after the change.
    pub async fn renew_session(&self, account: &Account, browser: &mut Browser) -> Result<(), FlowError> {
        let secret = self.core.random.token();
        let mut tx = self.core.store.begin_single().await?;
        tx.replace_session_secret(account.session.id, &secret_hash(&secret)).await?;
        tx.commit().await?;
        browser.forget(account);
        browser.remember(secret);
        Ok(())
    }

    /// Records in the session that one more factor was shown, and gives it a new secret. `false` if the session has
    /// ended.
    pub async fn step_up(&self, session: &Session, means: AuthMeans, browser: &mut Browser) -> Result<bool, FlowError> {
        let (id, secret) = (session.id, self.core.random.token());
        let event = self.core.event(EventKind::SESSION_STEPPED_UP).with_user(session.user_id).with_session(id);
        let mut tx = self.core.store.begin().await?;
        // Factors that were shown meanwhile are kept.
        let Some(held) = tx.lock_session(id).await? else { return Ok(false) };
        let shown = Authentication::of_session(&held.amr).and(means);
        tx.step_up_session(id, &shown.amr(), shown.acr(), &secret_hash(&secret)).await?;
        tx.append(&event.with("amr", shown.amr())).await?;
        tx.commit().await?;
        if let Some(account) = self.accounts.accounts(browser).await?.into_iter().find(|one| one.session.id == id) {
            browser.forget(&account);
        }
        browser.remember(secret);
        Ok(true)
    }
}

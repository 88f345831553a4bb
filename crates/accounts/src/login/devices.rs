//! Known browsers: a sign-in from an unknown one is notified by email.

use crate::core::Device;
use crate::error::FlowError;
use crate::login::accounts::{Browser, secret_hash};
use crate::login::finish_sign_in::SessionOpening;
use crate::security_emails::PreparedNotice;
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::device::DeviceName;
use usher_mail::emails;
use usher_storage::Tx;

/// The browser of a sign-in, and the security email if it is unknown.
pub struct SeenBrowser {
    user: UserId,
    mark_hash: [u8; 32],
    now: Timestamp,
    security_email: Option<PreparedNotice>,
}

impl SessionOpening {
    /// Looks up the browser of a sign-in; [`SeenBrowser::remember`] belongs into the transaction of the sign-in.
    pub async fn see_browser(
        &self,
        user: &User,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SeenBrowser, FlowError> {
        let mark_hash = secret_hash(browser.mark_or_make(&*self.core.random));
        let familiarity = self.core.store.find_familiarity(user.id, &mark_hash).await?;
        let draft = || emails::new_device(DeviceName::from_user_agent(device.user_agent.as_deref()), &device.source);
        let security_email = if familiarity.deserves_an_email() {
            Some(self.security_emails.notice(user, &draft()).await?)
        } else {
            None
        };
        Ok(SeenBrowser { user: user.id, mark_hash, now: self.core.now(), security_email })
    }
}

impl SeenBrowser {
    /// Stores the browser, and queues the email.
    pub async fn remember(&self, tx: &mut Tx) -> usher_storage::Result<()> {
        tx.remember_browser(self.user, &self.mark_hash, self.now).await?;
        match &self.security_email {
            Some(security_email) => security_email.post(tx).await,
            None => Ok(()),
        }
    }
}

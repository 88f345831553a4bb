//! The browsers a user was seen in: of a sign-in with a strange one, the user is told.

use crate::error::FlowError;
use crate::login::accounts::{Browser, secret_hash};
use crate::security_emails::PreparedNotice;
use crate::usher::{Device, Usher};
use usher_domain::event::security_email::SecurityEmail;
use usher_domain::id::UserId;
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_domain::user::device::DeviceName;
use usher_storage::Tx;

/// A browser that signs a user in, and the letter where it is a strange one.
pub(crate) struct SeenBrowser {
    user: UserId,
    mark_hash: [u8; 32],
    now: Timestamp,
    notice: Option<PreparedNotice>,
}

impl Usher {
    /// Looks at the browser of a sign-in; [`SeenBrowser::remember`] is for the transaction of the sign-in.
    pub(crate) async fn see_browser(
        &self,
        user: &User,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SeenBrowser, FlowError> {
        let mark_hash = secret_hash(browser.mark_or_make(self));
        let familiarity = self.store.find_familiarity(user.id, &mark_hash).await?;
        let told = || SecurityEmail::NewDevice {
            device: DeviceName::from_user_agent(device.user_agent.as_deref()),
            network: device.source.clone(),
        };
        let notice = familiarity.deserves_a_letter().then(|| self.notice(user, &told())).transpose()?;
        Ok(SeenBrowser { user: user.id, mark_hash, now: self.now(), notice })
    }
}

impl SeenBrowser {
    /// Remembers the browser, and queues the letter.
    pub(crate) async fn remember(&self, tx: &mut Tx<'_>) -> usher_storage::Result<()> {
        tx.remember_browser(self.user, &self.mark_hash, self.now).await?;
        match &self.notice {
            Some(notice) => notice.post(tx).await,
            None => Ok(()),
        }
    }
}

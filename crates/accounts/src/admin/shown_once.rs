//! Secrets that are shown once: created by a form, carried sealed to the page that shows them, and used up there.
//!
//! The page may be loaded again, but shows the secret only once. The sealed value opens only in the browser and
//! session that requested it, on its page, and before it expires. It is recorded as used where passkey ceremonies are.

use crate::core::Core;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Account, Browser};
use usher_domain::id::{CeremonyId, SessionId};
use usher_domain::time::Timestamp;
use usher_keys::seal::Purpose;

/// A browser follows a redirect at once; nobody types this URL.
const LIFETIME: Duration = Duration::from_mins(2);

#[derive(Serialize, Deserialize)]
struct SealedShownSecret {
    id: CeremonyId,
    browser: String,
    session: SessionId,
    page: String,
    expires_at: Timestamp,
    secret: String,
}

impl SealedValue for SealedShownSecret {
    const PURPOSE: Purpose = Purpose::ShownOnce;

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

/// Secrets that are shown once.
pub struct ShownOnce {
    pub core: Arc<Core>,
}

impl ShownOnce {
    /// Seals a secret for the page that shows it to this account in this browser.
    ///
    /// # Errors
    /// If the value cannot be sealed.
    pub fn seal_to_show(
        &self,
        secret: &str,
        page: &str,
        account: &Account,
        browser: &mut Browser,
    ) -> Result<String, FlowError> {
        let now = self.core.now();
        let sealed = SealedShownSecret {
            id: CeremonyId::new(now, &*self.core.random),
            browser: mark_hash(browser.mark_or_make(&*self.core.random)),
            session: account.session.id,
            page: page.to_owned(),
            expires_at: now + LIFETIME,
            secret: secret.to_owned(),
        };
        Ok(self.core.seal_value_text(&sealed)?)
    }

    /// The secret, the first time that its page requests it; `None` afterwards, when it has expired, and for anybody
    /// else.
    pub async fn show_once(
        &self,
        sealed: &str,
        page: &str,
        account: &Account,
        browser: &Browser,
    ) -> Result<Option<String>, FlowError> {
        let opened: Option<SealedShownSecret> = self.core.open_value_text_in(sealed, browser);
        let ours = |one: &SealedShownSecret| one.session == account.session.id && one.page == page;
        let Some(one) = opened.filter(ours) else { return Ok(None) };
        let mut tx = self.core.store.begin_single().await?;
        let first = tx.spend_ceremony(one.id, one.expires_at).await?;
        tx.commit().await?;
        Ok(first.then_some(one.secret))
    }
}

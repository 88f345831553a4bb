//! Fixes of failed attempts: one change of the client's registration each.

use std::sync::Arc;

use super::queue::AttemptRecorder;
use usher_accounts::admin::clients::Clients;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::oauth::attempt::fix::{AttemptFix, fix_of};
use usher_domain::oauth::client::Client;

/// Fixes of failed attempts.
pub struct AttemptFixes {
    pub(crate) attempts: Arc<AttemptRecorder>,
    pub(crate) clients: Arc<Clients>,
}

impl AttemptFixes {
    /// Makes the change that mends an attempt of this client.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if the attempt does not exist, [`Rejected::Superseded`] if nothing is to be mended any more,
    /// [`Rejected::Metadata`] if the changed registration would be invalid.
    pub async fn fix_attempt(&self, client: &Client, id: &str) -> Result<AttemptFix, FlowError> {
        let attempt = self.attempts.load_attempt(&client.id, id).await?;
        let fix = fix_of(&attempt, client).ok_or(Rejected::Superseded)?;
        match &fix {
            AttemptFix::EnableClient => self.clients.set_client_disabled(&client.id, false).await.map(drop)?,
            change => self.clients.edit_client(&client.id, |metadata| change.applied(metadata)).await.map(drop)?,
        }
        Ok(fix)
    }
}

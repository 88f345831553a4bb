//! Starting a sign-in at a provider.

use crate::upstream::callback::UpstreamSignIn;
use std::time::Duration;

use url::Url;

use super::{UpstreamFault, UpstreamIntent, UpstreamState};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Browser, secret_hash};
use usher_domain::provider::ProviderId;
use usher_upstream::StartRequest;

/// How long a user may take at the provider.
const LIFETIME: Duration = Duration::from_mins(10);

impl UpstreamSignIn {
    /// The URL to which the browser is sent for a sign-in at a provider.
    ///
    /// In a browser that has been signed in here, the provider is asked to let the user choose an account: otherwise
    /// signing out would have no visible effect, and authenticating again would be a mere redirect.
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`], or the error of fetching the provider's metadata.
    pub async fn start(
        &self,
        provider: &ProviderId,
        intent: UpstreamIntent,
        login_hint: Option<String>,
        browser: &mut Browser,
    ) -> Result<Url, UpstreamFault> {
        let upstream = self.providers.provider(provider).await?;
        // The user signed out, authenticates again, or switches accounts.
        let was_here = !self.accounts.accounts(browser).await?.is_empty();
        let departure = StartRequest {
            redirect_uri: self.providers.upstream_callback(provider),
            login_hint,
            fresh_choice: was_here || matches!(intent, UpstreamIntent::Link { .. }),
            ..StartRequest::default()
        };
        let departed = upstream.start(&departure).await;
        let (url, kept) = departed.inspect_err(|error| {
            tracing::warn!(upstream.provider = %provider, "upstream: nobody was sent there: {error}");
        })?;
        let hash = secret_hash(&kept.state);
        let state = UpstreamState { kept, intent, browser: mark_hash(browser.mark_or_make(&*self.core.random)) };
        let sealed = self.core.seal_value(&state).map_err(crate::error::FlowError::from)?;
        let expires_at = self.core.now() + LIFETIME;
        let mut tx = self.core.store.begin_single().await?;
        tx.insert_upstream_state(&hash, &sealed, expires_at).await?;
        tx.commit().await?;
        Ok(url)
    }
}

//! The providers of the configuration file, applied at every start.
//!
//! They are changed in the file only; those removed from the file are deleted. Providers that were added by a command
//! or in the console do not change, unless the file contains one of the same id.

use anyhow::Context as _;

use usher_accounts::upstream::NewProvider;
use usher_flows::Usher;

/// Replaces the managed providers by those of the file.
///
/// # Errors
/// A message for the operator: a URL that must not be called.
pub async fn apply(usher: &Usher) -> anyhow::Result<()> {
    let wanted = &usher.core.config.providers;
    for provider in wanted {
        let (settings, secret) = (provider.settings.clone(), provider.secret.clone());
        let put = usher.providers.put_provider(NewProvider { settings, secret, managed: true }).await;
        put.with_context(|| format!("{}: provider {}", provider.origin, provider.settings.id))?;
    }
    for known in usher.providers.list_providers().await?.iter().filter(|known| known.managed) {
        let id = &known.settings.id;
        if !wanted.iter().any(|wanted| wanted.settings.id == *id) {
            usher.providers.delete_provider(id, true).await?;
            tracing::info!(provider = id.as_str(), "the provider has gone from the configuration, and is removed");
        }
    }
    Ok(())
}

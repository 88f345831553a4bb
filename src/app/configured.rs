//! The providers of the configuration file, put in place at every start.
//!
//! What stands there is changed only there; what has gone from there goes here too. Providers that were added by a
//! command or in the console are left alone, unless the file names one of the same id.

use anyhow::Context as _;

use usher_flows::Usher;
use usher_flows::upstream::NewProvider;

/// Makes the managed providers those of the file.
///
/// # Errors
/// In words for whoever starts Usher: an address that may not be called from here.
pub async fn apply(usher: &Usher) -> anyhow::Result<()> {
    let wanted = &usher.config.providers;
    for provider in wanted {
        let (settings, secret) = (provider.settings.clone(), provider.secret.clone());
        let put = usher.put_provider(NewProvider { settings, secret, managed: true }).await;
        put.with_context(|| format!("{}: provider {}", provider.origin, provider.settings.id))?;
    }
    for known in usher.list_providers().await?.iter().filter(|known| known.managed) {
        let id = &known.settings.id;
        if !wanted.iter().any(|wanted| wanted.settings.id == *id) {
            usher.delete_provider(id, true).await?;
            tracing::info!(provider = id.as_str(), "the provider has gone from the configuration, and is removed");
        }
    }
    Ok(())
}

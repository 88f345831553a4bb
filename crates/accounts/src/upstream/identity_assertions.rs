//! Which providers are trusted with identity assertions (ID-JAG), and that one of them signed an assertion.

use super::UpstreamFault;
use super::providers::Providers;
use usher_domain::provider::ProviderSettings;
use usher_protocol::id_jag::IdJagFault;
use usher_protocol::jose::foreign_jws::ForeignJws;
use usher_upstream::{SignedIdentityAssertion, UpstreamError};

/// An assertion of a trusted provider.
#[derive(Debug)]
pub struct TrustedAssertion {
    /// The settings of the provider.
    pub provider: ProviderSettings,
    pub signed: SignedIdentityAssertion,
}

impl Providers {
    /// Verifies that an enabled provider with `identity_assertions` issued and signed an assertion. Nothing is fetched for an
    /// issuer that is no such provider.
    ///
    /// # Errors
    /// The fault, inside; or an error of the database.
    pub async fn verify_assertion(&self, token: &str) -> Result<Result<TrustedAssertion, IdJagFault>, UpstreamFault> {
        let jws = ForeignJws::parse(token).ok();
        let issuer = jws.as_ref().and_then(|jws| jws.claims.get("iss")?.as_str());
        let Some(issuer) = issuer else { return Ok(Err(IdJagFault::Unreadable)) };
        if issuer == self.core.issuer() {
            return Ok(Err(IdJagFault::OwnIssuer));
        }
        let trusted = |settings: &ProviderSettings| {
            settings.enabled && settings.identity_assertions && settings.issuer.as_deref() == Some(issuer)
        };
        let all = self.core.store.list_providers().await?;
        let Some(settings) = all.into_iter().map(|one| one.settings).find(trusted) else {
            return Ok(Err(IdJagFault::UntrustedIssuer));
        };
        let provider = self.provider(&settings.id).await?;
        match provider.assertion(token).await {
            Ok(signed) => Ok(Ok(TrustedAssertion { provider: settings, signed })),
            Err(error) => {
                tracing::info!(provider = %settings.id, "an identity assertion was refused: {error}");
                let unavailable = matches!(error, UpstreamError::Unavailable(_));
                Ok(Err(if unavailable { IdJagFault::Unavailable } else { IdJagFault::Signature }))
            }
        }
    }
}

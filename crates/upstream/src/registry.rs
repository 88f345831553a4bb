//! From settings to a provider: one row for each kind. A provider is built once and kept while settings and secret
//! stay.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::error::UpstreamError;
use super::provider_context::ProviderContext;
use super::providers::apple::Apple;
use super::providers::facebook::Facebook;
use super::providers::github::Github;
use super::providers::google::Google;
use super::providers::microsoft::Microsoft;
use super::providers::oauth2::Oauth2;
use super::providers::oidc::Oidc;
use super::providers::x::X;
use super::step_deadline::WithStepDeadline;
use super::{Deps, Provider};
use usher_domain::provider::{ProviderFault, ProviderId, ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;
use usher_http_client::Outbound;

struct BuiltProvider {
    settings: ProviderSettings,
    secret: Option<Secret<String>>,
    provider: Arc<dyn Provider>,
}

/// All providers of the installation.
pub struct Registry {
    around: Deps,
    built: Mutex<HashMap<ProviderId, BuiltProvider>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}

impl Registry {
    /// A registry with these dependencies.
    pub fn new(around: Deps) -> Self {
        Self { around, built: Mutex::default() }
    }

    /// The HTTP client, for other callers.
    pub const fn outbound(&self) -> &Outbound {
        &self.around.outbound
    }

    /// The provider with these settings: the same one, with its caches, while they stay the same.
    pub fn provider(&self, settings: &ProviderSettings, secret: Option<&Secret<String>>) -> Arc<dyn Provider> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = built.get(&settings.id)
            && known.settings == *settings
            && known.secret.as_ref() == secret
        {
            return Arc::clone(&known.provider);
        }
        let provider = build(ProviderContext::new(settings.clone(), secret.cloned(), self.around.clone()));
        let kept =
            BuiltProvider { settings: settings.clone(), secret: secret.cloned(), provider: Arc::clone(&provider) };
        built.insert(settings.id.clone(), kept);
        provider
    }

    /// Checks settings that are saved: by themselves, and whether their URLs may be called.
    ///
    /// # Errors
    /// All errors, each with its field.
    pub fn check(&self, settings: &ProviderSettings) -> Result<(), Vec<ProviderFault>> {
        settings.check()?;
        let called = [
            ("base_url", settings.base_url.as_deref()),
            ("issuer", settings.issuer.as_deref().filter(|_| settings.kind == ProviderKind::Oidc)),
            ("token_url", settings.token_url.as_deref()),
            ("userinfo_url", settings.userinfo_url.as_deref()),
            ("jwks_url", settings.jwks_url.as_deref()),
            ("emails.url", settings.emails.as_ref().map(|list| list.url.as_str())),
        ];
        let closed = |url: &str| Url::parse(url).map_or(true, |url| self.around.outbound.may_call(&url).is_err());
        let faults: Vec<ProviderFault> = called
            .into_iter()
            .filter(|(_, url)| url.is_some_and(closed))
            .map(|(field, _)| ProviderFault { field, why: "may not be called: it is not a public https address" })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

impl Registry {
    /// Checks that the provider's metadata name the configured issuer, for settings that are saved. A provider that is
    /// unreachable or has no metadata is accepted.
    ///
    /// # Errors
    /// The field with the URL, if the metadata name another issuer or an internal address (OpenID Connect Discovery
    /// §4.3).
    pub async fn introduce(&self, settings: &ProviderSettings) -> Result<(), Vec<ProviderFault>> {
        let provider = build(ProviderContext::new(settings.clone(), None, self.around.clone()));
        let Err(error) = provider.introduce().await else { return Ok(()) };
        // A slow provider may be configured correctly.
        if !matches!(error, UpstreamError::Misconfigured(_)) {
            return Ok(());
        }
        let field = if settings.kind == ProviderKind::Oidc { "issuer" } else { "base_url" };
        Err(vec![ProviderFault {
            field,
            why: "is not whose metadata are found there, or they lead where nobody may call",
        }])
    }
}

fn build(provider_context: ProviderContext) -> Arc<dyn Provider> {
    let patience = provider_context.outbound().timeout();
    match provider_context.settings.kind {
        ProviderKind::Google => Arc::new(WithStepDeadline::new(Google::new(provider_context), patience)),
        ProviderKind::Facebook => Arc::new(WithStepDeadline::new(Facebook::new(provider_context), patience)),
        ProviderKind::X => Arc::new(WithStepDeadline::new(X::new(provider_context), patience)),
        ProviderKind::Github => Arc::new(WithStepDeadline::new(Github::new(provider_context), patience)),
        ProviderKind::Apple => Arc::new(WithStepDeadline::new(Apple::new(provider_context), patience)),
        ProviderKind::Microsoft => Arc::new(WithStepDeadline::new(Microsoft::new(provider_context), patience)),
        ProviderKind::Oidc => Arc::new(WithStepDeadline::new(Oidc::new(provider_context), patience)),
        ProviderKind::Oauth2 => Arc::new(WithStepDeadline::new(Oauth2::new(provider_context), patience)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::surroundings;
    use super::*;

    #[test]
    fn a_provider_is_kept_until_its_settings_or_its_secret_change() {
        let registry = Registry::new(surroundings());
        let settings = ProviderSettings::new("g".parse().unwrap(), ProviderKind::Google, "us");
        let one = registry.provider(&settings, Some(&Secret::from("a")));
        assert!(Arc::ptr_eq(&one, &registry.provider(&settings, Some(&Secret::from("a")))));
        assert!(!Arc::ptr_eq(&one, &registry.provider(&settings, Some(&Secret::from("b")))));
        let changed = ProviderSettings { hd: Some("*".into()), ..settings };
        assert!(!Arc::ptr_eq(&one, &registry.provider(&changed, Some(&Secret::from("a")))));
    }

    #[test]
    fn an_address_inside_is_refused_when_it_is_saved() {
        let registry = Registry::new(surroundings());
        let with = |issuer: &str| ProviderSettings {
            label: Some("Works".into()),
            issuer: Some(issuer.into()),
            ..ProviderSettings::new("works".parse().unwrap(), ProviderKind::Oidc, "us")
        };
        assert_eq!(registry.check(&with("https://op.test")), Ok(()));
        for inside in ["https://10.0.0.1", "https://169.254.169.254", "https://metadata.google.internal"] {
            assert_eq!(registry.check(&with(inside)).unwrap_err()[0].field, "issuer", "{inside}");
        }
    }
}

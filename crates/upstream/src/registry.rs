//! From settings to a provider. A provider is connected once and kept while settings and secret stay.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::connector::Connector;
use super::error::UpstreamError;
use super::provider_context::ProviderContext;
use super::step_deadline::WithStepDeadline;
use super::{Deps, Provider};
use usher_domain::provider::setting::ISSUER;
use usher_domain::provider::{ProviderFault, ProviderId, ProviderKinds, ProviderSettings};
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
    connectors: Vec<&'static Connector>,
    kinds: ProviderKinds,
    built: Mutex<HashMap<ProviderId, BuiltProvider>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}

impl Registry {
    /// A registry of these kinds; of [`CONNECTORS`](super::CONNECTORS) in production.
    pub fn new(around: Deps, connectors: &[&'static Connector]) -> Self {
        let kinds = connectors.iter().map(|connector| connector.kind).collect();
        Self { around, connectors: connectors.to_vec(), kinds, built: Mutex::default() }
    }

    /// The kinds of providers that can be configured.
    pub const fn kinds(&self) -> &ProviderKinds {
        &self.kinds
    }

    /// The HTTP client, for other callers.
    pub const fn outbound(&self) -> &Outbound {
        &self.around.outbound
    }

    /// The provider with these settings: the same one, with its caches, while they stay the same.
    pub fn provider(
        &self,
        settings: &ProviderSettings,
        secret: Option<&Secret<String>>,
    ) -> Result<Arc<dyn Provider>, UpstreamError> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = built.get(&settings.id)
            && known.settings == *settings
            && known.secret.as_ref() == secret
        {
            return Ok(Arc::clone(&known.provider));
        }
        let provider: Arc<dyn Provider> = Arc::new(self.connect(settings, secret)?);
        let kept =
            BuiltProvider { settings: settings.clone(), secret: secret.cloned(), provider: Arc::clone(&provider) };
        built.insert(settings.id.clone(), kept);
        Ok(provider)
    }

    fn connect(
        &self,
        settings: &ProviderSettings,
        secret: Option<&Secret<String>>,
    ) -> Result<WithStepDeadline, UpstreamError> {
        let of_kind = |connector: &&&Connector| connector.kind.name == settings.kind.as_str();
        let connector = self.connectors.iter().find(of_kind);
        let connector = connector.ok_or_else(|| UpstreamError::misconfigured("this server does not know its kind"))?;
        let context = ProviderContext::new(connector.kind, settings.clone(), secret.cloned(), self.around.clone());
        let patience = self.around.outbound.timeout();
        Ok(WithStepDeadline::new((connector.connect)(context), patience))
    }

    /// Checks settings that are saved: by themselves, and whether their URLs may be called.
    ///
    /// # Errors
    /// All errors, each with its field.
    pub fn check(&self, settings: &ProviderSettings) -> Result<(), Vec<ProviderFault>> {
        self.kinds.check(settings)?;
        let calls_issuer = self.metadata_at(settings) == ISSUER.name;
        let called = [
            ("base_url", settings.base_url.as_deref()),
            ("issuer", settings.issuer.as_deref().filter(|_| calls_issuer)),
            ("token_url", settings.token_url.as_deref()),
            ("userinfo_url", settings.userinfo_url.as_deref()),
            ("jwks_url", settings.jwks_url.as_deref()),
            ("emails.url", settings.emails.as_ref().map(|list| list.url.as_str())),
        ];
        let closed = |url: &str| Url::parse(url).map_or(true, |url| self.around.outbound.may_call(&url).is_err());
        let faults: Vec<ProviderFault> = called
            .into_iter()
            .filter(|(_, url)| url.is_some_and(closed))
            .map(|(field, _)| ProviderFault::new(field, "may not be called: it is not a public https address"))
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
        let Ok(provider) = self.connect(settings, None) else { return Ok(()) };
        let Err(error) = provider.introduce().await else { return Ok(()) };
        // A slow provider may be configured correctly.
        if !matches!(error, UpstreamError::Misconfigured(_)) {
            return Ok(());
        }
        let why = "is not whose metadata are found there, or they lead where nobody may call";
        Err(vec![ProviderFault::new(self.metadata_at(settings), why)])
    }

    /// The setting with the URL below which a provider's metadata is.
    fn metadata_at(&self, settings: &ProviderSettings) -> &'static str {
        let setting = self.kinds.of(settings).ok().and_then(|kind| kind.metadata_at);
        setting.map_or("kind", |setting| setting.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{CONNECTORS, google, oidc};
    use crate::testing::deps;

    #[test]
    fn a_provider_is_kept_until_its_settings_or_its_secret_change() {
        let registry = Registry::new(deps(), CONNECTORS);
        let settings = ProviderSettings::new("g".parse().unwrap(), &google::KIND, "us");
        let provider = |settings, secret| registry.provider(settings, Some(&Secret::from(secret))).unwrap();
        let one = provider(&settings, "a");
        assert!(Arc::ptr_eq(&one, &provider(&settings, "a")));
        assert!(!Arc::ptr_eq(&one, &provider(&settings, "b")));
        let changed = settings.clone().with(&google::HD, "*");
        assert!(!Arc::ptr_eq(&one, &provider(&changed, "a")));
    }

    #[test]
    fn an_address_inside_is_refused_when_it_is_saved() {
        let registry = Registry::new(deps(), CONNECTORS);
        let with = |issuer: &str| ProviderSettings {
            label: Some("Works".into()),
            issuer: Some(issuer.into()),
            ..ProviderSettings::new("works".parse().unwrap(), &oidc::KIND, "us")
        };
        assert_eq!(registry.check(&with("https://op.test")), Ok(()));
        for inside in ["https://10.0.0.1", "https://169.254.169.254", "https://metadata.google.internal"] {
            assert_eq!(registry.check(&with(inside)).unwrap_err()[0].field, "issuer", "{inside}");
        }
    }
}

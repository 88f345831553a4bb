//! The configured providers. They are read from the database each time, so that a change takes effect at once on every
//! instance.

use crate::core::Core;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::sync::Arc;
use usher_domain::urls::UpstreamUrls;
use usher_http_client::Outbound;
use usher_upstream::Registry;

use super::UpstreamFault;
use crate::error::{FlowError, Rejected};
use usher_domain::event::EventKind;
use usher_domain::provider::{ProviderFault, ProviderId, ProviderKind, ProviderKinds, ProviderSettings};
use usher_domain::secret::Secret;
use usher_domain::user::identity::Vouched;
use usher_keys::seal::Purpose;
use usher_storage::providers::StoredProvider;
use usher_upstream::{CheckedStep, Provider};

/// How often a provider may change while a change of it is prepared.
const TRIES: usize = 5;

/// A provider to add or change.
#[derive(Clone)]
pub struct NewProvider {
    /// Its settings.
    pub settings: ProviderSettings,
    /// Its secret; `None` keeps the stored one.
    pub secret: Option<Secret<String>>,
    /// Is it defined in the configuration file?
    pub managed: bool,
}

/// A provider for its sign-in button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInProvider {
    /// Its id in URLs.
    pub id: ProviderId,
    /// The name of its kind.
    pub kind: String,
    /// The display name.
    pub name: String,
    /// May it create accounts?
    pub sign_up: bool,
}

/// Upstream providers and their settings.
pub struct Providers {
    pub core: Arc<Core>,
    /// The providers in use.
    pub registry: Registry,
}

impl Providers {
    /// The redirect URI of a provider.
    pub fn upstream_callback(&self, provider: &ProviderId) -> String {
        self.core.config.server.issuer.at(&UpstreamUrls::of(provider).callback())
    }

    /// The client for all outgoing calls.
    pub fn outbound(&self) -> &Outbound {
        self.registry.outbound()
    }

    /// The kinds of providers that can be configured.
    pub const fn kinds(&self) -> &ProviderKinds {
        self.registry.kinds()
    }

    /// The name of one of these providers; its id if it is not among them.
    pub fn name_of(&self, all: &[StoredProvider], id: &ProviderId) -> String {
        let known = all.iter().find(|one| one.settings.id == *id);
        known.map_or(id.as_str(), |one| self.kinds().button(&one.settings)).to_owned()
    }

    /// The enabled providers: by kind, the best known first, and by name within a kind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn offered_providers(&self) -> Result<Vec<SignInProvider>, FlowError> {
        let (all, kinds) = (self.core.store.list_providers().await?, self.kinds());
        let offered = all.into_iter().map(|one| one.settings).filter(|settings| settings.enabled);
        let mut offered: Vec<ProviderSettings> = offered.filter(|settings| kinds.rank(settings).is_some()).collect();
        offered.sort_by_key(|settings| kinds.rank(settings));
        let view = |one: ProviderSettings| SignInProvider {
            name: kinds.button(&one).to_owned(),
            kind: one.kind.as_str().to_owned(),
            sign_up: one.sign_up,
            id: one.id,
        };
        Ok(offered.into_iter().map(view).collect())
    }

    /// Every provider, for administrators.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_providers(&self) -> Result<Vec<StoredProvider>, FlowError> {
        Ok(self.core.store.list_providers().await?)
    }

    /// One provider, for administrators.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_provider(&self, id: &ProviderId) -> Result<StoredProvider, FlowError> {
        Ok(self.core.store.find_provider(id).await?.ok_or(Rejected::NotFound("provider"))?)
    }

    /// Adds or changes a provider; returns whether it existed before. Nothing is written if nothing changes.
    ///
    /// # Errors
    /// [`Rejected::Provider`] with the faults of the settings or of the provider's metadata; a secret that would be
    /// sent to another host than before must be given again. [`Rejected::Superseded`] if other requests keep changing
    /// it.
    pub async fn put_provider(&self, new: NewProvider) -> Result<bool, FlowError> {
        for _ in 0..TRIES {
            let known = self.core.store.find_provider(&new.settings.id).await?;
            let replaced = known.is_some();
            if self.replace_provider(known, new.clone()).await? {
                return Ok(replaced);
            }
        }
        Err(Rejected::Superseded.into())
    }

    /// Changes the settings of a provider as they are stored now, and its secret if one is given. What `change` refuses
    /// is returned as it is.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], and those of [`Usher::put_provider`].
    pub async fn change_provider<E>(
        &self,
        id: &ProviderId,
        secret: Option<Secret<String>>,
        change: impl Fn(ProviderSettings) -> Result<ProviderSettings, E>,
    ) -> Result<Result<(), E>, FlowError> {
        for _ in 0..TRIES {
            let known = self.load_provider(id).await?;
            let settings = match change(known.settings.clone()) {
                Ok(settings) => settings,
                Err(refused) => return Ok(Err(refused)),
            };
            let new = NewProvider { settings, secret: secret.clone(), managed: false };
            if self.replace_provider(Some(known), new).await? {
                return Ok(Ok(()));
            }
        }
        Err(Rejected::Superseded.into())
    }

    /// Writes the provider, unless it is no longer the one that was known: then `false`.
    async fn replace_provider(&self, known: Option<StoredProvider>, new: NewProvider) -> Result<bool, FlowError> {
        let kind = self.kinds().of(&new.settings);
        let kind = kind.map_err(|unknown| Rejected::Provider(vec![ProviderFault::new("kind", unknown.to_string())]))?;
        let new = NewProvider { settings: kind.canonical(new.settings), ..new };
        let Some(provider) = self.prepare_provider(kind, &new, known.as_ref()).await? else { return Ok(true) };
        let event = self.core.event(EventKind::PROVIDER_CHANGED).with("provider", new.settings.id.as_str());
        let mut tx = self.core.store.begin().await?;
        let written = tx.replace_provider(known.as_ref(), &provider).await?;
        if written {
            tx.append(&event).await?;
            tx.commit().await?;
        }
        Ok(written)
    }

    /// The new provider, computed from the request and the stored one. `None` if nothing changes.
    async fn prepare_provider(
        &self,
        kind: &ProviderKind,
        new: &NewProvider,
        known: Option<&StoredProvider>,
    ) -> Result<Option<StoredProvider>, FlowError> {
        let settings = new.settings.clone();
        if known.is_some_and(|known| known.managed && !new.managed) {
            return Err(Rejected::ManagedByFile.into());
        }
        self.registry.check(&settings).map_err(Rejected::Provider)?;
        if known.is_some_and(|known| {
            known.settings == settings && known.managed == new.managed && self.keeps_secret(known, new.secret.as_ref())
        }) {
            return Ok(None);
        }
        let kept = known.filter(|known| !kind.sends_secret_elsewhere(&settings, &known.settings));
        let secret = match &new.secret {
            Some(secret) => {
                Some(self.core.sealer.seal(Purpose::UpstreamSecret, secret.expose().as_bytes(), &*self.core.random))
            }
            None => kept.and_then(|known| known.secret.clone()),
        };
        if secret.is_none() && kind.needs_secret(&settings) {
            return Err(Rejected::Missing("client_secret").into());
        }
        // A server that starts with providers in its configuration file does not wait for their metadata.
        if kept.is_none() && !new.managed {
            self.registry.introduce(&settings).await.map_err(Rejected::Provider)?;
        }
        Ok(Some(StoredProvider { settings, secret, managed: new.managed, updated_at: self.core.now() }))
    }

    /// Is the secret unchanged or absent?
    fn keeps_secret(&self, known: &StoredProvider, given: Option<&Secret<String>>) -> bool {
        given.is_none_or(|given| self.opened_secret(known).is_ok_and(|kept| kept.as_ref() == Some(given)))
    }

    /// Deletes a provider. Its identities stay, and cannot be used until it is added again.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::ManagedByFile`].
    pub async fn delete_provider(&self, id: &ProviderId, by_file: bool) -> Result<(), FlowError> {
        let event = self.core.event(EventKind::PROVIDER_DELETED).with("provider", id.as_str());
        let mut tx = self.core.store.begin().await?;
        let known = tx.lock_provider(id).await?.ok_or(Rejected::NotFound("provider"))?;
        if known.managed && !by_file {
            return Err(Rejected::ManagedByFile.into());
        }
        tx.delete_provider(id).await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }

    /// Tests a provider, step by step, without a sign-in.
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`].
    pub async fn test_provider(&self, id: &ProviderId) -> Result<Vec<CheckedStep>, UpstreamFault> {
        let stored = self.core.store.find_provider(id).await?.ok_or(UpstreamFault::UnknownProvider)?;
        Ok(self.build_provider(&stored)?.check(&self.upstream_callback(id)).await)
    }

    /// How claims of a provider are mapped: a JSON object, or an ID token, whose signature is not checked. Nothing is
    /// stored.
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`]; [`Rejected::ClaimsUnreadable`]; [`UpstreamFault::Upstream`] for claims with which
    /// nobody could sign in.
    pub async fn read_claims(&self, id: &ProviderId, typed: &str) -> Result<Vouched, UpstreamFault> {
        let stored = self.core.store.find_provider(id).await?.ok_or(UpstreamFault::UnknownProvider)?;
        let claims = claims_in(typed).ok_or(Rejected::ClaimsUnreadable)?;
        Ok(self.build_provider(&stored)?.read_claims(&claims)?)
    }

    /// Checks that a provider exists and is enabled.
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`].
    pub async fn check_provider(&self, id: &ProviderId) -> Result<(), UpstreamFault> {
        let stored = self.core.store.find_provider(id).await?.filter(|stored| stored.settings.enabled);
        stored.map(drop).ok_or(UpstreamFault::UnknownProvider)
    }

    pub(super) async fn provider(&self, id: &ProviderId) -> Result<Arc<dyn Provider>, UpstreamFault> {
        let stored = self.core.store.find_provider(id).await?.filter(|stored| stored.settings.enabled);
        self.build_provider(&stored.ok_or(UpstreamFault::UnknownProvider)?)
    }

    fn build_provider(&self, stored: &StoredProvider) -> Result<Arc<dyn Provider>, UpstreamFault> {
        let secret = self.opened_secret(stored)?;
        Ok(self.registry.provider(&stored.settings, secret.as_ref())?)
    }

    fn opened_secret(&self, stored: &StoredProvider) -> Result<Option<Secret<String>>, Rejected> {
        let Some(sealed) = &stored.secret else { return Ok(None) };
        let opened = self.core.sealer.open(Purpose::UpstreamSecret, sealed).ok();
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| Some(Secret::new(text))).ok_or(Rejected::NotFound("secret of the provider"))
    }
}

/// The claims of a JSON object, or of a signed JWT.
fn claims_in(typed: &str) -> Option<Value> {
    let typed = typed.trim();
    let read = |text: &[u8]| serde_json::from_slice::<Value>(text).ok().filter(Value::is_object);
    read(typed.as_bytes()).or_else(|| read(&URL_SAFE_NO_PAD.decode(typed.split('.').nth(1)?).ok()?))
}

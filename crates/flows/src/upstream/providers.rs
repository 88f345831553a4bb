//! Which providers there are. The house asks the database each time: a change holds at once, in every instance.

use std::sync::Arc;

use super::UpstreamFault;
use crate::error::{FlowError, Rejected};
use crate::usher::Usher;
use usher_domain::event::EventKind;
use usher_domain::provider::{ProviderId, ProviderKind, ProviderSettings};
use usher_domain::secret::Secret;
use usher_keys::seal::Purpose;
use usher_storage::providers::StoredProvider;
use usher_upstream::{Checked, Provider};

/// A provider may change so often while a change of it is prepared.
const TRIES: usize = 5;

/// A provider to be added or changed.
pub struct NewProvider {
    /// Its settings.
    pub settings: ProviderSettings,
    /// Its secret; none keeps the one there is.
    pub secret: Option<Secret<String>>,
    /// Does it come from the configuration file?
    pub managed: bool,
}

/// A provider as people see it on a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderView {
    /// Its name in addresses.
    pub id: ProviderId,
    /// Its manners.
    pub kind: ProviderKind,
    /// What the button says.
    pub name: String,
}

impl Usher {
    /// The providers that people may choose from: kind by kind, those best known first, and by name within a kind.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn offered_providers(&self) -> Result<Vec<ProviderView>, FlowError> {
        let all = self.store.list_providers().await?;
        let offered = all.into_iter().map(|one| one.settings).filter(|settings| settings.enabled);
        let mut offered: Vec<_> =
            offered.map(|one| ProviderView { name: one.name().to_owned(), kind: one.kind, id: one.id }).collect();
        offered.sort_by_key(|one| ProviderKind::ALL.iter().position(|kind| *kind == one.kind));
        Ok(offered)
    }

    /// Every provider, for those who run the house.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn list_providers(&self) -> Result<Vec<StoredProvider>, FlowError> {
        Ok(self.store.list_providers().await?)
    }

    /// One provider, for those who run the house.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_provider(&self, id: &ProviderId) -> Result<StoredProvider, FlowError> {
        Ok(self.store.find_provider(id).await?.ok_or(Rejected::NotFound("provider"))?)
    }

    /// Adds a provider or changes it; whether there was one of that name before. Nothing is written where nothing changes.
    ///
    /// # Errors
    /// [`Rejected::Provider`] with what is wrong with the settings, or with what is found at their address; a secret that
    /// would go somewhere else than before has to be given again. [`Rejected::Superseded`] if others go on changing it.
    pub async fn put_provider(&self, new: NewProvider) -> Result<bool, FlowError> {
        let new = NewProvider { settings: new.settings.settled(), ..new };
        for _ in 0..TRIES {
            let known = self.store.find_provider(&new.settings.id).await?;
            let replaced = known.is_some();
            let Some(provider) = self.prepare_provider(&new, known.as_ref()).await? else { return Ok(true) };
            let event = self.event(EventKind::ProviderChanged).with("provider", new.settings.id.as_str());
            let put = self.store.write(move |mut tx| {
                Box::pin(async move {
                    let written = tx.replace_provider(known.as_ref(), &provider).await?;
                    if written {
                        tx.append(&event).await?;
                    }
                    Ok(written)
                })
            });
            if put.await? {
                return Ok(replaced);
            }
        }
        Err(Rejected::Superseded.into())
    }

    /// The provider as it will be, made of what is asked for and the one there is. `None` where nothing changes.
    async fn prepare_provider(
        &self,
        new: &NewProvider,
        known: Option<&StoredProvider>,
    ) -> Result<Option<StoredProvider>, FlowError> {
        let settings = new.settings.clone();
        if known.is_some_and(|known| known.managed && !new.managed) {
            return Err(Rejected::ManagedByFile.into());
        }
        self.upstream.check(&settings).map_err(Rejected::Provider)?;
        if known.is_some_and(|known| {
            known.settings == settings && known.managed == new.managed && self.keeps_secret(known, new.secret.as_ref())
        }) {
            return Ok(None);
        }
        let kept = known.filter(|known| !settings.sends_secret_elsewhere(&known.settings));
        let secret = match &new.secret {
            Some(secret) => Some(self.sealer.seal(Purpose::UpstreamSecret, secret.expose().as_bytes(), &*self.random)),
            None => kept.and_then(|known| known.secret.clone()),
        };
        if secret.is_none() && settings.needs_secret() {
            return Err(Rejected::Missing("client_secret").into());
        }
        // A house that starts from its file waits for nobody.
        if kept.is_none() && !new.managed {
            self.upstream.introduce(&settings).await.map_err(Rejected::Provider)?;
        }
        Ok(Some(StoredProvider { settings, secret, managed: new.managed, updated_at: self.now() }))
    }

    /// Is the secret the one there is, or none given?
    fn keeps_secret(&self, known: &StoredProvider, given: Option<&Secret<String>>) -> bool {
        given.is_none_or(|given| self.opened_secret(known).is_ok_and(|kept| kept.as_ref() == Some(given)))
    }

    /// Removes a provider. Identities that it vouched for stay, and open nothing until it is back.
    ///
    /// # Errors
    /// [`Rejected::NotFound`], [`Rejected::ManagedByFile`].
    pub async fn delete_provider(&self, id: &ProviderId, by_file: bool) -> Result<(), FlowError> {
        let (event, id) = (self.event(EventKind::ProviderDeleted).with("provider", id.as_str()), id.clone());
        let delete = self.store.write(move |mut tx| {
            Box::pin(async move {
                let Some(known) = tx.lock_provider(&id).await? else { return Ok(Err(Rejected::NotFound("provider"))) };
                if known.managed && !by_file {
                    return Ok(Err(Rejected::ManagedByFile));
                }
                tx.delete_provider(&id).await?;
                tx.append(&event).await?;
                Ok(Ok(()))
            })
        });
        Ok(delete.await??)
    }

    /// Tries a provider out, step by step, without anybody signing in.
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`].
    pub async fn test_provider(&self, id: &ProviderId) -> Result<Vec<Checked>, UpstreamFault> {
        let stored = self.store.find_provider(id).await?.ok_or(UpstreamFault::UnknownProvider)?;
        Ok(self.furnished_provider(&stored)?.check(&self.upstream_callback(id)).await)
    }

    /// A provider in use.
    /// Is there such a provider, in use?
    ///
    /// # Errors
    /// [`UpstreamFault::UnknownProvider`].
    pub async fn check_provider(&self, id: &ProviderId) -> Result<(), UpstreamFault> {
        let stored = self.store.find_provider(id).await?.filter(|stored| stored.settings.enabled);
        stored.map(drop).ok_or(UpstreamFault::UnknownProvider)
    }

    pub(super) async fn provider(&self, id: &ProviderId) -> Result<Arc<dyn Provider>, UpstreamFault> {
        let stored = self.store.find_provider(id).await?.filter(|stored| stored.settings.enabled);
        self.furnished_provider(&stored.ok_or(UpstreamFault::UnknownProvider)?)
    }

    fn furnished_provider(&self, stored: &StoredProvider) -> Result<Arc<dyn Provider>, UpstreamFault> {
        let secret = self.opened_secret(stored)?;
        Ok(self.upstream.provider(&stored.settings, secret.as_ref()))
    }

    fn opened_secret(&self, stored: &StoredProvider) -> Result<Option<Secret<String>>, Rejected> {
        let Some(sealed) = &stored.secret else { return Ok(None) };
        let opened = self.sealer.open(Purpose::UpstreamSecret, sealed).ok();
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| Some(Secret::new(text))).ok_or(Rejected::NotFound("secret of the provider"))
    }
}

//! The branding of the installation and of projects: how pages and emails look, and whom they name.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;

use crate::core::Core;
use crate::error::{FlowError, Rejected};
use usher_config::{ProjectCreators, RunMode};
use usher_domain::branding::{Brand, BrandFault, BrandOwner, Branding, Logo, LogoKind, LogoRef, TypedBrand};
use usher_domain::event::{Event, EventKind};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::interaction::Interaction;
use usher_storage::Tx;

/// Branding of projects and of the installation.
pub struct Brandings {
    pub core: Arc<Core>,
    /// What pages show, by owner.
    pub cache: Cache<BrandOwner, Arc<Brand>>,
}

/// The application that an email is about.
#[derive(Clone, Copy)]
pub enum EmailContext<'a> {
    /// None: it is about the account.
    Account,
    /// The one whose sealed request is answered, if there is a request.
    Request(Option<&'a str>),
    Client(&'a Client),
}

impl Brandings {
    /// What pages of an owner show.
    pub async fn brand(&self, owner: BrandOwner) -> Result<Arc<Brand>, FlowError> {
        if let Some(known) = self.cache.get(&owner) {
            return Ok(known);
        }
        let mut brand = self.with_choices_of(Brand::default(), BrandOwner::Installation).await?;
        if owner != BrandOwner::Installation {
            brand = self.with_choices_of(brand, owner).await?;
        }
        let brand = Arc::new(brand);
        self.cache.insert(owner, Arc::clone(&brand));
        Ok(brand)
    }

    /// As [`Self::brand`], for pages that are shown whatever happens: without branding if it cannot be read.
    pub async fn brand_or_default(&self, owner: BrandOwner) -> Arc<Brand> {
        self.brand(owner).await.unwrap_or_else(|error| {
            tracing::warn!("branding: cannot be read: {error}");
            Arc::default()
        })
    }

    /// The brand of the installation as it was last shown.
    pub fn last_known(&self) -> Arc<Brand> {
        self.cache.get(&BrandOwner::Installation).unwrap_or_default()
    }

    /// The project of the client of a sealed request, in any browser: whose colours a page has is no secret.
    pub async fn owner_of_request(&self, sealed: &str) -> Result<Option<BrandOwner>, FlowError> {
        let Some(request) = self.core.open_in_any_browser::<Interaction>(sealed) else { return Ok(None) };
        let client = self.core.store.find_client(&request.client_id).await?;
        Ok(client.map(|client| BrandOwner::Project(client.project_id)))
    }

    async fn with_choices_of(&self, brand: Brand, owner: BrandOwner) -> Result<Brand, FlowError> {
        Ok(match self.core.store.find_branding(owner).await? {
            Some(branding) => brand.overlaid(owner, branding),
            None => brand,
        })
    }

    /// What pages of an owner would show with these settings instead of the stored ones, which nobody has saved.
    ///
    /// # Errors
    /// [`Rejected::Branding`] with every fault.
    pub async fn preview(&self, owner: BrandOwner, typed: TypedBrand) -> Result<Brand, FlowError> {
        let settings = typed.checked().map_err(Rejected::Branding)?;
        let stored = self.load(owner).await?;
        let base = match owner {
            BrandOwner::Installation => Brand::default(),
            BrandOwner::Project(_) => (*self.brand(BrandOwner::Installation).await?).clone(),
        };
        Ok(base.overlaid(owner, Branding { settings, ..stored }))
    }

    /// Whether projects are those of people whom the operator knows: then emails may name them.
    pub fn trusts_projects(&self) -> bool {
        let config = &self.core.config;
        config.projects.create == ProjectCreators::Admins || config.profile == RunMode::Dev
    }

    /// What emails show, and the name of the application that they are about. Where anybody may create projects, a
    /// stranger could make the server write to people under any name: emails are then those of the installation.
    pub async fn brand_of_email(&self, about: EmailContext<'_>) -> Result<(Arc<Brand>, Option<String>), FlowError> {
        let trusts_projects = self.trusts_projects();
        let of_request;
        let client = match about {
            EmailContext::Account => None,
            EmailContext::Client(client) => Some(client),
            EmailContext::Request(sealed) => {
                let request: Option<Interaction> = sealed.and_then(|sealed| self.core.open_in_any_browser(sealed));
                of_request = match request {
                    Some(request) => self.core.store.find_client(&request.client_id).await?,
                    None => None,
                };
                of_request.as_ref()
            }
        };
        match client.filter(|client| trusts_projects && !client.is_unverified()) {
            Some(client) => {
                let brand = self.brand(BrandOwner::Project(client.project_id)).await?;
                Ok((brand, Some(client.metadata.client_name.clone())))
            }
            None => Ok((self.brand(BrandOwner::Installation).await?, None)),
        }
    }

    /// The stored branding of an owner.
    pub async fn load(&self, owner: BrandOwner) -> Result<Branding, FlowError> {
        let none = || Branding { settings: usher_domain::branding::BrandSettings::default(), logo: None };
        Ok(self.core.store.find_branding(owner).await?.unwrap_or_else(none))
    }

    /// The logo of an owner, if it has this hash.
    pub async fn find_logo(&self, owner: BrandOwner, hash: &str) -> Result<Option<(LogoKind, Vec<u8>)>, FlowError> {
        Ok(self.core.store.find_logo(owner, hash).await?)
    }

    /// Replaces the settings of an owner, if the stored branding is the one that was read.
    ///
    /// # Errors
    /// [`Rejected::Branding`] with every fault, [`Rejected::Superseded`], [`Rejected::NotFound`].
    pub async fn replace_settings(
        &self,
        owner: BrandOwner,
        read: &Branding,
        typed: TypedBrand,
    ) -> Result<Branding, FlowError> {
        let settings = typed.checked().map_err(Rejected::Branding)?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        self.lock_unchanged(&mut tx, owner, read).await?;
        tx.set_brand_settings(owner, &settings, now).await?;
        tx.append(&self.changed(owner)).await?;
        tx.commit().await?;
        self.forget(owner);
        Ok(Branding { settings, logo: read.logo.clone() })
    }

    /// Replaces the logo of an owner, or removes it, if the stored branding is the one that was read.
    ///
    /// # Errors
    /// [`Rejected::Branding`], [`Rejected::Superseded`], [`Rejected::NotFound`].
    pub async fn replace_logo(
        &self,
        owner: BrandOwner,
        read: &Branding,
        file: Option<Vec<u8>>,
    ) -> Result<Branding, FlowError> {
        let logo = file.map(Logo::read).transpose();
        let logo = logo.map_err(|fault| Rejected::Branding(vec![BrandFault { field: "logo", why: fault.into() }]))?;
        let named = logo.as_ref().map(|logo| LogoRef { kind: logo.kind, hash: hash_of(&logo.bytes) });
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        self.lock_unchanged(&mut tx, owner, read).await?;
        tx.set_logo(owner, named.as_ref().zip(logo.as_ref().map(|logo| logo.bytes.as_slice())), now).await?;
        tx.append(&self.changed(owner)).await?;
        tx.commit().await?;
        self.forget(owner);
        Ok(Branding { settings: read.settings.clone(), logo: named })
    }

    async fn lock_unchanged(&self, tx: &mut Tx, owner: BrandOwner, read: &Branding) -> Result<(), FlowError> {
        if let BrandOwner::Project(id) = owner
            && !tx.lock_project(id).await?
        {
            return Err(Rejected::NotFound("project").into());
        }
        if tx.lock_branding(owner, self.core.now()).await? == *read { Ok(()) } else { Err(Rejected::Superseded.into()) }
    }

    fn changed(&self, owner: BrandOwner) -> Event {
        match owner {
            BrandOwner::Installation => self.core.event(EventKind::BRANDING_CHANGED),
            BrandOwner::Project(id) => self.core.event(EventKind::PROJECT_BRANDED).with_project(id),
        }
    }

    /// What the installation chose is part of what projects show.
    fn forget(&self, owner: BrandOwner) {
        match owner {
            BrandOwner::Installation => self.cache.invalidate_all(),
            BrandOwner::Project(_) => self.cache.invalidate(&owner),
        }
    }
}

fn hash_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, bytes).as_ref()[..12])
}

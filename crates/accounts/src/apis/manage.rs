//! Creating, changing and deleting APIs.

use super::Apis;
use crate::error::{FlowError, Rejected};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ApiId, ProjectId};
use usher_domain::oauth::api::{Api, ApiFault, ApiSettings, MAX_APIS};
use usher_protocol::resource::{self, https_host};

/// Who creates an API: the operator need not prove that the host of its identifier is the project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiCreator {
    Operator,
    Project,
}

/// An API to create.
#[derive(Debug, Clone)]
pub struct NewApi {
    pub project: ProjectId,
    pub identifier: String,
    pub settings: ApiSettings,
    pub by: ApiCreator,
}

impl Apis {
    /// Creates an API.
    ///
    /// # Errors
    /// [`Rejected::Api`] with every fault, [`Rejected::ApiExists`], [`Rejected::HostTaken`],
    /// [`Rejected::HostUnproven`], [`Rejected::TooManyApis`].
    pub async fn create_api(&self, new: NewApi) -> Result<Api, FlowError> {
        let (canonical, settings) = self.checked_new(&new)?;
        let host = https_host(&canonical).filter(|_| self.needs_proof(new.by));
        if let Some(host) = &host {
            self.prove_host(new.project, host).await?;
        }
        let now = self.core.now();
        let api = Api {
            id: ApiId::new(now, &*self.core.random),
            project_id: new.project,
            identifier: new.identifier,
            canonical,
            settings,
            created_at: now,
            updated_at: now,
        };
        self.insert_api(&api, host.as_deref()).await?;
        self.cache.invalidate(&api.project_id);
        Ok(api)
    }

    fn checked_new(&self, new: &NewApi) -> Result<(String, ApiSettings), Rejected> {
        let loopback = self.core.issuer().starts_with("http://");
        let canonical = match resource::registrable(&new.identifier, loopback) {
            Ok(canonical) if self.is_usher(&canonical) => Err(ApiFault::new("identifier", "is that of Usher itself")),
            Ok(canonical) => Ok(canonical),
            Err(fault) => Err(ApiFault::new("identifier", fault.to_string())),
        };
        match (canonical, self.checked(new.settings.clone())) {
            (Ok(canonical), Ok(settings)) => Ok((canonical, settings)),
            (identifier, settings) => {
                let settings = settings.err().unwrap_or_default();
                Err(Rejected::Api(identifier.err().into_iter().chain(settings).collect()))
            }
        }
    }

    fn checked(&self, settings: ApiSettings) -> Result<ApiSettings, Vec<ApiFault>> {
        settings.checked(self.core.config.tokens.longest_access_lifetime().as_secs())
    }

    async fn insert_api(&self, api: &Api, host: Option<&str>) -> Result<(), FlowError> {
        let event = self.api_event(EventKind::API_CREATED, api);
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(api.project_id).await? {
            return Err(Rejected::NotFound("project").into());
        }
        if tx.count_apis(api.project_id).await? >= MAX_APIS {
            return Err(Rejected::TooManyApis.into());
        }
        if let Some(host) = host
            && tx.claim_host(host, api.project_id, api.created_at).await? != Some(api.project_id)
        {
            return Err(Rejected::HostTaken.into());
        }
        if !tx.insert_api(api).await? {
            return Err(Rejected::ApiExists.into());
        }
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }

    /// The APIs of a project, oldest first.
    pub async fn list_apis(&self, project: ProjectId) -> Result<Vec<Api>, FlowError> {
        Ok(self.core.store.list_apis(project).await?)
    }

    /// An API of a project, by its id or identifier.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_api(&self, project: ProjectId, named: &str) -> Result<Api, FlowError> {
        let found = self.find_api(named).await?.filter(|api| api.project_id == project);
        found.ok_or_else(|| Rejected::NotFound("API").into())
    }

    /// An API of any project, by its id or identifier.
    pub async fn find_api(&self, named: &str) -> Result<Option<Api>, FlowError> {
        if let Ok(id) = named.parse::<ApiId>() {
            return Ok(self.core.store.find_api(id).await?);
        }
        let canonical = resource::canonical(named).unwrap_or_else(|_| named.to_owned());
        Ok(self.core.store.find_api_named(&canonical).await?)
    }

    /// Replaces the settings of an API, if the stored ones are those that were read.
    ///
    /// # Errors
    /// [`Rejected::Api`] with every fault, [`Rejected::NotFound`], [`Rejected::Superseded`].
    pub async fn replace_api_settings(&self, read: &Api, settings: ApiSettings) -> Result<Api, FlowError> {
        let settings = self.checked(settings).map_err(Rejected::Api)?;
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let api = tx.lock_api(read.project_id, read.id).await?.ok_or_else(unknown)?;
        if api.settings != read.settings {
            return Err(Rejected::Superseded.into());
        }
        tx.set_api_settings(api.id, &settings, now).await?;
        tx.append(&self.api_event(EventKind::API_UPDATED, &api)).await?;
        tx.commit().await?;
        self.cache.invalidate(&api.project_id);
        Ok(Api { settings, updated_at: now, ..api })
    }

    /// Deletes an API. Usher refuses its tokens from now on.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn delete_api(&self, api: &Api) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        // The host is released only if no other API is created on it meanwhile.
        tx.lock_project(api.project_id).await?;
        if !tx.delete_api(api.project_id, api.id).await? {
            return Err(unknown());
        }
        if let Some(host) = https_host(&api.canonical) {
            let others = tx.list_apis(api.project_id).await?;
            if others.iter().all(|other| https_host(&other.canonical).as_ref() != Some(&host)) {
                tx.release_host(&host, api.project_id).await?;
            }
        }
        tx.append(&self.api_event(EventKind::API_DELETED, api)).await?;
        tx.commit().await?;
        self.cache.invalidate(&api.project_id);
        Ok(())
    }

    pub(super) fn api_event(&self, kind: EventKind, api: &Api) -> Event {
        let event = self.core.event(kind).with_project(api.project_id);
        event.with("api_id", api.id.to_string()).with("identifier", api.identifier.as_str())
    }
}

pub(super) fn unknown() -> FlowError {
    Rejected::NotFound("API").into()
}

//! APIs of projects, the clients of other projects that may use them, and proven hosts.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::{ApiId, ClientId, ProjectId};
use usher_domain::oauth::api::{AllowedClient, Api, ApiSettings};
use usher_domain::object_search::ObjectKind;
use usher_domain::time::Timestamp;

row! {
    API: Api of "apis" { id, project_id, identifier, canonical, settings, created_at, updated_at }
}

row! {
    ALLOWED: AllowedClient of "api_client" { client_id, scope, since }
}

statements! {
    with API, ALLOWED;

    INSERT = "
        insert into apis (id, project_id, identifier, canonical, settings, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (canonical) do nothing
    ";
    SET_SETTINGS = "
        update apis
        set settings = $2, updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    // PostgreSQL locks the row, so that the next transaction that changes it reads what this one wrote.
    LOCK = "
        select {API}
        from apis
        where project_id = $1 and id = $2
    " + postgres "for no key update";
    DELETE = "delete from apis where project_id = $1 and id = $2";
    COUNT = "select count(*) from apis where project_id = $1";
    FIND = "
        select {API}
        from apis
        where id = $1
    ";
    FIND_BY_NAME = "
        select {API}
        from apis
        where canonical = $1
    ";
    LIST = "
        select {API}
        from apis
        where project_id = $1
        order by id
        limit 100
    ";
    IDENTIFIERS = "
        select identifier
        from apis
        order by canonical
        limit $1 + 0
    ";
    ALLOW = "
        insert into api_client (api_id, client_id, scope, since)
        values ($1, $2, $3, $4)
        on conflict (api_id, client_id) do update set scope = excluded.scope
    ";
    DISALLOW = "delete from api_client where api_id = $1 and client_id = $2";
    COUNT_ALLOWED = "select count(*) from api_client where api_id = $1";
    FIND_ALLOWED = "
        select {ALLOWED}
        from api_client
        where api_id = $1 and client_id = $2
    ";
    LIST_ALLOWED = "
        select {ALLOWED}
        from api_client
        where api_id = $1
        order by client_id
        limit 100
    ";
    // The projects that allowed a client something learn that it is disabled or deleted. A client that registered itself
    // needs no permission: its grants say where it was used.
    PROJECTS_ALLOWING = "
        select a.project_id
        from api_client c
        join apis a on a.id = c.api_id
        where c.client_id = $1
        union
        select g.api_project_id
        from grants g
        where g.client_id = $1 and g.revoked_at is null and g.api_project_id is not null
    ";
    CLAIM_HOST = "
        insert into api_host (host, project_id, proven_at)
        values ($1, $2, $3)
        on conflict (host) do nothing
    ";
    RELEASE_HOST = "delete from api_host where host = $1 and project_id = $2";
    OWNER_OF_HOST = "
        select project_id
        from api_host
        where host = $1
    ";
}

impl Tx {
    /// Adds an API. `false`, and nothing changes, if the identifier belongs to one already.
    pub async fn insert_api(&mut self, api: &Api) -> Result<bool> {
        let query = self.query(INSERT).bind(api.id).bind(api.project_id).bind(&api.identifier).bind(&api.canonical);
        let query = query.bind(&api.settings).bind(api.created_at).bind(api.updated_at);
        let added = query.changed().await?;
        if added {
            self.put_api_terms(api.id, api.project_id, &api.identifier, &api.settings).await?;
        }
        Ok(added)
    }

    async fn put_api_terms(
        &mut self,
        id: ApiId,
        project: ProjectId,
        identifier: &str,
        settings: &ApiSettings,
    ) -> Result<()> {
        let id = id.to_string();
        let texts = [id.as_str(), identifier, settings.name.as_str()];
        self.put_object_terms(ObjectKind::Api, &id, project, texts).await
    }

    /// Writes the settings of a locked API.
    pub async fn set_api_settings(&mut self, id: ApiId, settings: &ApiSettings, now: Timestamp) -> Result<()> {
        self.query(SET_SETTINGS).bind(id).bind(settings).bind(now).done().await?;
        match self.query(FIND).bind(id).optional::<Api>().await? {
            Some(api) => self.put_api_terms(id, api.project_id, &api.identifier, settings).await,
            None => Ok(()),
        }
    }

    /// An API of a project, locked until this transaction ends.
    pub async fn lock_api(&mut self, project: ProjectId, id: ApiId) -> Result<Option<Api>> {
        self.query(LOCK).bind(project).bind(id).optional().await
    }

    /// Deletes an API of a project. `false` if it does not exist.
    pub async fn delete_api(&mut self, project: ProjectId, id: ApiId) -> Result<bool> {
        let deleted = self.query(DELETE).bind(project).bind(id).changed().await?;
        if deleted {
            self.delete_object_terms(ObjectKind::Api, &id.to_string()).await?;
        }
        Ok(deleted)
    }

    /// The number of APIs of a project. A caller that adds one must lock the project first.
    pub async fn count_apis(&mut self, project: ProjectId) -> Result<usize> {
        let count: i64 = self.query(COUNT).bind(project).one().await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The API with this canonical identifier, as this transaction sees it.
    pub async fn find_api_named(&mut self, canonical: &str) -> Result<Option<Api>> {
        self.query(FIND_BY_NAME).bind(canonical).optional().await
    }

    /// The APIs of a project, as this transaction sees them.
    pub async fn list_apis(&mut self, project: ProjectId) -> Result<Vec<Api>> {
        self.query(LIST).bind(project).all().await
    }

    /// Allows a client of another project to ask for tokens for an API, or changes the scopes that it may ask for.
    pub async fn allow_api_client(&mut self, api: ApiId, allowed: &AllowedClient) -> Result<()> {
        let query = self.query(ALLOW).bind(api).bind(&allowed.client_id);
        query.bind(&allowed.scope).bind(allowed.since).done().await
    }

    /// Takes that back. `false` if it was not allowed.
    pub async fn disallow_api_client(&mut self, api: ApiId, client: &ClientId) -> Result<bool> {
        self.query(DISALLOW).bind(api).bind(client).changed().await
    }

    /// The number of clients that are allowed at an API. A caller that adds one must lock the API first.
    pub async fn count_api_clients(&mut self, api: ApiId) -> Result<usize> {
        let count: i64 = self.query(COUNT_ALLOWED).bind(api).one().await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Whether a client of another project may ask for tokens for an API, as this transaction sees it.
    pub async fn find_allowed_client(&mut self, api: ApiId, client: &ClientId) -> Result<Option<AllowedClient>> {
        self.query(FIND_ALLOWED).bind(api).bind(client).optional().await
    }

    /// The other projects that allowed a client to ask for tokens for their APIs, or whose APIs it has grants for.
    pub async fn projects_allowing(&mut self, client: &ClientId) -> Result<Vec<ProjectId>> {
        self.query(PROJECTS_ALLOWING).bind(client).all().await
    }

    /// Gives a host to a project unless it belongs to one, and returns its owner.
    pub async fn claim_host(&mut self, host: &str, project: ProjectId, now: Timestamp) -> Result<Option<ProjectId>> {
        self.query(CLAIM_HOST).bind(host).bind(project).bind(now).done().await?;
        self.query(OWNER_OF_HOST).bind(host).optional().await
    }

    /// Takes a host from a project.
    pub async fn release_host(&mut self, host: &str, project: ProjectId) -> Result<()> {
        self.query(RELEASE_HOST).bind(host).bind(project).done().await
    }
}

impl Store {
    /// An API by id.
    pub async fn find_api(&self, id: ApiId) -> Result<Option<Api>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The API with this canonical identifier.
    pub async fn find_api_named(&self, canonical: &str) -> Result<Option<Api>> {
        self.query(FIND_BY_NAME).bind(canonical).optional().await
    }

    /// The APIs of a project, oldest first.
    pub async fn list_apis(&self, project: ProjectId) -> Result<Vec<Api>> {
        self.query(LIST).bind(project).all().await
    }

    /// The identifiers of the first APIs of all projects.
    pub async fn list_api_identifiers(&self, most: u32) -> Result<Vec<String>> {
        self.query(IDENTIFIERS).bind(most).all().await
    }

    /// Whether a client of another project may ask for tokens for an API, and for which scopes.
    pub async fn find_allowed_client(&self, api: ApiId, client: &ClientId) -> Result<Option<AllowedClient>> {
        self.query(FIND_ALLOWED).bind(api).bind(client).optional().await
    }

    /// The clients of other projects that may ask for tokens for an API.
    pub async fn list_allowed_clients(&self, api: ApiId) -> Result<Vec<AllowedClient>> {
        self.query(LIST_ALLOWED).bind(api).all().await
    }

    /// The project that proved this host.
    pub async fn find_owner_of_host(&self, host: &str) -> Result<Option<ProjectId>> {
        self.query(OWNER_OF_HOST).bind(host).optional().await
    }
}

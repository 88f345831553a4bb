//! Which APIs a client may ask tokens for, and what a request is for (RFC 8707).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Apis;
use crate::error::FlowError;
use usher_domain::id::{ApiId, ProjectId};
use usher_domain::oauth::api::Api;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::target::GrantTargets;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::cause::RejectionCause;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::resource;
use usher_protocol::scope::Scope;

/// An API that a client may ask tokens for.
#[derive(Debug, Clone)]
pub struct ReachableApi {
    pub api: Api,
    /// The scopes that the client may ask for at it.
    pub scope: Scope,
}

/// What a request is for.
#[derive(Debug, Clone)]
pub struct RequestTargets {
    pub targets: GrantTargets,
    /// The scope: that at the APIs, and the scopes of Usher itself.
    pub scope: Scope,
}

impl Apis {
    /// Whether this canonical identifier is that of Usher itself.
    pub fn is_usher(&self, canonical: &str) -> bool {
        resource::canonical(self.core.issuer()).is_ok_and(|own| own == canonical)
    }

    /// The targets of a request: the resources that it names, else those of the client's registration, else Usher
    /// itself. Without a scope it is for all that the client may ask for at the APIs.
    pub async fn targets_of(
        &self,
        client: &Client,
        resources: &[String],
        asked: Option<&Scope>,
    ) -> Result<RequestTargets, FlowError> {
        let named = !resources.is_empty();
        let wanted: Vec<String> = if named { resources.to_vec() } else { default_resources(client) };
        let (mut usher, mut reached) = (false, Vec::new());
        for resource in &wanted {
            if self.is_usher(resource) {
                usher = true;
                continue;
            }
            match self.reachable(client, resource).await? {
                Some(reachable) => reached.push(reachable),
                None if named => return Err(not_reachable().into()),
                // Two projects claimed it before identifiers were unique, or its owner has deleted it.
                None => tracing::warn!(client = %client.id, "an audience of the client is no API that it may use"),
            }
        }
        usher |= !named && (reached.is_empty() || asked.is_some_and(is_for_usher));
        let project = common_project(&reached)?;
        let apis: BTreeMap<ApiId, Scope> = reached
            .into_iter()
            .map(|ReachableApi { api, scope }| {
                (api.id, asked.map_or(scope.clone(), |asked| asked.intersection(&scope)))
            })
            .collect();
        let of_usher = asked.map(Scope::of_usher).unwrap_or_default();
        let of_usher = if client.is_unverified() { of_usher.without_usher_api() } else { of_usher };
        let scope = apis.values().fold(of_usher, |all, scope| all.union(scope));
        let other_project = project.filter(|project| *project != client.project_id);
        Ok(RequestTargets { targets: GrantTargets { usher, apis, other_project, requested: named }, scope })
    }

    /// What an authorization request is for. Its scope is limited to what has a meaning there.
    ///
    /// # Errors
    /// `invalid_target`; `invalid_scope` if nothing of the scope is left.
    pub async fn limit(&self, client: &Client, request: &mut AuthorizeRequest) -> Result<GrantTargets, FlowError> {
        let asked = Some(&request.scope).filter(|scope| !scope.is_empty());
        let found = self.targets_of(client, &request.resource, asked).await?;
        // `offline_access` alone permits nothing: it is no reason for a refresh token that nobody has a use for.
        let permits = |scope: &Scope| scope.iter().any(|token| token != "offline_access");
        if asked.is_some_and(|asked| found.scope.is_empty() || permits(asked) && !permits(&found.scope)) {
            let why = "scope names nothing that this client may ask for at the resources of the request";
            return Err(RejectionCause::ScopeNotAllowed(why).into());
        }
        request.scope = found.scope;
        Ok(found.targets)
    }

    /// The API with this canonical identifier, if the client may ask for it.
    pub async fn reachable(&self, client: &Client, canonical: &str) -> Result<Option<ReachableApi>, FlowError> {
        let own = self.of_project(client.project_id).await?;
        if let Some(api) = own.iter().find(|api| api.canonical == canonical) {
            return Ok(Some(of_own_project(client, api.clone())));
        }
        match self.core.store.find_api_named(canonical).await? {
            Some(api) => self.of_other_project(client, api).await,
            None => Ok(None),
        }
    }

    /// The API with this id, if the client may ask for it.
    pub async fn reachable_by_id(&self, client: &Client, id: ApiId) -> Result<Option<ReachableApi>, FlowError> {
        let own = self.of_project(client.project_id).await?;
        if let Some(api) = own.iter().find(|api| api.id == id) {
            return Ok(Some(of_own_project(client, api.clone())));
        }
        match self.core.store.find_api(id).await? {
            Some(api) => self.of_other_project(client, api).await,
            None => Ok(None),
        }
    }

    /// This is read each time, so that a permission that was taken back has ended at once.
    async fn of_other_project(&self, client: &Client, api: Api) -> Result<Option<ReachableApi>, FlowError> {
        if api.project_id == client.project_id {
            return Ok(Some(of_own_project(client, api)));
        }
        let allowed = self.core.store.find_allowed_client(api.id, &client.id).await?;
        if allowed.is_none() && client.origin.is_self_registered() && api.settings.self_registered_clients {
            return Ok(Some(of_own_project(client, api)));
        }
        Ok(allowed.map(|allowed| {
            let own = of_own_project(client, api);
            let scope = allowed.scope.map_or(own.scope.clone(), |limit| own.scope.intersection(&limit));
            ReachableApi { scope, ..own }
        }))
    }

    async fn of_project(&self, project: ProjectId) -> Result<Arc<Vec<Api>>, FlowError> {
        if let Some(known) = self.cache.get(&project) {
            return Ok(known);
        }
        let apis = Arc::new(self.core.store.list_apis(project).await?);
        self.cache.insert(project, apis.clone());
        Ok(apis)
    }
}

fn of_own_project(client: &Client, api: Api) -> ReachableApi {
    ReachableApi { scope: client.scope_at(&api.settings.scope()), api }
}

/// Whether a request with this scope is for Usher, too, if it names no resource: the access token of an OpenID Connect
/// request is for userinfo (OpenID Connect Core §5.3), and scopes such as `usher:sync` are for Usher's API.
fn is_for_usher(scope: &Scope) -> bool {
    scope.iter().any(|token| token == "openid" || token.starts_with("usher:"))
}

/// The canonical identifiers that the client is registered for. Some of former versions are no URIs.
fn default_resources(client: &Client) -> Vec<String> {
    let audience = client.metadata.audience.iter();
    audience.map(|name| resource::canonical(name).unwrap_or_else(|_| name.clone())).collect()
}

/// A token names one project, so all its APIs belong to one.
fn common_project(reached: &[ReachableApi]) -> Result<Option<ProjectId>, OAuthError> {
    let project = reached.first().map(|first| first.api.project_id);
    if reached.iter().any(|other| Some(other.api.project_id) != project) {
        let why = "the resources belong to several projects: ask for those of each project by themselves";
        return Err(OAuthError::new(ErrorCode::InvalidTarget, why));
    }
    Ok(project)
}

pub fn not_reachable() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, "a resource is no API that this client may ask for")
}

//! What one access token is for: chosen from the targets of its grant by the `resource` parameters (RFC 8707 §2.2).

use std::time::Duration;

use crate::oauth::issue::TokenIssuer;
use crate::oauth::token_target::{TargetRequest, TokenTarget};
use usher_accounts::apis::{ReachableApi, not_reachable};
use usher_accounts::error::FlowError;
use usher_domain::id::{ProjectId, UserId};
use usher_domain::oauth::api::TokenFormat;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::target::GrantTargets;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;

impl TokenIssuer {
    /// What a grant is for. Grants of former versions do not say it: they are for what the client is registered for, in its
    /// own project. The owners of other projects would not learn when such a grant ends.
    pub(crate) async fn targets_of_grant(
        &self,
        client: &Client,
        targets: Option<&GrantTargets>,
        scope: &Scope,
    ) -> Result<GrantTargets, FlowError> {
        if let Some(targets) = targets {
            return Ok(targets.clone());
        }
        let usual = self.apis.targets_of(client, &[], Some(scope)).await?.targets;
        let usher_alone = GrantTargets { usher: true, ..GrantTargets::default() };
        Ok(if usual.other_project.is_some() { usher_alone } else { usual })
    }

    /// What an access token is for.
    ///
    /// # Errors
    /// `invalid_target` if the grant is not for a resource, if the API was deleted or does not allow the client any
    /// more, or if no one token fits all of them.
    pub(crate) async fn target(&self, client: &Client, request: TargetRequest<'_>) -> Result<TokenTarget, FlowError> {
        let targets = request.targets;
        // Before the APIs are read, so that a permission that is taken back meanwhile has a later position.
        let other = match targets.other_project {
            Some(project) => Some((project, self.feed_position(project).await?)),
            None => None,
        };
        let (usher, apis) = self.chosen(client, targets, request.resources).await?;
        let (project, urv) = match other.filter(|_| !apis.is_empty()) {
            Some(other) => other,
            None => (client.project_id, request.urv),
        };
        let of_usher = if usher { request.scope.of_usher() } else { Scope::default() };
        let at_apis = scope_at_all(&apis, |reached| {
            let granted = targets.apis.get(&reached.api.id).cloned().unwrap_or_default();
            granted.intersection(&reached.scope).intersection(request.scope)
        });
        let own = usher.then(|| self.core.issuer().to_owned());
        Ok(TokenTarget {
            aud: own.into_iter().chain(apis.iter().map(|reached| reached.api.identifier.clone())).collect(),
            project,
            urv,
            scope: of_usher.union(&at_apis),
            lifetime: self.lifetime(usher, &apis),
            alg: common(apis.iter().filter_map(|one| one.api.settings.signing_alg.as_deref()))?
                .unwrap_or_else(|| client.metadata.access_token_alg())
                .to_owned(),
            format: common(apis.iter().map(|one| one.api.settings.token_format))?.unwrap_or(TokenFormat::Jwt),
            apis,
        })
    }

    /// The chosen targets: whether Usher is one of them, and the APIs.
    async fn chosen(
        &self,
        client: &Client,
        targets: &GrantTargets,
        resources: &[String],
    ) -> Result<(bool, Vec<ReachableApi>), FlowError> {
        let mut usher = targets.usher && resources.is_empty();
        let mut apis = Vec::new();
        for id in targets.apis.keys() {
            let reached = self.apis.reachable_by_id(client, *id).await?;
            let asked = |one: &ReachableApi| resources.is_empty() || resources.contains(&one.api.canonical);
            apis.extend(reached.filter(asked));
        }
        // In the order of the request, else of the registration, so that `aud` is the same in each token.
        let place = |one: &ReachableApi| {
            let named = resources.iter().position(|resource| *resource == one.api.canonical);
            named.or_else(|| client.metadata.audience.iter().position(|name| *name == one.api.identifier))
        };
        apis.sort_by_cached_key(|one| (place(one).unwrap_or(usize::MAX), one.api.identifier.clone()));
        for resource in resources {
            if self.apis.is_usher(resource) && targets.usher {
                usher = true;
            } else if apis.iter().all(|reached| reached.api.canonical != *resource) {
                return Err(not_reachable().into());
            }
        }
        if !usher && apis.is_empty() {
            return Err(not_reachable().into());
        }
        Ok((usher, apis))
    }

    /// The shortest lifetime of all targets.
    fn lifetime(&self, usher: bool, apis: &[ReachableApi]) -> Duration {
        let tokens = &self.core.config.tokens;
        let of_api = |one: &ReachableApi| {
            one.api
                .settings
                .access_token_seconds
                .map_or(tokens.access_ttl, |seconds| Duration::from_secs(seconds.into()))
        };
        // The setting may have been lowered since the API was created.
        let longest = tokens.longest_access_lifetime();
        let own = usher.then_some(tokens.access_ttl);
        apis.iter().map(of_api).chain(own).min().unwrap_or(tokens.access_ttl).min(longest)
    }

    async fn feed_position(&self, project: ProjectId) -> Result<i64, FlowError> {
        Ok(self.core.store.feed_place(project).await?.map_or(0, |place| place.position))
    }

    /// The claims `roles` and `permissions` of a user's token: what its APIs ask for; without an API all roles.
    pub(crate) async fn rights_at(
        &self,
        target: &TokenTarget,
        user: UserId,
    ) -> Result<(Vec<String>, Vec<String>), FlowError> {
        let settings = || target.apis.iter().map(|reached| &reached.api.settings);
        let mut roles = self.policies.roles_for_token(target.project, user).await?;
        let permissions = if settings().all(|settings| settings.permissions.is_empty()) {
            Vec::new()
        } else {
            let carried = |name: &str| settings().any(|settings| settings.carries_permission(name));
            self.policies.permissions_for_token(target.project, &roles, carried).await?
        };
        if !target.apis.is_empty() {
            let carried = |role: &str| settings().any(|settings| settings.carries_role(role));
            roles = self.policies.roles_carried(target.project, roles, carried).await?;
        }
        Ok((roles, permissions))
    }

    /// Whether the APIs that a token names exist, and allow its client.
    pub(crate) async fn apis_stand(&self, client: &Client, aud: &[String]) -> Result<bool, FlowError> {
        for name in aud.iter().filter(|name| *name != self.core.issuer()) {
            let canonical = usher_protocol::resource::canonical(name).unwrap_or_else(|_| name.clone());
            if self.apis.reachable(client, &canonical).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The scope of a token for all these APIs. It does not say at which of them a scope was granted, so a scope that several
/// of them define is left out unless it was granted at each.
fn scope_at_all(apis: &[ReachableApi], granted_at: impl Fn(&ReachableApi) -> Scope) -> Scope {
    let granted: Vec<_> = apis.iter().map(|reached| (reached.api.settings.scope(), granted_at(reached))).collect();
    let everywhere =
        |token: &str| granted.iter().all(|(defined, held)| held.contains(token) || !defined.contains(token));
    let all = granted.iter().fold(Scope::default(), |all, (_, held)| all.union(held));
    all.iter().filter(|token| everywhere(token)).map(str::to_owned).collect()
}

/// The one value of all; `None` if there is none.
fn common<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Result<Option<T>, OAuthError> {
    let first = values.next();
    if values.all(|other| Some(&other) == first.as_ref()) {
        return Ok(first);
    }
    let why = "the resources have access tokens of different kinds: ask for each by itself";
    Err(OAuthError::new(ErrorCode::InvalidTarget, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::id::ApiId;
    use usher_domain::oauth::api::{Api, ApiScope, ApiSettings};
    use usher_domain::random::SeededRandom;
    use usher_domain::time::Timestamp;

    #[test]
    fn a_scope_that_was_granted_at_one_api_is_no_scope_at_another_that_defines_it() {
        let (now, random) = (Timestamp(7), SeededRandom::new(1));
        let scope = |text: &str| Scope::parse(text).unwrap();
        let reach = |defined: &str, held: &str| {
            let (id, project_id) = (ApiId::new(now, &random), ProjectId::new(now, &random));
            let scopes = defined.split(' ').map(|name| ApiScope { name: name.into(), description: String::new() });
            let settings = ApiSettings { scopes: scopes.collect(), ..ApiSettings::named("Orders") };
            let (identifier, canonical) = (String::new(), String::new());
            let api = Api { id, project_id, identifier, canonical, settings, created_at: now, updated_at: now };
            ReachableApi { api, scope: scope(held) }
        };
        for (apis, together) in [
            (vec![reach("read write", "read write")], "read write"),
            (vec![reach("read write", "read write"), reach("pay", "pay")], "pay read write"),
            (vec![reach("read write", "read write"), reach("read write", "read")], "read"),
            (vec![reach("read", "read"), reach("read pay", "")], ""),
            (vec![], ""),
        ] {
            assert_eq!(scope_at_all(&apis, |reached| reached.scope.clone()).to_string(), together);
        }
    }

    #[test]
    fn one_token_fits_only_what_asks_for_the_same() {
        assert_eq!(common([1, 1, 1].into_iter()), Ok(Some(1)));
        assert_eq!(common(std::iter::empty::<i32>()), Ok(None));
        assert_eq!(common([1, 2].into_iter()).unwrap_err().code, ErrorCode::InvalidTarget);
        assert!(common([1, 1, 2].into_iter()).is_err());
    }
}

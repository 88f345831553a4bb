//! What is known about one user, for administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::oauth::issue::TokenIssuer;
use usher_accounts::core::Core;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::oauth::client::Client;
use usher_domain::project::Project;
use usher_domain::project::assignment::Assignment;
use usher_domain::project::member::Role;
use usher_domain::user::User;
use usher_domain::user::factors::Factors;
use usher_domain::user::identity::Identity;
use usher_domain::user::passkey::StoredPasskey;
use usher_domain::user::search::UserFilter;
use usher_protocol::client::metadata::IdTokenContent;
use usher_protocol::scope::Scope;
use usher_storage::users::search::UserSummary;

/// The ways in of a user.
#[derive(Debug)]
pub struct SignInMethods {
    pub password: bool,
    pub passkeys: Vec<StoredPasskey>,
    pub identities: Vec<Identity>,
    pub factors: Factors,
}

/// What a user may do in a project.
#[derive(Debug)]
pub struct RolesInProject {
    pub project: Project,
    /// As a member, who manages the project.
    pub member: Option<Role>,
    /// By the project's access rules.
    pub roles: Vec<Assignment>,
}

/// The claims that a client would get.
#[derive(Debug)]
pub struct ClaimsPreview {
    pub scope: Scope,
    pub id_token: Map<String, Value>,
    pub userinfo: Map<String, Value>,
}

/// What is known about users.
pub struct UserDetails {
    pub(crate) core: Arc<Core>,
    pub(crate) token_issuer: Arc<TokenIssuer>,
}

impl UserDetails {
    /// A user as lists show them.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load(&self, id: UserId) -> Result<UserSummary, FlowError> {
        let found = self.core.store.summarise_users([id].into_iter(), &UserFilter::default(), self.core.now()).await?;
        found.into_values().next().ok_or_else(|| Rejected::NotFound("user").into())
    }

    /// Those of these users who exist, in this order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load_all(&self, ids: &[UserId]) -> Result<Vec<UserSummary>, FlowError> {
        let store = &self.core.store;
        let mut found = store.summarise_users(ids.iter().copied(), &UserFilter::default(), self.core.now()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// How a user can sign in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in_methods(&self, user: UserId) -> Result<SignInMethods, FlowError> {
        let store = &self.core.store;
        Ok(SignInMethods {
            password: store.find_password(user).await?.is_some(),
            passkeys: store.list_passkeys(user).await?,
            identities: store.list_identities(user).await?,
            factors: store.find_factors(user).await?,
        })
    }

    /// The projects in which a user has a role, as a member or by access rules.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn roles(&self, user: UserId) -> Result<Vec<RolesInProject>, FlowError> {
        let store = &self.core.store;
        let memberships = store.list_memberships(user).await?;
        let assignments = store.list_assignments_everywhere(user).await?;
        let projects: BTreeSet<ProjectId> = memberships
            .iter()
            .map(|member| member.project_id)
            .chain(assignments.iter().map(|assignment| assignment.project))
            .collect();
        let mut found = Vec::new();
        for id in projects {
            let Some(project) = store.find_project(id).await? else { continue };
            let member = memberships.iter().find(|member| member.project_id == id).map(|member| member.role);
            let roles = assignments.iter().filter(|assignment| assignment.project == id).cloned().collect();
            found.push(RolesInProject { project, member, roles });
        }
        Ok(found)
    }

    /// The claims that a client would get about a user with these scopes. Nothing is released or recorded.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn preview_claims(&self, client: &Client, user: &User, scope: Scope) -> Result<ClaimsPreview, FlowError> {
        let none = BTreeSet::new();
        let subject = self.core.subject_at(client, user.id, &user.sub).0;
        let mut userinfo = self.token_issuer.release(client, user, &scope, &none).await?.claims;
        let mut id_token = match client.metadata.id_token_claims {
            IdTokenContent::Scopes => userinfo.clone(),
            IdTokenContent::Minimal => Map::new(),
        };
        for claims in [&mut userinfo, &mut id_token] {
            claims.insert("sub".to_owned(), subject.clone().into());
        }
        Ok(ClaimsPreview { scope, id_token, userinfo })
    }
}

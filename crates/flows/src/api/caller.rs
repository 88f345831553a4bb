//! The caller of the API, and what they may do to a project.
//!
//! There are three kinds of callers: a project's token, a machine of a project with the right scope, and a signed-in
//! user. A project that a caller may not see is not found: the result is the same as for an unknown id.

use crate::oauth::grants::refresh_token::RefreshTokenGrant;
use crate::oauth::issue::TokenIssuer;
use crate::oauth::presented_token::{PresentedToken, PresentedTokens};
use crate::oauth::refusals::log_refusal;
use std::sync::Arc;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::login::accounts::Accounts;

use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::{Account, secret_hash};
use usher_domain::event::actor::EventActor;
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::Client;
use usher_domain::project::Project;
use usher_domain::project::member::Role;
use usher_domain::user::User;
use usher_protocol::scope::Scope;

/// A right to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Subscribe to its feed, read its published rules, request decisions: what a local module does.
    Follow,
    /// Read everything that is not secret.
    View,
    /// What a running application does to its users: assign and remove roles, revoke grants of its clients.
    Operate,
    /// Change clients, rules and webhooks, and rotate their secrets.
    Develop,
    /// Change members and the token, delete the project.
    Own,
}

impl Right {
    /// The highest right of a member with this role.
    pub const fn of_role(role: Role) -> Self {
        match role {
            Role::Owner => Self::Own,
            Role::Developer => Self::Develop,
            Role::Viewer => Self::View,
        }
    }
}

/// The scope that lets a machine subscribe to its project.
const FOLLOW_SCOPE: &str = "usher:sync";
/// The scope that lets a machine change its project.
const DEVELOP_SCOPE: &str = "usher:project";

/// An authenticated caller.
#[derive(Debug, Clone)]
pub enum Caller {
    /// The token of this project.
    Project(Project),
    /// A former token of this project that is still valid, so that applications can be updated.
    FormerToken(Project),
    /// A machine, or any client with a token of its own, and what that token may do.
    Client {
        /// The client.
        client: Arc<Client>,
        /// The token's scope.
        scope: Scope,
        /// The token's `jti`.
        jti: String,
        /// The key that signed it.
        kid: String,
        /// When the token expires, in seconds since the epoch.
        expires_at: i64,
    },
    /// A signed-in user.
    Person(Box<Account>),
}

impl Caller {
    /// The one project that the caller's token belongs to; `None` for users.
    pub fn own_project(&self) -> Option<ProjectId> {
        match self {
            Self::Project(project) | Self::FormerToken(project) => Some(project.id),
            Self::Client { client, .. } => Some(client.project_id),
            Self::Person(_) => None,
        }
    }

    /// Who the events of this caller's requests name as their cause.
    pub fn actor(&self) -> EventActor {
        match self {
            Self::Project(project) | Self::FormerToken(project) => EventActor::ProjectToken(project.id),
            Self::Client { client, .. } => EventActor::Client(client.id.clone()),
            Self::Person(account) => EventActor::User(account.user.id),
        }
    }
}

/// Callers of the JSON API.
pub struct Callers {
    pub(crate) core: Arc<Core>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) presented_tokens: Arc<PresentedTokens>,
    pub(crate) refresh_token_grant: Arc<RefreshTokenGrant>,
    pub(crate) token_issuer: Arc<TokenIssuer>,
}

impl Callers {
    /// The caller of this token; `None` if it is invalid.
    pub async fn caller_by_token(&self, presented: &PresentedToken<'_>) -> Result<Option<Caller>, FlowError> {
        let token = presented.token;
        // A JWT has dots, and a project's token has none.
        if !token.contains('.') {
            if presented.proof.is_some() {
                return Ok(None);
            }
            let found = self.core.store.find_project_by_token(&secret_hash(token), self.core.now()).await?;
            let caller =
                |(project, newest)| if newest { Caller::Project(project) } else { Caller::FormerToken(project) };
            return Ok(found.map(caller));
        }
        let access = match self.presented_tokens.check(presented).await? {
            Ok(access) => access,
            Err(error) => {
                log_refusal("/api/v1", &error);
                return Ok(None);
            }
        };
        if access.person.is_some() {
            return Ok(self.person_by_token(&access).await?.map(|account| Caller::Person(Box::new(account))));
        }
        let id = usher_domain::id::ClientId(access.claims.client_id);
        let Some(client) = self.clients.find_client(&id).await? else { return Ok(None) };
        let scope = Scope::parse(&access.claims.scope).unwrap_or_default();
        let (jti, expires_at) = (access.claims.jti, access.claims.exp);
        Ok(Some(Caller::Client { client, scope, jti, kid: access.kid, expires_at }))
    }

    /// The project with this id, if the caller has this right.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if there is no such project or the caller may not see it, [`Rejected::NotAllowed`] if
    /// they may see it but lack the right, [`Rejected::ProjectTokenRequired`] if only the newest token may do it.
    pub async fn project_for(&self, caller: &Caller, id: ProjectId, right: Right) -> Result<Project, FlowError> {
        let unknown = || FlowError::from(Rejected::NotFound("project"));
        let Some(highest) = self.highest_right(caller, id).await? else { return Err(unknown()) };
        if highest < right {
            let former = matches!(caller, Caller::FormerToken(_));
            return Err(if former { Rejected::ProjectTokenRequired } else { Rejected::NotAllowed }.into());
        }
        match caller {
            Caller::Project(project) | Caller::FormerToken(project) => Ok(project.clone()),
            _ => self.core.store.find_project(id).await?.ok_or_else(unknown),
        }
    }

    /// The highest right of the caller to a project; `None` if they may not see it.
    async fn highest_right(&self, caller: &Caller, id: ProjectId) -> Result<Option<Right>, FlowError> {
        Ok(match caller {
            Caller::Project(project) => (project.id == id).then_some(Right::Own),
            Caller::FormerToken(project) => (project.id == id).then_some(Right::Operate),
            Caller::Client { client, scope, .. } if client.project_id == id && client.represents_project() => {
                let develops = scope.contains(DEVELOP_SCOPE).then_some(Right::Develop);
                develops.or_else(|| scope.contains(FOLLOW_SCOPE).then_some(Right::Follow))
            }
            Caller::Client { .. } => None,
            Caller::Person(account) => self.right_of_person(&account.user, id).await?,
        })
    }

    /// The project with this id, and the highest right of a signed-in user to it; `None` if there is no such project or
    /// they may not see it.
    pub async fn project_of_person(&self, user: &User, id: ProjectId) -> Result<Option<(Project, Right)>, FlowError> {
        let Some(right) = self.right_of_person(user, id).await? else { return Ok(None) };
        Ok(self.core.store.find_project(id).await?.map(|project| (project, right)))
    }

    async fn right_of_person(&self, user: &User, project: ProjectId) -> Result<Option<Right>, FlowError> {
        if user.admin {
            return Ok(Some(Right::Own));
        }
        let member = self.core.store.find_member(project, user.id).await?;
        Ok(member.map(|member| Right::of_role(member.role)))
    }
}

//! Who calls the API, and what they may do to a project.
//!
//! Three kinds of callers: whoever holds a project's token, a machine of a project with the right scope, and a person.
//! A project that a caller may not see does not exist for them: the answer is the same as for an id that nobody has.

use std::sync::Arc;

use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Account, secret_hash};
use crate::usher::Usher;
use usher_domain::id::ProjectId;
use usher_domain::oauth::client::Client;
use usher_domain::project::Project;
use usher_domain::project::member::Role;
use usher_domain::user::User;
use usher_protocol::scope::Scope;

/// What somebody wants to do to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Follow its feed, read its published rules, ask for decisions: what a local module does.
    Follow,
    /// Read everything that is not secret.
    View,
    /// What a running application does to its users: give and take roles, end what its clients hold of them.
    Operate,
    /// Change clients, rules, webhooks; get new secrets of these.
    Develop,
    /// Change members and the token, delete the project.
    Own,
}

/// A machine's scope that lets it follow its project.
const FOLLOW_SCOPE: &str = "usher:sync";
/// A machine's scope that lets it work on its project.
const DEVELOP_SCOPE: &str = "usher:project";

/// Whoever calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Holds the token of this project.
    Project(Project),
    /// Holds a token of this project that was replaced and is still good, so that applications can change over.
    FormerToken(Project),
    /// A machine, or any client with a token of its own, and what that token reaches.
    Client {
        /// The client.
        client: Arc<Client>,
        /// The token's scope.
        scope: Scope,
        /// The token's name.
        jti: String,
        /// The key that signed it.
        kid: String,
        /// Seconds since the epoch at which the token is over.
        expires_at: i64,
    },
    /// A person, signed in.
    Person(Box<Account>),
}

impl Caller {
    /// The one project that the caller's token is for; a person is in any number of them.
    pub fn own_project(&self) -> Option<ProjectId> {
        match self {
            Self::Project(project) | Self::FormerToken(project) => Some(project.id),
            Self::Client { client, .. } => Some(client.project_id),
            Self::Person(_) => None,
        }
    }
}

impl Usher {
    /// The caller that this bearer token speaks for; `None` if it speaks for nobody.
    ///
    /// # Errors
    /// If the house is broken.
    pub async fn caller_by_token(&self, token: &str) -> Result<Option<Caller>, FlowError> {
        // A signed token has dots, and a project's token has none.
        if !token.contains('.') {
            let found = self.store.find_project_by_token(&secret_hash(token), self.now()).await?;
            let caller =
                |(project, newest)| if newest { Caller::Project(project) } else { Caller::FormerToken(project) };
            return Ok(found.map(caller));
        }
        let Ok(access) = self.check_access_token(token).await? else { return Ok(None) };
        if access.person.is_some() {
            return Ok(self.person_by_token(&access).await?.map(|account| Caller::Person(Box::new(account))));
        }
        let id = usher_domain::id::ClientId(access.claims.client_id);
        let Some(client) = self.find_client(&id).await? else { return Ok(None) };
        let scope = Scope::parse(&access.claims.scope).unwrap_or_default();
        let (jti, expires_at) = (access.claims.jti, access.claims.exp);
        Ok(Some(Caller::Client { client, scope, jti, kid: access.kid, expires_at }))
    }

    /// The project with this id, if the caller has this right there.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if there is no such project or the caller may not even see it, [`Rejected::NotAllowed`] if
    /// they may see it and no more, [`Rejected::ProjectTokenRequired`] if only the newest token may.
    pub async fn project_for(&self, caller: &Caller, id: ProjectId, right: Right) -> Result<Project, FlowError> {
        let unknown = || FlowError::from(Rejected::NotFound("project"));
        let Some(highest) = self.highest_right(caller, id).await? else { return Err(unknown()) };
        if highest < right {
            let former = matches!(caller, Caller::FormerToken(_));
            return Err(if former { Rejected::ProjectTokenRequired } else { Rejected::NotAllowed }.into());
        }
        match caller {
            Caller::Project(project) | Caller::FormerToken(project) => Ok(project.clone()),
            _ => self.store.find_project(id).await?.ok_or_else(unknown),
        }
    }

    /// The most that the caller may do to a project; `None` if it is none of their business.
    async fn highest_right(&self, caller: &Caller, id: ProjectId) -> Result<Option<Right>, FlowError> {
        Ok(match caller {
            Caller::Project(project) => (project.id == id).then_some(Right::Own),
            Caller::FormerToken(project) => (project.id == id).then_some(Right::Operate),
            Caller::Client { client, scope, .. } if client.project_id == id => {
                let develops = scope.contains(DEVELOP_SCOPE).then_some(Right::Develop);
                develops.or_else(|| scope.contains(FOLLOW_SCOPE).then_some(Right::Follow))
            }
            Caller::Client { .. } => None,
            Caller::Person(account) => self.right_of_person(&account.user, id).await?,
        })
    }

    async fn right_of_person(&self, user: &User, project: ProjectId) -> Result<Option<Right>, FlowError> {
        if user.admin {
            return Ok(Some(Right::Own));
        }
        let member = self.store.find_member(project, user.id).await?;
        Ok(member.map(|member| match member.role {
            Role::Owner => Right::Own,
            Role::Developer => Right::Develop,
            Role::Viewer => Right::View,
        }))
    }
}

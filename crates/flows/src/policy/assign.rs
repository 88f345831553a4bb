//! Assigning and removing roles. The subject's tokens become invalid at once, so that new ones contain the current
//! roles.

use crate::policy::Policies;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{AssignmentId, ProjectId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::assignment::{Assignment, RoleHolder, is_scope};
use usher_domain::time::Timestamp;
use usher_policy::limits::ROLES_OF_SUBJECT;
use usher_policy::table::PermissionRule;
use usher_storage::StorageError;

/// The subject of a role assignment, as applications name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user, by `sub`.
    User(String),
    /// A client, by `client_id`.
    Client(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssignment {
    pub role: String,
    pub subject: Subject,
    /// For this entity only, e.g. `Order:42`.
    pub scope: Option<String>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

impl Policies {
    /// The holder for a subject, in this project; `None` if it does not exist.
    pub(super) async fn find_holder(
        &self,
        project: ProjectId,
        subject: &Subject,
    ) -> Result<Option<RoleHolder>, FlowError> {
        Ok(match subject {
            Subject::User(sub) => self.subjects.find_in(project, sub).await?.map(|user| RoleHolder::User(user.id)),
            Subject::Client(id) => {
                let Ok(id) = id.parse() else { return Ok(None) };
                let client = self.clients.find_client(&id).await?;
                client.filter(|client| client.project_id == project).map(|client| RoleHolder::Client(client.id.clone()))
            }
        })
    }

    /// The subject of a holder, as the applications of a project name it.
    pub async fn subject_of(&self, project: ProjectId, holder: &RoleHolder) -> Result<Subject, FlowError> {
        Ok(match holder {
            RoleHolder::Client(id) => Subject::Client(id.0.clone()),
            RoleHolder::User(id) => {
                let user = self.core.store.find_user(*id).await?.ok_or(Rejected::NotFound("user"))?;
                Subject::User(self.subjects.name_in(project, &user).await?.0)
            }
        })
    }

    /// The `sub` of a holder in the event log: of a machine, whose tokens have it as `sub`, the `client_id`.
    async fn logged_subject(&self, holder: &RoleHolder) -> Result<String, FlowError> {
        Ok(match holder {
            RoleHolder::Client(id) => id.0.clone(),
            RoleHolder::User(id) => self.core.store.find_user(*id).await?.ok_or(Rejected::NotFound("subject"))?.sub.0,
        })
    }

    /// Assigns a published role.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for the role or the subject, [`Rejected::RoleHeld`], [`Rejected::TooManyRoles`],
    /// [`Rejected::BadAssignment`] for an invalid scope or expiry.
    pub async fn assign_role(&self, project: ProjectId, new: NewAssignment) -> Result<Assignment, FlowError> {
        let now = self.core.now();
        if new.scope.as_ref().is_some_and(|scope| !is_scope(scope)) {
            return Err(Rejected::BadAssignment("a scope is one entity, such as Order:42").into());
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(Rejected::BadAssignment("the end lies in the past").into());
        }
        let table = self.published_table(project).await?;
        if !table.is_some_and(|table| table.roles.contains_key(&new.role)) {
            return Err(Rejected::NotFound("published role").into());
        }
        let holder = self.find_holder(project, &new.subject).await?.ok_or(Rejected::NotFound("subject"))?;
        let assignment = Assignment {
            id: AssignmentId::new(now, &*self.core.random),
            project,
            role: new.role,
            holder,
            scope: new.scope,
            expires_at: new.expires_at,
            assigned_at: now,
        };
        let sub = self.logged_subject(&assignment.holder).await?;
        let event = self.role_event(EventKind::ROLE_ASSIGNED, &assignment, &sub);
        self.insert_assignment(&assignment, event).await?;
        Ok(assignment)
    }

    async fn insert_assignment(&self, new: &Assignment, event: Event) -> Result<(), FlowError> {
        let (project, now) = (new.project, new.assigned_at);
        let mut tx = self.core.store.begin().await?;
        // Assignments of a project run one after the other, so that the count is right.
        if !tx.lock_project(project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        let mut had = 0;
        for old in tx.list_assignments_of(project, &new.holder, new.scope.as_deref()).await? {
            let same = old.role == new.role && old.scope == new.scope;
            match (same, old.holds(now, old.scope.as_deref())) {
                (true, true) => return Err(Rejected::RoleHeld.into()),
                (true, false) => drop(tx.delete_assignment(project, old.id).await?),
                (false, holds) => had += usize::from(holds && old.scope.is_none()),
            }
        }
        if new.scope.is_none() && had >= ROLES_OF_SUBJECT {
            // An expired assignment of the same role stays deleted.
            tx.commit().await?;
            return Err(Rejected::TooManyRoles.into());
        }
        match tx.insert_assignment(new).await {
            Err(StorageError::Conflict) => return Err(Rejected::RoleHeld.into()),
            inserted => inserted?,
        }
        self.core.append_with_entry(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a role.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn unassign_role(&self, project: ProjectId, id: AssignmentId) -> Result<(), FlowError> {
        let found = self.core.store.find_assignment(project, id).await?.ok_or(Rejected::NotFound("assignment"))?;
        let sub = self.logged_subject(&found.holder).await?;
        let event = self.role_event(EventKind::ROLE_UNASSIGNED, &found, &sub);
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(project).await? || !tx.delete_assignment(project, id).await? {
            return Err(Rejected::NotFound("assignment").into());
        }
        self.core.append_with_entry(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    fn role_event(&self, kind: EventKind, assignment: &Assignment, sub: &str) -> Event {
        let event = self.core.event(kind).with_project(assignment.project).with("role", assignment.role.as_str());
        let event = match &assignment.holder {
            RoleHolder::Client(id) => event.with_client(id),
            RoleHolder::User(user) => event.with_user(*user),
        };
        let event = event.with("sub", sub);
        match &assignment.scope {
            Some(scope) => event.with("scope", scope.as_str()),
            None => event,
        }
    }

    /// Role assignments, oldest first.
    pub async fn list_assignments(
        &self,
        project: ProjectId,
        after: Cursor,
        size: u32,
    ) -> Result<Page<Assignment>, FlowError> {
        Ok(self.core.store.list_assignments(project, after, size).await?)
    }

    /// The roles for a user's access token: those for all entities.
    ///
    /// A role may forbid, so that none may be left out: a user with more than fit into a token gets none.
    pub(crate) async fn roles_for_token(&self, project: ProjectId, user: UserId) -> Result<Vec<String>, FlowError> {
        let most = u32::try_from(ROLES_OF_SUBJECT).unwrap_or(u32::MAX);
        let roles = self.core.store.list_roles_of_user(project, user, self.core.now(), most + 1).await?;
        if roles.len() > ROLES_OF_SUBJECT {
            tracing::error!(project.id = %project, user.id = %user, "more roles than fit into a token");
            return Ok(Vec::new());
        }
        Ok(roles)
    }

    /// The roles that a token for an API carries. A role that forbids something is carried in any case: leaving it out
    /// would permit it.
    pub(crate) async fn roles_carried(
        &self,
        project: ProjectId,
        mut roles: Vec<String>,
        carried: impl Fn(&str) -> bool + Send,
    ) -> Result<Vec<String>, FlowError> {
        if roles.iter().all(|role| carried(role)) {
            return Ok(roles);
        }
        let table = self.published_table(project).await?;
        let forbids = |role: &String| {
            let rules = table.as_ref().and_then(|table| table.roles.get(role));
            rules.is_some_and(|rules| rules.values().any(|rule| *rule == PermissionRule::Deny))
        };
        roles.retain(|role| carried(role) || forbids(role));
        Ok(roles)
    }

    /// The permissions that these roles allow without a condition and that a token for an API carries, sorted.
    pub(crate) async fn permissions_for_token(
        &self,
        project: ProjectId,
        roles: &[String],
        carried: impl Fn(&str) -> bool + Send,
    ) -> Result<Vec<String>, FlowError> {
        let Some(table) = self.published_table(project).await? else { return Ok(Vec::new()) };
        let rules = |permission: &String| {
            let held = roles.iter().filter_map(|role| table.roles.get(role)?.get(permission)).collect::<Vec<_>>();
            held.contains(&&PermissionRule::Allow) && !held.contains(&&PermissionRule::Deny)
        };
        Ok(table.permissions.keys().filter(|name| carried(name) && rules(name)).cloned().collect())
    }
}

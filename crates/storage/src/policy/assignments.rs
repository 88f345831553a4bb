//! Role assignments.

use crate::db::{Sql, statements};
use crate::query::Query;
use crate::row::{Columns, FromRow};
use crate::{Result, Store, Tx};
use usher_domain::id::{AssignmentId, ProjectId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::assignment::{Assignment, RoleHolder};
use usher_domain::time::Timestamp;

/// The columns of an [`Assignment`].
const ASSIGNMENT: &str = "id, project_id, role, user_id, client_id, scope, expires_at, assigned_at";

impl FromRow for Assignment {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        columns.of("assignment");
        Ok(Self {
            id: columns.take("id")?,
            project: columns.take("project_id")?,
            role: columns.take("role")?,
            holder: match (columns.take("user_id")?, columns.take("client_id")?) {
                (Some(user), None) => RoleHolder::User(user),
                (None, Some(client)) => RoleHolder::Client(client),
                _ => return Err(columns.unreadable("user_id")),
            },
            scope: Some(columns.take("scope")?).filter(|scope: &String| !scope.is_empty()),
            expires_at: columns.take("expires_at")?,
            assigned_at: columns.take("assigned_at")?,
        })
    }
}

statements! {
    with ASSIGNMENT;

    INSERT = "
        insert into assignment (id, project_id, role, user_id, client_id, scope, expires_at, assigned_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    // No limit: a role may forbid, so that none may be left out. A role occurs here twice at most.
    OF_USER = "
        select {ASSIGNMENT}
        from assignment
        where project_id = $1 and user_id = $2 and scope in ('', $3)
        order by role, scope
    ";
    OF_CLIENT = "
        select {ASSIGNMENT}
        from assignment
        where project_id = $1 and client_id = $2 and scope in ('', $3)
        order by role, scope
    ";
    EVERYWHERE = "
        select {ASSIGNMENT}
        from assignment
        where user_id = $1
        order by project_id, role, scope
    ";
    ROLES = "
        select distinct role
        from assignment
        where project_id = $1
          and user_id = $2
          and scope = ''
          and (expires_at is null or expires_at > $3)
        order by role
        limit $4 + 0
    ";
    LIST = "
        select {ASSIGNMENT}
        from assignment
        where project_id = $1 and id > $2
        order by id
        limit $3 + 0
    ";
    FIND = "
        select {ASSIGNMENT}
        from assignment
        where id = $1 and project_id = $2
    ";
    DELETE = "delete from assignment where id = $1 and project_id = $2";
}

fn of_holder<'q>(
    begin: impl FnOnce(Sql) -> Query<'q>,
    project: ProjectId,
    holder: &RoleHolder,
    entity: Option<&str>,
) -> Query<'q> {
    let query = match holder {
        RoleHolder::User(user) => begin(OF_USER).bind(project).bind(user),
        RoleHolder::Client(client) => begin(OF_CLIENT).bind(project).bind(client),
    };
    query.bind(entity.unwrap_or_default())
}

impl Tx {
    /// Assigns a role.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the assignment exists already.
    pub async fn insert_assignment(&mut self, assignment: &Assignment) -> Result<()> {
        let (user, client) = match &assignment.holder {
            RoleHolder::User(user) => (Some(user), None),
            RoleHolder::Client(client) => (None, Some(client)),
        };
        self.query(INSERT)
            .bind(assignment.id)
            .bind(assignment.project)
            .bind(&assignment.role)
            .bind(user)
            .bind(client)
            .bind(assignment.scope.as_deref().unwrap_or_default())
            .bind(assignment.expires_at)
            .bind(assignment.assigned_at)
            .done()
            .await
    }

    /// The assignments of a subject in a project, expired or not: those for all entities, and those for this entity.
    pub async fn list_assignments_of(
        &mut self,
        project: ProjectId,
        holder: &RoleHolder,
        entity: Option<&str>,
    ) -> Result<Vec<Assignment>> {
        of_holder(|sql| self.query(sql), project, holder, entity).all().await
    }

    /// The assignments of a user in every project, expired or not.
    pub async fn list_assignments_everywhere(&mut self, user: UserId) -> Result<Vec<Assignment>> {
        self.query(EVERYWHERE).bind(user).all().await
    }

    /// Removes an assignment. `false` if it does not exist.
    pub async fn delete_assignment(&mut self, project: ProjectId, id: AssignmentId) -> Result<bool> {
        self.query(DELETE).bind(id).bind(project).changed().await
    }
}

impl Store {
    /// Every assignment of a user, of all projects.
    pub async fn list_assignments_everywhere(&self, user: UserId) -> Result<Vec<Assignment>> {
        self.query(EVERYWHERE).bind(user).all().await
    }

    /// The roles that a user has for all entities of a project, sorted.
    pub async fn list_roles_of_user(
        &self,
        project: ProjectId,
        user: UserId,
        now: Timestamp,
        size: u32,
    ) -> Result<Vec<String>> {
        self.query(ROLES).bind(project).bind(user).bind(now).bind(size).all().await
    }

    /// The assignments of a subject in a project, expired or not: those for all entities, and those for this entity.
    pub async fn list_assignments_of(
        &self,
        project: ProjectId,
        holder: &RoleHolder,
        entity: Option<&str>,
    ) -> Result<Vec<Assignment>> {
        of_holder(|sql| self.query(sql), project, holder, entity).all().await
    }

    /// All assignments of a project, oldest first.
    pub async fn list_assignments(&self, project: ProjectId, after: Cursor, size: u32) -> Result<Page<Assignment>> {
        self.query(LIST).bind(project).bind(after).page(size, |assignment: &Assignment| assignment.id.0).await
    }

    /// An assignment by id.
    pub async fn find_assignment(&self, project: ProjectId, id: AssignmentId) -> Result<Option<Assignment>> {
        self.query(FIND).bind(id).bind(project).optional().await
    }
}

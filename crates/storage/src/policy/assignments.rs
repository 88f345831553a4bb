//! Role assignments.

use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::unreadable;
use crate::{Result, StorageError, Store, Tx};
use usher_domain::id::{AssignmentId, ClientId, ProjectId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::project::assignment::{Assignment, RoleHolder};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into assignment (id, project_id, role, user_id, client_id, scope, expires_at, assigned_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    // No limit: a role may forbid, so that none may be left out. A role occurs here twice at most.
    OF_USER = "select id, project_id, role, user_id, client_id, scope, expires_at, assigned_at from assignment where project_id = $1 and user_id = $2 and scope in ('', $3) order by role, scope";
    OF_CLIENT = "select id, project_id, role, user_id, client_id, scope, expires_at, assigned_at from assignment where project_id = $1 and client_id = $2 and scope in ('', $3) order by role, scope";
    EVERYWHERE = "select id, project_id, role, user_id, client_id, scope, expires_at, assigned_at from assignment where user_id = $1 order by project_id, role, scope";
    ROLES = "select distinct role from assignment where project_id = $1 and user_id = $2 and scope = '' and (expires_at is null or expires_at > $3) order by role limit $4";
    LIST = "select id, project_id, role, user_id, client_id, scope, expires_at, assigned_at from assignment where project_id = $1 and id > $2 order by id limit $3";
    FIND = "select id, project_id, role, user_id, client_id, scope, expires_at, assigned_at from assignment where id = $1 and project_id = $2";
    DELETE = "delete from assignment where id = $1 and project_id = $2";
}

#[derive(sqlx::FromRow)]
struct AssignmentRow {
    id: Uuid,
    project_id: Uuid,
    role: String,
    user_id: Option<Uuid>,
    client_id: Option<String>,
    scope: String,
    expires_at: Option<i64>,
    assigned_at: i64,
}

impl TryFrom<AssignmentRow> for Assignment {
    type Error = StorageError;
    fn try_from(row: AssignmentRow) -> Result<Self> {
        let holder = match (row.user_id, row.client_id) {
            (Some(user), None) => RoleHolder::User(UserId(user)),
            (None, Some(client)) => RoleHolder::Client(ClientId(client)),
            _ => return Err(unreadable("assignment", "user_id", row.id)),
        };
        Ok(Self {
            id: AssignmentId(row.id),
            project: ProjectId(row.project_id),
            role: row.role,
            holder,
            scope: Some(row.scope).filter(|scope| !scope.is_empty()),
            expires_at: row.expires_at.map(Timestamp),
            assigned_at: Timestamp(row.assigned_at),
        })
    }
}

fn read(rows: Vec<AssignmentRow>) -> Result<Vec<Assignment>> {
    rows.into_iter().map(Assignment::try_from).collect()
}

impl Tx {
    /// Assigns a role.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if the assignment exists already.
    pub async fn insert_assignment(&mut self, assignment: &Assignment) -> Result<()> {
        let (user, client) = match &assignment.holder {
            RoleHolder::User(user) => (Some(user.0), None),
            RoleHolder::Client(client) => (None, Some(client.0.as_str())),
        };
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(assignment.id.0)
            .bind(assignment.project.0)
            .bind(&assignment.role)
            .bind(user)
            .bind(client)
            .bind(assignment.scope.as_deref().unwrap_or_default())
            .bind(assignment.expires_at.map(|end| end.0))
            .bind(assignment.assigned_at.0))
        .map(drop)
    }

    /// The assignments of a subject in a project, expired or not: those for all entities, and those for this entity.
    pub async fn list_assignments_of(
        &mut self,
        project: ProjectId,
        holder: &RoleHolder,
        entity: Option<&str>,
    ) -> Result<Vec<Assignment>> {
        let entity = entity.unwrap_or_default();
        read(match holder {
            RoleHolder::User(user) => on_tx!(self, OF_USER, |conn, sql| sqlx::query_as(sql)
                .bind(project.0)
                .bind(user.0)
                .bind(entity)
                .fetch_all(conn))?,
            RoleHolder::Client(id) => on_tx!(self, OF_CLIENT, |conn, sql| sqlx::query_as(sql)
                .bind(project.0)
                .bind(&id.0)
                .bind(entity)
                .fetch_all(conn))?,
        })
    }

    /// The assignments of a user in every project, expired or not.
    pub async fn list_assignments_everywhere(&mut self, user: UserId) -> Result<Vec<Assignment>> {
        read(on_tx!(self, EVERYWHERE, |conn, sql| sqlx::query_as(sql).bind(user.0).fetch_all(conn))?)
    }

    /// Removes an assignment. `false` if it does not exist.
    pub async fn delete_assignment(&mut self, project: ProjectId, id: AssignmentId) -> Result<bool> {
        run!(self, DELETE, |sql| sqlx::query(sql).bind(id.0).bind(project.0)).map(|rows| rows == 1)
    }
}

impl Store {
    /// The roles that a user has for all entities of a project, sorted.
    pub async fn list_roles_of_user(
        &self,
        project: ProjectId,
        user: UserId,
        now: Timestamp,
        size: u32,
    ) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on!(&self.db, ROLES, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(user.0)
            .bind(now.0)
            .bind(i64::from(size))
            .fetch_all(conn))?;
        Ok(rows.into_iter().map(|(role,)| role).collect())
    }

    /// The assignments of a subject in a project, expired or not: those for all entities, and those for this entity.
    pub async fn list_assignments_of(
        &self,
        project: ProjectId,
        holder: &RoleHolder,
        entity: Option<&str>,
    ) -> Result<Vec<Assignment>> {
        let entity = entity.unwrap_or_default();
        read(match holder {
            RoleHolder::User(user) => on!(&self.db, OF_USER, |conn, sql| sqlx::query_as(sql)
                .bind(project.0)
                .bind(user.0)
                .bind(entity)
                .fetch_all(conn))?,
            RoleHolder::Client(id) => on!(&self.db, OF_CLIENT, |conn, sql| sqlx::query_as(sql)
                .bind(project.0)
                .bind(&id.0)
                .bind(entity)
                .fetch_all(conn))?,
        })
    }

    /// All assignments of a project, oldest first.
    pub async fn list_assignments(&self, project: ProjectId, after: Cursor, size: u32) -> Result<Page<Assignment>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<AssignmentRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        Ok(Page::cut(read(rows)?, size, |assignment| assignment.id.0))
    }

    /// An assignment by id.
    pub async fn find_assignment(&self, project: ProjectId, id: AssignmentId) -> Result<Option<Assignment>> {
        let row: Option<AssignmentRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).bind(project.0).fetch_optional(conn))?;
        row.map(Assignment::try_from).transpose()
    }
}

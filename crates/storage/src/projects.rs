//! Projects. Only the hash of a project's token is stored.

use uuid::Uuid;

use super::db::{on, on_tx, run, statements};
use super::{Result, Store, Tx};
use usher_domain::id::{ClientId, ProjectId, SessionId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::project::Project;
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into project (id, name, token_hash, created_at) values ($1, $2, $3, $4)";
    REQUIRE = "update project set required_acr = $2 where id = $1";
    FIND = "select id, name, created_at, required_acr from project where id = $1";
    OF_SESSION = "select distinct c.project_id from grants g join client c on c.id = g.client_id where g.session_id = $1";
    EVERY = "select id from project";
    // Events are dispatched one after the other, so that exactly one of several simultaneous ones finds none before it.
    IS_FIRST_IN_SESSION = "select not exists (select 1 from event where user_id = $2 and kind = 'grant.created' and project_id = $1 and session_id = $3 and told)";
    IS_FIRST_OF_USER = "select not exists (select 1 from event where user_id = $2 and kind = 'grant.created' and project_id = $1 and told union all select 1 from access a join client c on c.id = a.client_id where a.user_id = $2 and c.project_id = $1 and a.first_used_at < $3)";
    OF_USER = "select c.project_id from grants g join client c on c.id = g.client_id where g.user_id = $1 and g.revoked_at is null union select c.project_id from access a join client c on c.id = a.client_id where a.user_id = $1";
    FIND_BY_TOKEN = "select id, name, created_at, required_acr, 1 as newest from project where token_hash = $1 union all select p.id, p.name, p.created_at, p.required_acr, 0 as newest from project_key k join project p on p.id = k.project_id where k.former_hash = $1 and k.good_until > $2";
    LIST_OF_MEMBER = "select p.id, p.name, p.created_at, p.required_acr from project_member m join project p on p.id = m.project_id where m.user_id = $1 and m.project_id > $2 order by m.project_id limit $3";
    // PostgreSQL locks the row until the transaction ends. SQLite has one writer, so its transactions need no lock.
    LOCK = "select 1 from project where id = $1", postgres "select 1 from project where id = $1 for no key update";
    LOCK_EXCLUSIVELY = "select 1 from project where id = $1", postgres "select 1 from project where id = $1 for update";
    CLIENTS = "select id from client where project_id = $1 order by id";
    RENAME = "update project set name = $2 where id = $1";
    DELETE = "delete from project where id = $1";
    LIST = "select id, name, created_at, required_acr from project where id > $1 order by id limit $2";
}

#[derive(sqlx::FromRow)]
struct ProjectRow {
    id: Uuid,
    name: String,
    created_at: i64,
    required_acr: Option<String>,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: ProjectId(row.id),
            name: row.name,
            created_at: Timestamp(row.created_at),
            required_acr: row.required_acr,
        }
    }
}

impl Tx {
    /// Adds a project under the hash of its token.
    pub async fn insert_project(&mut self, project: &Project, token_hash: &[u8]) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(project.id.0)
            .bind(&project.name)
            .bind(token_hash)
            .bind(project.created_at.0))
        .map(drop)
    }

    /// The projects whose clients hold grants of a session, whether these are still valid or not.
    pub async fn projects_of_session(&mut self, session: SessionId) -> Result<Vec<ProjectId>> {
        let ids: Vec<Uuid> =
            on_tx!(self, OF_SESSION, |conn, sql| sqlx::query_scalar(sql).bind(session.0).fetch_all(conn))?;
        Ok(ids.into_iter().map(ProjectId).collect())
    }

    /// Was no earlier grant of the project's clients dispatched for this session of the user?
    pub async fn is_first_in_session(&mut self, project: ProjectId, user: UserId, session: SessionId) -> Result<bool> {
        on_tx!(self, IS_FIRST_IN_SESSION, |conn, sql| sqlx::query_scalar(sql)
            .bind(project.0)
            .bind(user.0)
            .bind(session.0)
            .fetch_one(conn))
    }

    /// Was no earlier grant of the project's clients dispatched for the user, as far as the log reaches back, and were
    /// no claims released to them before `at`?
    pub async fn is_first_of_user(&mut self, project: ProjectId, user: UserId, at: Timestamp) -> Result<bool> {
        on_tx!(self, IS_FIRST_OF_USER, |conn, sql| sqlx::query_scalar(sql)
            .bind(project.0)
            .bind(user.0)
            .bind(at.0)
            .fetch_one(conn))
    }

    /// The ids of all projects.
    pub async fn every_project(&mut self) -> Result<Vec<ProjectId>> {
        let ids: Vec<Uuid> = on_tx!(self, EVERY, |conn, sql| sqlx::query_scalar(sql).fetch_all(conn))?;
        Ok(ids.into_iter().map(ProjectId).collect())
    }

    /// The projects of a user: their clients hold grants of the user, or were released claims that were not withdrawn.
    pub async fn projects_of_user(&mut self, user: UserId) -> Result<Vec<ProjectId>> {
        let ids: Vec<Uuid> = on_tx!(self, OF_USER, |conn, sql| sqlx::query_scalar(sql).bind(user.0).fetch_all(conn))?;
        Ok(ids.into_iter().map(ProjectId).collect())
    }

    /// Locks a project: transactions that lock it run one after the other from here to their end. Whatever is counted
    /// or read in a project before it is written must be read after this. `false` if there is no such project.
    pub async fn lock_project(&mut self, id: ProjectId) -> Result<bool> {
        let found: Option<i32> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_scalar(sql).bind(id.0).fetch_optional(conn))?;
        Ok(found.is_some())
    }

    /// Locks a project so that no row that refers to it can be added either, and returns the ids of its clients.
    /// `None` if there is no such project.
    pub async fn lock_project_with_clients(&mut self, id: ProjectId) -> Result<Option<Vec<ClientId>>> {
        let found: Option<i32> =
            on_tx!(self, LOCK_EXCLUSIVELY, |conn, sql| sqlx::query_scalar(sql).bind(id.0).fetch_optional(conn))?;
        if found.is_none() {
            return Ok(None);
        }
        let ids: Vec<String> = on_tx!(self, CLIENTS, |conn, sql| sqlx::query_scalar(sql).bind(id.0).fetch_all(conn))?;
        Ok(Some(ids.into_iter().map(ClientId).collect()))
    }

    /// Renames a project. `false` if there is no such project.
    pub async fn rename_project(&mut self, id: ProjectId, name: &str) -> Result<bool> {
        Ok(run!(self, RENAME, |sql| sqlx::query(sql).bind(id.0).bind(name))? == 1)
    }

    /// Deletes a project with all its dependent rows. `false` if there is no such project.
    pub async fn delete_project(&mut self, id: ProjectId) -> Result<bool> {
        self.delete_dependents_of_project(id).await?;
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(id.0))? == 1)
    }

    /// Sets the `acr` that a project requires of every sign-in. `false` if there is no such project.
    pub async fn require_of_project(&mut self, id: ProjectId, acr: Option<&str>) -> Result<bool> {
        Ok(run!(self, REQUIRE, |sql| sqlx::query(sql).bind(id.0).bind(acr))? == 1)
    }
}

impl Store {
    /// A project by id.
    pub async fn find_project(&self, id: ProjectId) -> Result<Option<Project>> {
        let row: Option<ProjectRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(id.0).fetch_optional(conn))?;
        Ok(row.map(Project::from))
    }

    /// The project whose token has this hash, and whether it is the newest token or a former one that is still valid.
    pub async fn find_project_by_token(&self, hash: &[u8], now: Timestamp) -> Result<Option<(Project, bool)>> {
        #[derive(sqlx::FromRow)]
        struct ProjectWithNewestToken {
            #[sqlx(flatten)]
            project: ProjectRow,
            newest: i32,
        }
        let row: Option<ProjectWithNewestToken> =
            on!(&self.db, FIND_BY_TOKEN, |conn, sql| sqlx::query_as(sql).bind(hash).bind(now.0).fetch_optional(conn))?;
        Ok(row.map(|row| (Project::from(row.project), row.newest == 1)))
    }

    /// The projects that a user is a member of, oldest first.
    pub async fn list_projects_of(&self, member: UserId, after: Cursor, size: u32) -> Result<Page<Project>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<ProjectRow> = on!(&self.db, LIST_OF_MEMBER, |conn, sql| sqlx::query_as(sql)
            .bind(member.0)
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        Ok(Page::cut(rows.into_iter().map(Project::from).collect(), size, |project| project.id.0))
    }

    /// Projects, oldest first.
    pub async fn list_projects(&self, after: Cursor, size: u32) -> Result<Page<Project>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<ProjectRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        Ok(Page::cut(rows.into_iter().map(Project::from).collect(), size, |project| project.id.0))
    }
}

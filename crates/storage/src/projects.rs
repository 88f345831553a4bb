//! Projects. Only the hash of a project's token is stored.

use super::db::statements;
use super::row::row;
use super::{Result, Store, Tx};
use usher_domain::id::{ClientId, ProjectId, SessionId, UserId};
use usher_domain::object_search::ObjectKind;
use usher_domain::page::{Cursor, Page};
use usher_domain::project::Project;
use usher_domain::time::Timestamp;

row! {
    PROJECT: Project of "project" { id, name, created_at, required_acr }
}

statements! {
    with PROJECT;

    INSERT = "
        insert into project (id, name, token_hash, created_at)
        values ($1, $2, $3, $4)
    ";
    REQUIRE = "
        update project
        set required_acr = $2
        where id = $1
    ";
    FIND = "
        select {PROJECT}
        from project
        where id = $1
    ";
    OF_SESSION = "
        select c.project_id
        from grants g
        join client c on c.id = g.client_id
        where g.session_id = $1
        union
        select api_project_id
        from grants
        where session_id = $1 and api_project_id is not null
    ";
    EVERY = "select id from project";
    // Events are dispatched one after the other, so that exactly one of several simultaneous ones finds none before it.
    IS_FIRST_IN_SESSION = "
        select not exists (
            select 1
            from event
            where user_id = $2
              and kind = 'grant.created'
              and project_id = $1
              and session_id = $3
              and told
        )
    ";
    IS_FIRST_OF_USER = "
        select not exists (
            select 1
            from event
            where user_id = $2 and kind = 'grant.created' and project_id = $1 and told
            union all
            select 1
            from access a
            join client c on c.id = a.client_id
            where a.user_id = $2 and c.project_id = $1 and a.first_used_at < $3
        )
    ";
    OF_USER = "
        select c.project_id
        from grants g
        join client c on c.id = g.client_id
        where g.user_id = $1 and g.revoked_at is null
        union
        select api_project_id
        from grants
        where user_id = $1 and revoked_at is null and api_project_id is not null
        union
        select c.project_id
        from access a
        join client c on c.id = a.client_id
        where a.user_id = $1
    ";
    FIND_BY_TOKEN = "
        select {PROJECT}, true as newest
        from project
        where token_hash = $1
        union all
        select {p.PROJECT}, false as newest
        from project_key k
        join project p on p.id = k.project_id
        where k.former_hash = $1 and k.good_until > $2
    ";
    LIST_OF_MEMBER = "
        select {p.PROJECT}
        from project_member m
        join project p on p.id = m.project_id
        where m.user_id = $1 and m.project_id > $2
        order by m.project_id
        limit $3 + 0
    ";
    // PostgreSQL locks the row until the transaction ends. SQLite has one writer, so its transactions need no lock.
    LOCK = "
        select 1
        from project
        where id = $1
    " + postgres "for no key update";
    LOCK_EXCLUSIVELY = "
        select 1
        from project
        where id = $1
    " + postgres "for update";
    CLIENTS = "
        select id
        from client
        where project_id = $1
        order by id
    ";
    RENAME = "
        update project
        set name = $2
        where id = $1
    ";
    DELETE = "delete from project where id = $1";
    LIST = "
        select {PROJECT}
        from project
        where id > $1
        order by id
        limit $2 + 0
    ";
}

impl Tx {
    /// Adds a project under the hash of its token.
    pub async fn insert_project(&mut self, project: &Project, token_hash: &[u8]) -> Result<()> {
        self.query(INSERT)
            .bind(project.id)
            .bind(&project.name)
            .bind(token_hash)
            .bind(project.created_at)
            .done()
            .await?;
        self.put_project_terms(project.id, &project.name).await
    }

    async fn put_project_terms(&mut self, id: ProjectId, name: &str) -> Result<()> {
        let text = id.to_string();
        self.put_object_terms(ObjectKind::Project, &text, id, [text.as_str(), name]).await
    }

    /// The projects whose clients hold grants of a session, whether these are still valid or not.
    pub async fn projects_of_session(&mut self, session: SessionId) -> Result<Vec<ProjectId>> {
        self.query(OF_SESSION).bind(session).all().await
    }

    /// Was no earlier grant of the project's clients dispatched for this session of the user?
    pub async fn is_first_in_session(&mut self, project: ProjectId, user: UserId, session: SessionId) -> Result<bool> {
        self.query(IS_FIRST_IN_SESSION).bind(project).bind(user).bind(session).one().await
    }

    /// Was no earlier grant of the project's clients dispatched for the user, as far as the log reaches back, and were
    /// no claims released to them before `at`?
    pub async fn is_first_of_user(&mut self, project: ProjectId, user: UserId, at: Timestamp) -> Result<bool> {
        self.query(IS_FIRST_OF_USER).bind(project).bind(user).bind(at).one().await
    }

    /// The ids of all projects.
    pub async fn every_project(&mut self) -> Result<Vec<ProjectId>> {
        self.query(EVERY).all().await
    }

    /// The projects of a user: their clients hold grants of the user, or were released claims that were not withdrawn.
    pub async fn projects_of_user(&mut self, user: UserId) -> Result<Vec<ProjectId>> {
        self.query(OF_USER).bind(user).all().await
    }

    /// Locks a project: transactions that lock it run one after the other from here to their end. Whatever is counted
    /// or read in a project before it is written must be read after this. `false` if there is no such project.
    pub async fn lock_project(&mut self, id: ProjectId) -> Result<bool> {
        self.query(LOCK).bind(id).exists().await
    }

    /// Locks a project so that no row that refers to it can be added either, and returns the ids of its clients.
    /// `None` if there is no such project.
    pub async fn lock_project_with_clients(&mut self, id: ProjectId) -> Result<Option<Vec<ClientId>>> {
        if !self.query(LOCK_EXCLUSIVELY).bind(id).exists().await? {
            return Ok(None);
        }
        self.query(CLIENTS).bind(id).all().await.map(Some)
    }

    /// Renames a project. `false` if there is no such project.
    pub async fn rename_project(&mut self, id: ProjectId, name: &str) -> Result<bool> {
        let renamed = self.query(RENAME).bind(id).bind(name).changed().await?;
        if renamed {
            self.put_project_terms(id, name).await?;
        }
        Ok(renamed)
    }

    /// Deletes a project with all its dependent rows. `false` if there is no such project.
    pub async fn delete_project(&mut self, id: ProjectId) -> Result<bool> {
        self.delete_dependents_of_project(id).await?;
        self.query(DELETE).bind(id).changed().await
    }

    /// Sets the `acr` that a project requires of every sign-in. `false` if there is no such project.
    pub async fn require_of_project(&mut self, id: ProjectId, acr: Option<&str>) -> Result<bool> {
        self.query(REQUIRE).bind(id).bind(acr).changed().await
    }
}

impl Store {
    /// A project by id.
    pub async fn find_project(&self, id: ProjectId) -> Result<Option<Project>> {
        self.query(FIND).bind(id).optional().await
    }

    /// The project whose token has this hash, and whether it is the newest token or a former one that is still valid.
    pub async fn find_project_by_token(&self, hash: &[u8], now: Timestamp) -> Result<Option<(Project, bool)>> {
        self.query(FIND_BY_TOKEN).bind(hash).bind(now).optional().await
    }

    /// The projects that a user is a member of, oldest first.
    pub async fn list_projects_of(&self, member: UserId, after: Cursor, size: u32) -> Result<Page<Project>> {
        self.query(LIST_OF_MEMBER).bind(member).bind(after).page(size, |project: &Project| project.id.0).await
    }

    /// Projects, oldest first.
    pub async fn list_projects(&self, after: Cursor, size: u32) -> Result<Page<Project>> {
        self.query(LIST).bind(after).page(size, |project: &Project| project.id.0).await
    }
}

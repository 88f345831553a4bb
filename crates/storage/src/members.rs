//! Project members.

use uuid::Uuid;

use super::db::{on, on_tx, run, statements};
use super::row::unreadable;
use super::{Result, StorageError, Store, Tx};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::project::member::{Member, Role};
use usher_domain::time::Timestamp;
use usher_domain::user::Sub;

statements! {
    INSERT = "insert into project_member (project_id, user_id, role, since) values ($1, $2, $3, $4) on conflict (project_id, user_id) do nothing";
    SET_ROLE = "update project_member set role = $3 where project_id = $1 and user_id = $2";
    DELETE = "delete from project_member where project_id = $1 and user_id = $2";
    FIND = "select project_id, user_id, role, since from project_member where project_id = $1 and user_id = $2";
    OWNERS = "select user_id from project_member where project_id = $1 and role = 'owner' order by user_id";
    // Members are shown by their address, whatever applications may see of them.
    LIST = "select m.project_id, m.user_id, m.role, m.since, u.sub, u.email from project_member m join users u on u.id = m.user_id where m.project_id = $1 and m.user_id > $2 order by m.user_id limit $3";
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    project_id: Uuid,
    user_id: Uuid,
    role: String,
    since: i64,
}

impl TryFrom<MemberRow> for Member {
    type Error = StorageError;
    fn try_from(row: MemberRow) -> Result<Self> {
        let role: Role = row.role.parse().map_err(|_| unreadable("project_member", "role", row.user_id))?;
        let (project_id, user_id) = (ProjectId(row.project_id), UserId(row.user_id));
        Ok(Self { project_id, user_id, role, since: Timestamp(row.since) })
    }
}

/// A member with its subject and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMember {
    /// The member.
    pub member: Member,
    /// The subject identifier.
    pub sub: Sub,
    /// The email address.
    pub email: Option<String>,
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    member: MemberRow,
    sub: String,
    email: Option<String>,
}

impl Tx {
    /// Adds a member. `false`, and nothing changes, if the user is one already.
    pub async fn insert_member(&mut self, member: &Member) -> Result<bool> {
        let added = run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(member.project_id.0)
            .bind(member.user_id.0)
            .bind(member.role.as_str())
            .bind(member.since.0))?;
        Ok(added == 1)
    }

    /// Changes the role of a member. `false` if the user is no member.
    pub async fn set_member_role(&mut self, project: ProjectId, user: UserId, role: Role) -> Result<bool> {
        Ok(run!(self, SET_ROLE, |sql| sqlx::query(sql).bind(project.0).bind(user.0).bind(role.as_str()))? == 1)
    }

    /// Removes a member. `false` if the user is none.
    pub async fn delete_member(&mut self, project: ProjectId, user: UserId) -> Result<bool> {
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(project.0).bind(user.0))? == 1)
    }

    /// A member, as this transaction sees it.
    pub async fn find_member(&mut self, project: ProjectId, user: UserId) -> Result<Option<Member>> {
        let row: Option<MemberRow> =
            on_tx!(self, FIND, |conn, sql| sqlx::query_as(sql).bind(project.0).bind(user.0).fetch_optional(conn))?;
        row.map(Member::try_from).transpose()
    }

    /// Locks a project and returns its owners. Two owners who leave at once do so one after the other.
    pub async fn lock_owners(&mut self, project: ProjectId) -> Result<Vec<UserId>> {
        self.lock_project(project).await?;
        let ids: Vec<Uuid> = on_tx!(self, OWNERS, |conn, sql| sqlx::query_scalar(sql).bind(project.0).fetch_all(conn))?;
        Ok(ids.into_iter().map(UserId).collect())
    }
}

impl Store {
    /// A user's membership in a project.
    pub async fn find_member(&self, project: ProjectId, user: UserId) -> Result<Option<Member>> {
        let row: Option<MemberRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(project.0).bind(user.0).fetch_optional(conn))?;
        row.map(Member::try_from).transpose()
    }

    /// The members of a project, in the order of their ids.
    pub async fn list_members(&self, project: ProjectId, after: Cursor, size: u32) -> Result<Page<NamedMember>> {
        let size = size.clamp(1, MAX_PAGE);
        let rows: Vec<NamedRow> = on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql)
            .bind(project.0)
            .bind(after.0)
            .bind(i64::from(size) + 1)
            .fetch_all(conn))?;
        let named = rows
            .into_iter()
            .map(|row| Ok(NamedMember { member: row.member.try_into()?, sub: Sub(row.sub), email: row.email }));
        Ok(Page::cut(named.collect::<Result<Vec<_>>>()?, size, |named| named.member.user_id.0))
    }
}

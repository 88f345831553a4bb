//! Project members.

use super::db::statements;
use super::row::{Columns, FromRow, row};
use super::{Result, Store, Tx};
use usher_domain::id::{ProjectId, UserId};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::member::{Member, Role};
use usher_domain::user::Sub;

row! {
    MEMBER: Member of "project_member" { user_id, project_id, role, since }
}

statements! {
    with MEMBER;

    INSERT = "
        insert into project_member (project_id, user_id, role, since)
        values ($1, $2, $3, $4)
        on conflict (project_id, user_id) do nothing
    ";
    SET_ROLE = "
        update project_member
        set role = $3
        where project_id = $1 and user_id = $2
    ";
    DELETE = "delete from project_member where project_id = $1 and user_id = $2";
    FIND = "
        select {MEMBER}
        from project_member
        where project_id = $1 and user_id = $2
    ";
    OWNERS = "
        select user_id
        from project_member
        where project_id = $1 and role = 'owner'
        order by user_id
    ";
    OF_USER = "
        select {MEMBER}
        from project_member
        where user_id = $1
        order by project_id
        limit 500
    ";
    // Members are shown by their address, whatever applications may see of them.
    LIST = "
        select {m.MEMBER}, u.sub, u.email
        from project_member m
        join users u on u.id = m.user_id
        where m.project_id = $1 and m.user_id > $2
        order by m.user_id
        limit $3 + 0
    ";
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

impl FromRow for NamedMember {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { member: Member::from_row(columns)?, sub: columns.take("sub")?, email: columns.take("email")? })
    }
}

impl Tx {
    /// Adds a member. `false`, and nothing changes, if the user is one already.
    pub async fn insert_member(&mut self, member: &Member) -> Result<bool> {
        self.query(INSERT)
            .bind(member.project_id)
            .bind(member.user_id)
            .bind(member.role)
            .bind(member.since)
            .changed()
            .await
    }

    /// Changes the role of a member. `false` if the user is no member.
    pub async fn set_member_role(&mut self, project: ProjectId, user: UserId, role: Role) -> Result<bool> {
        self.query(SET_ROLE).bind(project).bind(user).bind(role).changed().await
    }

    /// Removes a member. `false` if the user is none.
    pub async fn delete_member(&mut self, project: ProjectId, user: UserId) -> Result<bool> {
        self.query(DELETE).bind(project).bind(user).changed().await
    }

    /// A member, as this transaction sees it.
    pub async fn find_member(&mut self, project: ProjectId, user: UserId) -> Result<Option<Member>> {
        self.query(FIND).bind(project).bind(user).optional().await
    }

    /// Locks a project and returns its owners. Two owners who leave at once do so one after the other.
    pub async fn lock_owners(&mut self, project: ProjectId) -> Result<Vec<UserId>> {
        self.lock_project(project).await?;
        self.query(OWNERS).bind(project).all().await
    }
}

impl Store {
    /// A user's membership in a project.
    pub async fn find_member(&self, project: ProjectId, user: UserId) -> Result<Option<Member>> {
        self.query(FIND).bind(project).bind(user).optional().await
    }

    /// The memberships of a user, 500 at most.
    pub async fn list_memberships(&self, user: UserId) -> Result<Vec<Member>> {
        self.query(OF_USER).bind(user).all().await
    }

    /// The members of a project, in the order of their ids.
    pub async fn list_members(&self, project: ProjectId, after: Cursor, size: u32) -> Result<Page<NamedMember>> {
        self.query(LIST).bind(project).bind(after).page(size, |named: &NamedMember| named.member.user_id.0).await
    }
}

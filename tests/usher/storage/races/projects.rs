//! Projects and their members.

use usher_domain::id::{ProjectId, UserId};
use usher_domain::project::member::{Member, Role};
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, hash, in_tx, later, project, stored_user};
use super::{Table, writer};

pub const PROJECTS: Table<ProjectId> = Table {
    lock: "lock table project in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            in_tx!(store, |tx| tx.insert_project(&project, &hash()).await).unwrap();
            project.id
        })
    },
    see: |store, id| {
        Box::pin(async move {
            let seen = store.find_project(id).await.unwrap();
            format!("{:?}", seen.map(|project| (project.name, project.required_acr)))
        })
    },
    statements: &["projects::RENAME", "projects::REQUIRE"],
    writers: &[
        writer!("its name", |tx, id| tx.rename_project(id, "New").await.map(drop)),
        writer!("another name", |tx, id| tx.rename_project(id, "Newer").await.map(drop)),
        writer!("what it asks for", |tx, id| tx.require_of_project(id, Some("aal2")).await.map(drop)),
        writer!("its end", |tx, id| tx.delete_project(id).await.map(drop)),
    ],
};

type MemberKey = (ProjectId, UserId);

async fn give_role(tx: &mut Tx, key: MemberKey, role: Role) -> Result<()> {
    tx.lock_project(key.0).await?;
    tx.set_member_role(key.0, key.1, role).await.map(drop)
}

pub const MEMBERS: Table<MemberKey> = Table {
    lock: "lock table project_member in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let (user, project) = (stored_user(&store).await, project());
            let member = Member { project_id: project.id, user_id: user.id, role: Role::Viewer, since: NOW };
            in_tx!(store, |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.insert_member(&member).await
            })
            .unwrap();
            (project.id, user.id)
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_member(key.0, key.1).await.unwrap();
            format!("{:?}", seen.map(|member| (member.role, member.since)))
        })
    },
    statements: &["members::SET_ROLE"],
    writers: &[
        writer!("a role", |tx, key| give_role(tx, key, Role::Developer).await),
        writer!("another role", |tx, key| give_role(tx, key, Role::Owner).await),
        writer!("an addition", |tx, key| {
            let again = Member { project_id: key.0, user_id: key.1, role: Role::Viewer, since: later(3) };
            tx.insert_member(&again).await.map(drop)
        }),
        writer!("a removal", |tx, key| tx.delete_member(key.0, key.1).await.map(drop)),
    ],
};

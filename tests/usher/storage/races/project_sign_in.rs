//! What a project decides about sign-in.

use usher_domain::id::ProjectId;
use usher_domain::project::sign_in::{ProjectSignIn, SignUpPolicy};
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, hash, in_tx, later, project};
use super::{Table, writer};

async fn change(tx: &mut Tx, id: ProjectId, change: impl FnOnce(&mut ProjectSignIn)) -> Result<()> {
    let mut stored = tx.lock_project_sign_in(id, later(1)).await?;
    change(&mut stored);
    tx.set_project_sign_in(id, &stored, later(1)).await
}

pub const SIGN_INS: Table<ProjectId> = Table {
    lock: "lock table project_sign_in in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            in_tx!(store, |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.lock_project_sign_in(project.id, NOW).await.map(drop)
            })
            .unwrap();
            project.id
        })
    },
    see: |store, id| Box::pin(async move { format!("{:?}", store.find_project_sign_in(id).await.unwrap()) }),
    statements: &["project_sign_in::SET"],
    writers: &[
        writer!("who may sign up", |tx, id| change(tx, id, |it| it.sign_up = SignUpPolicy::Invited).await),
        writer!("no passwords", |tx, id| change(tx, id, |it| it.password_sign_up = false).await),
        writer!("no providers", |tx, id| change(tx, id, |it| it.providers = Some(Vec::new())).await),
    ],
};

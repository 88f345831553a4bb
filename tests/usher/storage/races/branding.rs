//! The branding of a project.

use usher_domain::branding::{BrandOwner, BrandSettings, LogoKind, LogoRef};
use usher_domain::id::ProjectId;
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, hash, in_tx, later, project};
use super::{Table, writer};

async fn name_it(tx: &mut Tx, id: ProjectId, name: &str) -> Result<()> {
    let owner = BrandOwner::Project(id);
    let stored = tx.lock_branding(owner, later(1)).await?;
    let named = BrandSettings { name: Some(name.to_owned()), ..stored.settings };
    tx.set_brand_settings(owner, &named, later(1)).await
}

async fn draw_it(tx: &mut Tx, id: ProjectId, hash: Option<&str>) -> Result<()> {
    let owner = BrandOwner::Project(id);
    tx.lock_branding(owner, later(1)).await?;
    let logo = hash.map(|hash| LogoRef { kind: LogoKind::Png, hash: hash.to_owned() });
    tx.set_logo(owner, logo.as_ref().map(|logo| (logo, b"PNG".as_slice())), later(1)).await
}

pub const BRANDS: Table<ProjectId> = Table {
    lock: "lock table branding in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            in_tx!(store, |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.lock_branding(BrandOwner::Project(project.id), NOW).await.map(drop)
            })
            .unwrap();
            project.id
        })
    },
    see: |store, id| {
        Box::pin(async move { format!("{:?}", store.find_branding(BrandOwner::Project(id)).await.unwrap()) })
    },
    statements: &["branding::SET_SETTINGS", "branding::SET_LOGO"],
    writers: &[
        writer!("its name", |tx, id| name_it(tx, id, "New").await),
        writer!("another name", |tx, id| name_it(tx, id, "Newer").await),
        writer!("its logo", |tx, id| draw_it(tx, id, Some("new")).await),
        writer!("another logo", |tx, id| draw_it(tx, id, Some("newer")).await),
        writer!("no logo", |tx, id| draw_it(tx, id, None).await),
    ],
};

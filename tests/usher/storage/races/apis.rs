//! APIs of projects.

use usher_domain::id::{ApiId, ProjectId};
use usher_domain::oauth::api::{Api, ApiScope, ApiSettings};
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, hash, in_tx, later, project, random};
use super::{Table, writer};

type ApiKey = (ProjectId, ApiId);

/// Changes the settings of an API, once it is locked.
async fn change(tx: &mut Tx, key: ApiKey, change: fn(&mut ApiSettings)) -> Result<()> {
    let Some(mut api) = tx.lock_api(key.0, key.1).await? else { return Ok(()) };
    change(&mut api.settings);
    tx.set_api_settings(key.1, &api.settings, later(2)).await
}

fn scope(name: &str) -> ApiScope {
    ApiScope { name: name.into(), description: String::new() }
}

pub const APIS: Table<ApiKey> = Table {
    lock: "lock table apis in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let (project, id) = (project(), ApiId::new(NOW, random()));
            let identifier = format!("https://{id}.example");
            let api = Api {
                id,
                project_id: project.id,
                canonical: format!("{identifier}/"),
                identifier,
                settings: ApiSettings::named("Orders"),
                created_at: NOW,
                updated_at: NOW,
            };
            in_tx!(store, |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.insert_api(&api).await
            })
            .unwrap();
            (project.id, id)
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_api(key.1).await.unwrap();
            format!("{:?}", seen.map(|api| (api.settings, api.updated_at)))
        })
    },
    statements: &["apis::SET_SETTINGS"],
    writers: &[
        writer!("a name", |tx, key| change(tx, key, |settings| settings.name = "New".into()).await),
        writer!("a scope", |tx, key| change(tx, key, |settings| settings.scopes.push(scope("read"))).await),
        writer!("another scope", |tx, key| change(tx, key, |settings| settings.scopes.push(scope("write"))).await),
        writer!("its end", |tx, key| tx.delete_api(key.0, key.1).await.map(drop)),
    ],
};

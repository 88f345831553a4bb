//! Webhooks.

use usher_domain::event::webhook::{DisabledWhy, SealedSecret, Webhook};
use usher_domain::id::{ProjectId, WebhookId};
use usher_storage::{Result, Tx};

use super::super::samples::{NOW, hash, in_tx, later, project, random};
use super::{Table, writer};

pub type WebhookKey = (ProjectId, WebhookId);

fn webhook_of(project: ProjectId) -> Webhook {
    Webhook {
        id: WebhookId::new(NOW, random()),
        project_id: project,
        url: "https://shop.test/hook".into(),
        description: String::new(),
        filters: vec!["*".parse().unwrap()],
        secrets: vec![secret("first")],
        created_at: NOW,
        updated_at: NOW,
        disabled_at: None,
        disabled_why: None,
        failing_since: Some(NOW),
    }
}

fn secret(text: &str) -> SealedSecret {
    SealedSecret { sealed: text.into(), created_at: NOW, expires_at: None }
}

/// Changes a webhook, once it is locked.
pub async fn describe(tx: &mut Tx, key: WebhookKey, change: fn(&mut Webhook)) -> Result<()> {
    let mut webhook = tx.lock_webhook(key.0, key.1).await?.expect("it is there");
    change(&mut webhook);
    tx.describe_webhook(&webhook).await
}

async fn rotate(tx: &mut Tx, key: WebhookKey, text: &str) -> Result<()> {
    let mut webhook = tx.lock_webhook(key.0, key.1).await?.expect("it is there");
    webhook.secrets.insert(0, secret(text));
    tx.set_webhook_secrets(&webhook).await
}

pub const WEBHOOKS: Table<WebhookKey> = Table {
    lock: "lock table webhook in exclusive mode",
    add: |store| {
        Box::pin(async move {
            let project = project();
            let webhook = webhook_of(project.id);
            let key = (project.id, webhook.id);
            in_tx!(store, |tx| {
                tx.insert_project(&project, &hash()).await?;
                tx.insert_webhook(&webhook).await?;
                tx.webhook_failed(webhook.id, NOW).await
            })
            .unwrap();
            key
        })
    },
    see: |store, key| {
        Box::pin(async move {
            let seen = store.find_webhook(key.0, key.1).await.unwrap().unwrap();
            format!("{seen:?}").replace(&format!("{:?}", key.0), "").replace(&format!("{:?}", key.1), "")
        })
    },
    statements: &[
        "events/outgoing/webhooks::BRING_NEAR",
        "events/outgoing/webhooks::DESCRIBE",
        "events/outgoing/webhooks::DISABLE",
        "events/outgoing/webhooks::ENABLE",
        "events/outgoing/webhooks::FAILED",
        "events/outgoing/webhooks::SET_SECRETS",
        "events/outgoing/webhooks::SUCCEEDED",
    ],
    writers: &[
        writer!("its address", |tx, key| describe(tx, key, |it| it.url = "https://new.test/".into()).await),
        writer!("its description", |tx, key| describe(tx, key, |it| it.description = "new".into()).await),
        writer!("its filters", |tx, key| describe(tx, key, |it| it.filters = vec!["user.*".parse().unwrap()]).await),
        writer!("a rotation", |tx, key| rotate(tx, key, "second").await),
        writer!("another rotation", |tx, key| rotate(tx, key, "third").await),
        writer!("its owner puts it out of use", |tx, key| tx
            .disable_webhook(key.1, later(2), DisabledWhy::Owner)
            .await
            .map(drop)),
        writer!("it is put out of use for failing", |tx, key| tx
            .disable_webhook(key.1, later(3), DisabledWhy::Failing)
            .await
            .map(drop)),
        writer!("its owner puts it back in use", |tx, key| tx.enable_webhook(key.1, later(4)).await),
        writer!("a success", |tx, key| tx.webhook_succeeded(key.1).await),
        writer!("a time too far ahead is put right", |tx, key| {
            tx.webhook_is_due(key.1, later(9)).await?;
            tx.bring_webhooks_near(NOW, later(1), 100).await.map(drop)
        }),
        writer!("a failure", |tx, key| tx.webhook_failed(key.1, later(5)).await.map(drop)),
    ],
};

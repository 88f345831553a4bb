//! Webhooks, and which instance sends the deliveries of each: one at a time, by a claim that it renews.

use std::collections::BTreeSet;

use sqlx::types::Json;
use uuid::Uuid;

use crate::db::{on, on_tx, run, statements};
use crate::row::{JsonColumn, unreadable};
use crate::{Result, StorageError, Store, Tx};
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{DisabledWhy, SealedSecret, Webhook};
use usher_domain::id::{ProjectId, WebhookId};
use usher_domain::time::Timestamp;

statements! {
    INSERT = "insert into webhook (id, project_id, url, description, filters, secrets, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    // PostgreSQL locks the row, so that the next transaction that changes it reads what this one wrote.
    LOCK = "select id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why, failing_since from webhook where project_id = $1 and id = $2", postgres "select id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why, failing_since from webhook where project_id = $1 and id = $2 for no key update";
    COUNT = "select count(*) from webhook where project_id = $1";
    DESCRIBE = "update webhook set url = $2, description = $3, filters = $4, updated_at = case when updated_at < $5 then $5 else updated_at end where id = $1";
    SET_SECRETS = "update webhook set secrets = $2, updated_at = case when updated_at < $3 then $3 else updated_at end where id = $1";
    ENABLE = "update webhook set disabled_at = null, disabled_why = null, failing_since = null, updated_at = case when updated_at < $2 then $2 else updated_at end where id = $1";
    LOCK_EXCLUSIVELY = "select 1 from webhook where project_id = $1 and id = $2", postgres "select 1 from webhook where project_id = $1 and id = $2 for update";
    DELETE = "delete from webhook where project_id = $1 and id = $2";
    FIND = "select id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why, failing_since from webhook where project_id = $1 and id = $2";
    LIST = "select id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why, failing_since from webhook where project_id = $1 order by id limit 100";
    LISTENING = "select id, project_id, filters from webhook where project_id = $1 and disabled_at is null order by id";
    LISTENING_ANYWHERE = "select id, project_id, filters from webhook where project_id > $1 and disabled_at is null order by project_id, id";
    // This query runs every second, so that nothing is written unless a webhook is due.
    ANY_DUE = "select id from webhook where due_at <= $1 and disabled_at is null and (held_until is null or held_until < $1 or held_until > $2 + ($2 - $1)) limit 1";
    // A claim that ends later than two consecutive ones was made while a clock was ahead, and is ignored.
    CLAIM = "update webhook set holder = $1, held_until = $3 where id in (select id from webhook where due_at <= $2 and disabled_at is null and (held_until is null or held_until < $2 or held_until > $3 + ($3 - $2)) and (failing_since is null) = $4 order by due_at limit $5) and (held_until is null or held_until < $2 or held_until > $3 + ($3 - $2)) returning id";
    // It also locks the row, so that a transaction that adds a delivery meanwhile waits and is not missed.
    HOLD = "update webhook set held_until = case when held_until > $3 then held_until else $3 end where id = $1 and holder = $2 and disabled_at is null returning id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why, failing_since";
    LET_GO = "update webhook set holder = null, held_until = null, due_at = (select min(d.send_after) from webhook_delivery d where d.webhook_id = webhook.id and d.status = 'waiting' and not exists (select 1 from webhook_delivery e where e.webhook_id = d.webhook_id and e.subject = d.subject and e.status = 'waiting' and e.seq < d.seq)) where id = $1 and holder = $2";
    DUE = "update webhook set due_at = case when due_at is null or due_at > $2 then $2 else due_at end where id = $1";
    BRING_NEAR = "update webhook set due_at = $1 where id in (select id from webhook where due_at > $2 and disabled_at is null order by due_at limit $3) and due_at > $2";
    SUCCEEDED = "update webhook set failing_since = null where id = $1 and failing_since is not null";
    FAILED = "update webhook set failing_since = coalesce(failing_since, $2) where id = $1 returning failing_since";
    DISABLE = "update webhook set disabled_at = $2, disabled_why = $3, updated_at = case when updated_at < $2 then $2 else updated_at end where id = $1 and disabled_at is null";
}

#[derive(sqlx::FromRow)]
struct WebhookRow {
    id: Uuid,
    project_id: Uuid,
    url: String,
    description: String,
    filters: JsonColumn<Vec<Filter>>,
    secrets: JsonColumn<Vec<SealedSecret>>,
    created_at: i64,
    updated_at: i64,
    disabled_at: Option<i64>,
    disabled_why: Option<String>,
    failing_since: Option<i64>,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = StorageError;
    fn try_from(row: WebhookRow) -> Result<Self> {
        let why =
            |word: String| DisabledWhy::from_word(&word).ok_or_else(|| unreadable("webhook", "disabled_why", row.id));
        Ok(Self {
            id: WebhookId(row.id),
            project_id: ProjectId(row.project_id),
            url: row.url,
            description: row.description,
            filters: row.filters.read("webhook", "filters", row.id)?,
            secrets: row.secrets.read("webhook", "secrets", row.id)?,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            disabled_at: row.disabled_at.map(Timestamp),
            disabled_why: row.disabled_why.map(why).transpose()?,
            failing_since: row.failing_since.map(Timestamp),
        })
    }
}

/// An enabled webhook and its filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The webhook.
    pub id: WebhookId,
    /// Its project.
    pub project_id: ProjectId,
    filters: Vec<Filter>,
}

impl Listening {
    /// Do its filters match this event type?
    pub fn wants(&self, kind: &str) -> bool {
        self.filters.iter().any(|filter| filter.lets_through(kind))
    }
}

#[derive(sqlx::FromRow)]
struct ListeningRow {
    id: Uuid,
    project_id: Uuid,
    filters: JsonColumn<Vec<Filter>>,
}

impl TryFrom<ListeningRow> for Listening {
    type Error = StorageError;
    fn try_from(row: ListeningRow) -> Result<Self> {
        let filters = row.filters.read("webhook", "filters", row.id)?;
        Ok(Self { id: WebhookId(row.id), project_id: ProjectId(row.project_id), filters })
    }
}

/// An instance that claims work.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The instance.
    pub holder: String,
    /// The present moment.
    pub now: Timestamp,
    /// When the claim expires, unless it is renewed.
    pub until: Timestamp,
}

impl Tx {
    /// Adds a webhook.
    pub async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<()> {
        run!(self, INSERT, |sql| sqlx::query(sql)
            .bind(webhook.id.0)
            .bind(webhook.project_id.0)
            .bind(&webhook.url)
            .bind(&webhook.description)
            .bind(Json(&webhook.filters))
            .bind(Json(&webhook.secrets))
            .bind(webhook.created_at.0)
            .bind(webhook.updated_at.0))
        .map(drop)
    }

    /// Writes the URL, filters and description of a locked webhook.
    pub async fn describe_webhook(&mut self, webhook: &Webhook) -> Result<()> {
        run!(self, DESCRIBE, |sql| sqlx::query(sql)
            .bind(webhook.id.0)
            .bind(&webhook.url)
            .bind(&webhook.description)
            .bind(Json(&webhook.filters))
            .bind(webhook.updated_at.0))
        .map(drop)
    }

    /// Writes the secrets of a locked webhook.
    pub async fn set_webhook_secrets(&mut self, webhook: &Webhook) -> Result<()> {
        run!(self, SET_SECRETS, |sql| sqlx::query(sql)
            .bind(webhook.id.0)
            .bind(Json(&webhook.secrets))
            .bind(webhook.updated_at.0))
        .map(drop)
    }

    /// Enables a webhook again. Its pending deliveries are sent.
    pub async fn enable_webhook(&mut self, webhook: WebhookId, now: Timestamp) -> Result<()> {
        run!(self, ENABLE, |sql| sqlx::query(sql).bind(webhook.0).bind(now.0)).map(drop)
    }

    /// Makes a batch of webhooks due whose `due_at` is after `bound`, once their deliveries are due.
    pub async fn bring_webhooks_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        run!(self, BRING_NEAR, |sql| sqlx::query(sql).bind(now.0).bind(bound.0).bind(i64::from(batch)))
    }

    /// Deletes a webhook and all its deliveries. `false` if it does not exist.
    pub async fn delete_webhook(&mut self, project: ProjectId, webhook: WebhookId) -> Result<bool> {
        let found: Option<i32> = on_tx!(self, LOCK_EXCLUSIVELY, |conn, sql| sqlx::query_scalar(sql)
            .bind(project.0)
            .bind(webhook.0)
            .fetch_optional(conn))?;
        if found.is_none() {
            return Ok(false);
        }
        self.delete_dependents_of_webhook(webhook).await?;
        Ok(run!(self, DELETE, |sql| sqlx::query(sql).bind(project.0).bind(webhook.0))? == 1)
    }

    /// A webhook of a project, locked until this transaction ends.
    pub async fn lock_webhook(&mut self, project: ProjectId, webhook: WebhookId) -> Result<Option<Webhook>> {
        let row: Option<WebhookRow> =
            on_tx!(self, LOCK, |conn, sql| sqlx::query_as(sql).bind(project.0).bind(webhook.0).fetch_optional(conn))?;
        row.map(Webhook::try_from).transpose()
    }

    /// The number of webhooks of a project. A caller that adds one must lock the project first.
    pub async fn count_webhooks(&mut self, project: ProjectId) -> Result<usize> {
        let count: i64 = on_tx!(self, COUNT, |conn, sql| sqlx::query_scalar(sql).bind(project.0).fetch_one(conn))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The enabled webhooks of these projects.
    pub async fn listening_in(&mut self, projects: &BTreeSet<ProjectId>) -> Result<Vec<Listening>> {
        let mut found = Vec::new();
        for project in projects {
            let rows: Vec<ListeningRow> =
                on_tx!(self, LISTENING, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_all(conn))?;
            found.extend(rows);
        }
        found.into_iter().map(Listening::try_from).collect()
    }

    /// The enabled webhooks of every project.
    pub async fn listening_anywhere(&mut self) -> Result<Vec<Listening>> {
        let rows: Vec<ListeningRow> =
            on_tx!(self, LISTENING_ANYWHERE, |conn, sql| sqlx::query_as(sql).bind(Uuid::nil()).fetch_all(conn))?;
        rows.into_iter().map(Listening::try_from).collect()
    }

    /// Claims up to `most` webhooks that are due and that no instance holds: those that fail, or those that do not.
    pub async fn claim_webhooks(&mut self, claim: &Claim, failing: bool, most: u32) -> Result<Vec<WebhookId>> {
        let ids: Vec<Uuid> = on_tx!(self, CLAIM, |conn, sql| sqlx::query_scalar(sql)
            .bind(&claim.holder)
            .bind(claim.now.0)
            .bind(claim.until.0)
            .bind(!failing)
            .bind(i64::from(most))
            .fetch_all(conn))?;
        Ok(ids.into_iter().map(WebhookId).collect())
    }

    /// Renews the claim on a webhook. `None` if another instance holds it, or if it is disabled.
    pub async fn hold_webhook(&mut self, webhook: WebhookId, claim: &Claim) -> Result<Option<Webhook>> {
        let row: Option<WebhookRow> = on_tx!(self, HOLD, |conn, sql| sqlx::query_as(sql)
            .bind(webhook.0)
            .bind(&claim.holder)
            .bind(claim.until.0)
            .fetch_optional(conn))?;
        row.map(Webhook::try_from).transpose()
    }

    /// Releases a held webhook, which becomes due with its next delivery.
    pub async fn let_webhook_go(&mut self, webhook: WebhookId, holder: &str) -> Result<()> {
        run!(self, LET_GO, |sql| sqlx::query(sql).bind(webhook.0).bind(holder)).map(drop)
    }

    /// Makes a webhook due at a moment.
    pub async fn webhook_is_due(&mut self, webhook: WebhookId, at: Timestamp) -> Result<()> {
        run!(self, DUE, |sql| sqlx::query(sql).bind(webhook.0).bind(at.0)).map(drop)
    }

    /// Records that the receiver accepted a delivery.
    pub async fn webhook_succeeded(&mut self, webhook: WebhookId) -> Result<()> {
        run!(self, SUCCEEDED, |sql| sqlx::query(sql).bind(webhook.0)).map(drop)
    }

    /// Records that the receiver rejected a delivery; returns since when it has accepted none.
    pub async fn webhook_failed(&mut self, webhook: WebhookId, now: Timestamp) -> Result<Timestamp> {
        let since: Option<i64> =
            on_tx!(self, FAILED, |conn, sql| sqlx::query_scalar(sql).bind(webhook.0).bind(now.0).fetch_optional(conn))?;
        Ok(since.map_or(now, Timestamp))
    }

    /// Disables a webhook. `false` if it was disabled already.
    pub async fn disable_webhook(&mut self, webhook: WebhookId, now: Timestamp, why: DisabledWhy) -> Result<bool> {
        Ok(run!(self, DISABLE, |sql| sqlx::query(sql).bind(webhook.0).bind(now.0).bind(why.as_str()))? == 1)
    }
}

impl Store {
    /// A webhook of a project.
    pub async fn find_webhook(&self, project: ProjectId, webhook: WebhookId) -> Result<Option<Webhook>> {
        let row: Option<WebhookRow> =
            on!(&self.db, FIND, |conn, sql| sqlx::query_as(sql).bind(project.0).bind(webhook.0).fetch_optional(conn))?;
        row.map(Webhook::try_from).transpose()
    }

    /// The webhooks of a project, oldest first.
    pub async fn list_webhooks(&self, project: ProjectId) -> Result<Vec<Webhook>> {
        let rows: Vec<WebhookRow> =
            on!(&self.db, LIST, |conn, sql| sqlx::query_as(sql).bind(project.0).fetch_all(conn))?;
        rows.into_iter().map(Webhook::try_from).collect()
    }

    /// Is a webhook due that no instance holds?
    pub async fn has_due_webhook(&self, claim: &Claim) -> Result<bool> {
        let id: Option<Uuid> = on!(&self.db, ANY_DUE, |conn, sql| sqlx::query_scalar(sql)
            .bind(claim.now.0)
            .bind(claim.until.0)
            .fetch_optional(conn))?;
        Ok(id.is_some())
    }
}

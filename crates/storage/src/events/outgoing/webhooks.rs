//! Webhooks, and which instance sends the deliveries of each: one at a time, by a claim that it renews.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::db::statements;
use crate::row::row;
use crate::{Result, Store, Tx};
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{DisabledWhy, Webhook};
use usher_domain::id::{ProjectId, WebhookId};
use usher_domain::object_search::ObjectKind;
use usher_domain::time::Timestamp;

row! {
    pub(crate) WEBHOOK: Webhook of "webhook" {
        id, project_id, url, description, filters, secrets, created_at, updated_at, disabled_at, disabled_why,
        failing_since,
    }
}

row! {
    LISTENER: Listening of "webhook" { id, project_id, filters }
}

statements! {
    with WEBHOOK, LISTENER;

    INSERT = "
        insert into webhook (id, project_id, url, description, filters, secrets, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
    ";
    // PostgreSQL locks the row, so that the next transaction that changes it reads what this one wrote.
    LOCK = "
        select {WEBHOOK}
        from webhook
        where project_id = $1 and id = $2
    " + postgres "for no key update";
    COUNT = "
        select count(*)
        from webhook
        where project_id = $1
    ";
    DESCRIBE = "
        update webhook
        set
            url = $2,
            description = $3,
            filters = $4,
            updated_at = case when updated_at < $5 then $5 else updated_at end
        where id = $1
    ";
    SET_SECRETS = "
        update webhook
        set
            secrets = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where id = $1
    ";
    ENABLE = "
        update webhook
        set
            disabled_at = null,
            disabled_why = null,
            failing_since = null,
            updated_at = case when updated_at < $2 then $2 else updated_at end
        where id = $1
    ";
    LOCK_EXCLUSIVELY = "
        select 1
        from webhook
        where project_id = $1 and id = $2
    " + postgres "for update";
    DELETE = "delete from webhook where project_id = $1 and id = $2";
    FIND = "
        select {WEBHOOK}
        from webhook
        where project_id = $1 and id = $2
    ";
    LIST = "
        select {WEBHOOK}
        from webhook
        where project_id = $1
        order by id
        limit 100
    ";
    LISTENING = "
        select {LISTENER}
        from webhook
        where project_id = $1 and disabled_at is null
        order by id
    ";
    LISTENING_ANYWHERE = "
        select {LISTENER}
        from webhook
        where project_id > $1 and disabled_at is null
        order by project_id, id
    ";
    // This query runs every second, so that nothing is written unless a webhook is due.
    ANY_DUE = "
        select id
        from webhook
        where due_at <= $1
          and disabled_at is null
          and (held_until is null or held_until < $1 or held_until > $2 + ($2 - $1))
        limit 1
    ";
    // A claim that ends later than two consecutive ones was made while a clock was ahead, and is ignored.
    CLAIM = "
        update webhook
        set holder = $1, held_until = $3
        where id in (
            select id
            from webhook
            where due_at <= $2
              and disabled_at is null
              and (held_until is null or held_until < $2 or held_until > $3 + ($3 - $2))
              and (failing_since is null) = $4
            order by due_at
            limit $5 + 0
        )
          and (held_until is null or held_until < $2 or held_until > $3 + ($3 - $2))
        returning id
    ";
    // It also locks the row, so that a transaction that adds a delivery meanwhile waits and is not missed.
    HOLD = "
        update webhook
        set held_until = case when held_until > $3 then held_until else $3 end
        where id = $1 and holder = $2 and disabled_at is null
        returning {WEBHOOK}
    ";
    LET_GO = "
        update webhook
        set
            holder = null,
            held_until = null,
            due_at = (
                select min(d.send_after)
                from webhook_delivery d
                where d.webhook_id = webhook.id
                  and d.status = 'waiting'
                  and not exists (
                      select 1
                      from webhook_delivery e
                      where e.webhook_id = d.webhook_id
                        and e.subject = d.subject
                        and e.status = 'waiting'
                        and e.seq < d.seq
                  )
            )
        where id = $1 and holder = $2
    ";
    DUE = "
        update webhook
        set due_at = case when due_at is null or due_at > $2 then $2 else due_at end
        where id = $1
    ";
    BRING_NEAR = "
        update webhook
        set due_at = $1
        where id in (
            select id
            from webhook
            where due_at > $2 and disabled_at is null
            order by due_at
            limit $3 + 0
        )
          and due_at > $2
    ";
    SUCCEEDED = "
        update webhook
        set failing_since = null
        where id = $1 and failing_since is not null
    ";
    FAILED = "
        update webhook
        set failing_since = coalesce(failing_since, $2)
        where id = $1
        returning failing_since
    ";
    DISABLE = "
        update webhook
        set
            disabled_at = $2,
            disabled_why = $3,
            updated_at = case when updated_at < $2 then $2 else updated_at end
        where id = $1 and disabled_at is null
    ";
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
        self.query(INSERT)
            .bind(webhook.id)
            .bind(webhook.project_id)
            .bind(&webhook.url)
            .bind(&webhook.description)
            .bind(&webhook.filters)
            .bind(&webhook.secrets)
            .bind(webhook.created_at)
            .bind(webhook.updated_at)
            .done()
            .await?;
        self.put_webhook_terms(webhook).await
    }

    async fn put_webhook_terms(&mut self, webhook: &Webhook) -> Result<()> {
        let id = webhook.id.to_string();
        let texts = [id.as_str(), webhook.url.as_str(), webhook.description.as_str()];
        self.put_object_terms(ObjectKind::Webhook, &id, webhook.project_id, texts).await
    }

    /// Writes the URL, filters and description of a locked webhook.
    pub async fn describe_webhook(&mut self, webhook: &Webhook) -> Result<()> {
        self.query(DESCRIBE)
            .bind(webhook.id)
            .bind(&webhook.url)
            .bind(&webhook.description)
            .bind(&webhook.filters)
            .bind(webhook.updated_at)
            .done()
            .await?;
        self.put_webhook_terms(webhook).await
    }

    /// Writes the secrets of a locked webhook.
    pub async fn set_webhook_secrets(&mut self, webhook: &Webhook) -> Result<()> {
        self.query(SET_SECRETS).bind(webhook.id).bind(&webhook.secrets).bind(webhook.updated_at).done().await
    }

    /// Enables a webhook again. Its pending deliveries are sent.
    pub async fn enable_webhook(&mut self, webhook: WebhookId, now: Timestamp) -> Result<()> {
        self.query(ENABLE).bind(webhook).bind(now).done().await
    }

    /// Makes a batch of webhooks due whose `due_at` is after `bound`, once their deliveries are due.
    pub async fn bring_webhooks_near(&mut self, now: Timestamp, bound: Timestamp, batch: u32) -> Result<u64> {
        self.query(BRING_NEAR).bind(now).bind(bound).bind(batch).run().await
    }

    /// Deletes a webhook and all its deliveries. `false` if it does not exist.
    pub async fn delete_webhook(&mut self, project: ProjectId, webhook: WebhookId) -> Result<bool> {
        if !self.query(LOCK_EXCLUSIVELY).bind(project).bind(webhook).exists().await? {
            return Ok(false);
        }
        self.delete_dependents_of_webhook(webhook).await?;
        self.delete_object_terms(ObjectKind::Webhook, &webhook.to_string()).await?;
        self.query(DELETE).bind(project).bind(webhook).changed().await
    }

    /// A webhook of a project, locked until this transaction ends.
    pub async fn lock_webhook(&mut self, project: ProjectId, webhook: WebhookId) -> Result<Option<Webhook>> {
        self.query(LOCK).bind(project).bind(webhook).optional().await
    }

    /// The number of webhooks of a project. A caller that adds one must lock the project first.
    pub async fn count_webhooks(&mut self, project: ProjectId) -> Result<usize> {
        let count: i64 = self.query(COUNT).bind(project).one().await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The enabled webhooks of these projects.
    pub async fn listening_in(&mut self, projects: &BTreeSet<ProjectId>) -> Result<Vec<Listening>> {
        let mut found = Vec::new();
        for project in projects {
            found.extend(self.query(LISTENING).bind(project).all().await?);
        }
        Ok(found)
    }

    /// The enabled webhooks of every project.
    pub async fn listening_anywhere(&mut self) -> Result<Vec<Listening>> {
        self.query(LISTENING_ANYWHERE).bind(Uuid::nil()).all().await
    }

    /// Claims up to `most` webhooks that are due and that no instance holds: those that fail, or those that do not.
    pub async fn claim_webhooks(&mut self, claim: &Claim, failing: bool, most: u32) -> Result<Vec<WebhookId>> {
        self.query(CLAIM).bind(&claim.holder).bind(claim.now).bind(claim.until).bind(!failing).bind(most).all().await
    }

    /// Renews the claim on a webhook. `None` if another instance holds it, or if it is disabled.
    pub async fn hold_webhook(&mut self, webhook: WebhookId, claim: &Claim) -> Result<Option<Webhook>> {
        self.query(HOLD).bind(webhook).bind(&claim.holder).bind(claim.until).optional().await
    }

    /// Releases a held webhook, which becomes due with its next delivery.
    pub async fn let_webhook_go(&mut self, webhook: WebhookId, holder: &str) -> Result<()> {
        self.query(LET_GO).bind(webhook).bind(holder).done().await
    }

    /// Makes a webhook due at a moment.
    pub async fn webhook_is_due(&mut self, webhook: WebhookId, at: Timestamp) -> Result<()> {
        self.query(DUE).bind(webhook).bind(at).done().await
    }

    /// Records that the receiver accepted a delivery.
    pub async fn webhook_succeeded(&mut self, webhook: WebhookId) -> Result<()> {
        self.query(SUCCEEDED).bind(webhook).done().await
    }

    /// Records that the receiver rejected a delivery; returns since when it has accepted none.
    pub async fn webhook_failed(&mut self, webhook: WebhookId, now: Timestamp) -> Result<Timestamp> {
        let since: Option<i64> = self.query(FAILED).bind(webhook).bind(now).optional().await?;
        Ok(since.map_or(now, Timestamp))
    }

    /// Disables a webhook. `false` if it was disabled already.
    pub async fn disable_webhook(&mut self, webhook: WebhookId, now: Timestamp, why: DisabledWhy) -> Result<bool> {
        self.query(DISABLE).bind(webhook).bind(now).bind(why).changed().await
    }
}

impl Store {
    /// A webhook of a project.
    pub async fn find_webhook(&self, project: ProjectId, webhook: WebhookId) -> Result<Option<Webhook>> {
        self.query(FIND).bind(project).bind(webhook).optional().await
    }

    /// The webhooks of a project, oldest first.
    pub async fn list_webhooks(&self, project: ProjectId) -> Result<Vec<Webhook>> {
        self.query(LIST).bind(project).all().await
    }

    /// Is a webhook due that no instance holds?
    pub async fn has_due_webhook(&self, claim: &Claim) -> Result<bool> {
        self.query(ANY_DUE).bind(claim.now).bind(claim.until).exists().await
    }
}

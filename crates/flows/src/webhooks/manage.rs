//! Webhooks: creating, changing, deleting, and rotating their secrets.

use std::sync::Arc;
use std::time::Duration;
use usher_accounts::core::Core;
use usher_accounts::upstream::providers::Providers;

use url::Url;

use usher_accounts::error::{FlowError, Rejected};
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{
    DisabledWhy, LONGEST_DESCRIPTION, LONGEST_URL, MOST, SealedSecret, Webhook, WebhookFault,
};
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ProjectId, WebhookId};
use usher_domain::text::check_line;
use usher_domain::time::Timestamp;
use usher_keys::seal::Purpose;
use usher_keys::webhook::WebhookSecret;
use usher_storage::{Result as Stored, Tx};

/// The largest number of secrets that sign at once.
const SECRETS_AT_ONCE: usize = 4;
/// How long a replaced secret still signs, by default.
const OVERLAP: Duration = Duration::from_hours(24);
/// The longest overlap.
const LONGEST_OVERLAP: Duration = Duration::from_hours(30 * 24);
/// The largest number of filters.
const MOST_FILTERS: usize = 50;

#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub url: String,
    pub description: String,
    /// The event types to send, as text.
    pub events: Vec<String>,
}

/// The fields to change; absent ones stay.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub description: Option<String>,
    /// The event types to send, as text.
    pub events: Option<Vec<String>>,
    /// Disable or enable it?
    pub disabled: Option<bool>,
}

/// A webhook with a secret that is shown only once.
#[derive(Debug, Clone)]
pub struct WithSecret {
    pub webhook: Webhook,
    /// `whsec_…`.
    pub secret: String,
}

/// Webhooks and their deliveries.
pub struct Webhooks {
    pub(crate) core: Arc<Core>,
    pub(crate) providers: Arc<Providers>,
}

impl Webhooks {
    /// Creates a webhook.
    ///
    /// # Errors
    /// [`Rejected::Webhook`] with every fault, [`Rejected::TooManyWebhooks`].
    pub async fn create_webhook(&self, project: ProjectId, new: NewWebhook) -> Result<WithSecret, FlowError> {
        let (url, description, filters) =
            (self.check_webhook_url(&new.url), check_description(&new.description), check_filters(&new.events));
        let (Ok(url), Ok(description), Ok(filters)) = (&url, &description, &filters) else {
            return Err(faults([url.err(), description.err(), filters.err()]));
        };
        let now = self.core.now();
        let (secret, sealed) = self.fresh_webhook_secret(now);
        let webhook = Webhook {
            id: WebhookId::new(now, &*self.core.random),
            project_id: project,
            url: url.clone(),
            description: description.clone(),
            filters: filters.clone(),
            secrets: vec![sealed],
            created_at: now,
            updated_at: now,
            disabled_at: None,
            disabled_why: None,
            failing_since: None,
        };
        self.insert_webhook(&webhook).await?;
        Ok(WithSecret { webhook, secret })
    }

    async fn insert_webhook(&self, webhook: &Webhook) -> Result<(), FlowError> {
        let event = self.webhook_event(EventKind::WEBHOOK_CREATED, webhook);
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(webhook.project_id).await? {
            return Err(Rejected::NotFound("project").into());
        }
        if tx.count_webhooks(webhook.project_id).await? >= MOST {
            return Err(Rejected::TooManyWebhooks.into());
        }
        tx.insert_webhook(webhook).await?;
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }

    /// The webhooks of a project, oldest first.
    pub async fn list_webhooks(&self, project: ProjectId) -> Result<Vec<Webhook>, FlowError> {
        Ok(self.core.store.list_webhooks(project).await?)
    }

    /// A webhook of a project.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn load_webhook(&self, project: ProjectId, id: WebhookId) -> Result<Webhook, FlowError> {
        self.core.store.find_webhook(project, id).await?.ok_or_else(unknown)
    }

    /// Changes a webhook. When it is enabled again, pending messages are sent.
    ///
    /// # Errors
    /// [`Rejected::Webhook`] with every fault, [`Rejected::NotFound`].
    pub async fn update_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        change: WebhookChange,
    ) -> Result<Webhook, FlowError> {
        let url = change.url.as_deref().map(|url| self.check_webhook_url(url)).transpose();
        let description = change.description.as_deref().map(check_description).transpose();
        let filters = change.events.as_deref().map(check_filters).transpose();
        let (Ok(url), Ok(description), Ok(filters)) = (url.clone(), description.clone(), filters.clone()) else {
            return Err(faults([url.err(), description.err(), filters.err()]));
        };
        let now = self.core.now();
        let mut tx = self.core.store.begin().await?;
        let mut webhook = tx.lock_webhook(project, id).await?.ok_or_else(unknown)?;
        webhook.updated_at = webhook.updated_at.max(now);
        webhook.url = url.unwrap_or(webhook.url);
        webhook.description = description.unwrap_or(webhook.description);
        webhook.filters = filters.unwrap_or(webhook.filters);
        tx.describe_webhook(&webhook).await?;
        switch(&mut tx, &mut webhook, change.disabled, now).await?;
        tx.append(&self.webhook_event(EventKind::WEBHOOK_UPDATED, &webhook)).await?;
        wake(&mut tx, &webhook, now).await?;
        tx.commit().await?;
        self.core.store.wake_senders();
        Ok(webhook)
    }

    /// Rotates the secret of a webhook. Former ones also sign for `overlap`, a day by default.
    ///
    /// # Errors
    /// [`Rejected::Webhook`] for too long an overlap, [`Rejected::NotFound`].
    pub async fn rotate_webhook_secret(
        &self,
        project: ProjectId,
        id: WebhookId,
        overlap: Option<Duration>,
    ) -> Result<WithSecret, FlowError> {
        let overlap = overlap.unwrap_or(OVERLAP);
        if overlap > LONGEST_OVERLAP {
            return Err(faults([Some(WebhookFault { field: "overlap_seconds", why: "is more than 30 days" })]));
        }
        let now = self.core.now();
        let (secret, fresh) = self.fresh_webhook_secret(now);
        let mut tx = self.core.store.begin().await?;
        let mut webhook = tx.lock_webhook(project, id).await?.ok_or_else(unknown)?;
        webhook.updated_at = webhook.updated_at.max(now);
        webhook.secrets = rotated(webhook.secrets, fresh, now, overlap);
        tx.set_webhook_secrets(&webhook).await?;
        tx.append(&self.webhook_event(EventKind::WEBHOOK_SECRET_ROTATED, &webhook)).await?;
        tx.commit().await?;
        Ok(WithSecret { webhook, secret })
    }

    /// Deletes a webhook with its deliveries.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn delete_webhook(&self, project: ProjectId, id: WebhookId) -> Result<(), FlowError> {
        let webhook = self.load_webhook(project, id).await?;
        let event = self.webhook_event(EventKind::WEBHOOK_DELETED, &webhook);
        let mut tx = self.core.store.begin().await?;
        if !tx.delete_webhook(project, id).await? {
            return Err(unknown());
        }
        tx.append(&event).await?;
        Ok(tx.commit().await?)
    }

    fn webhook_event(&self, kind: EventKind, webhook: &Webhook) -> Event {
        self.core.event(kind).with_project(webhook.project_id).with("webhook_id", webhook.id.to_string())
    }

    fn fresh_webhook_secret(&self, now: Timestamp) -> (String, SealedSecret) {
        let secret = WebhookSecret::generate(&*self.core.random);
        let sealed = self.core.sealer.seal_text(Purpose::WebhookSecret, secret.expose(), &*self.core.random);
        (secret.text(), SealedSecret { sealed, created_at: now, expires_at: None })
    }

    /// Checks a URL as far as possible without resolving its host; the call itself is checked again.
    fn check_webhook_url(&self, url: &str) -> Result<String, WebhookFault> {
        let fault = |why| WebhookFault { field: "url", why };
        if url.len() > LONGEST_URL {
            return Err(fault("is longer than 2,000 characters"));
        }
        let parsed = Url::parse(url).map_err(|_| fault("is no address"))?;
        if parsed.fragment().is_some() {
            return Err(fault("must not have a fragment"));
        }
        self.providers
            .outbound()
            .may_call(&parsed)
            .map_err(|_| fault("may not be called: it is not a public https address"))?;
        Ok(parsed.into())
    }
}

/// Disables or enables a webhook, as its owner requests.
async fn switch(tx: &mut Tx, webhook: &mut Webhook, disabled: Option<bool>, now: Timestamp) -> Stored<()> {
    match disabled {
        Some(true) if tx.disable_webhook(webhook.id, now, DisabledWhy::Owner).await? => {
            (webhook.disabled_at, webhook.disabled_why) = (Some(now), Some(DisabledWhy::Owner));
        }
        Some(false) => {
            tx.enable_webhook(webhook.id, now).await?;
            (webhook.disabled_at, webhook.disabled_why, webhook.failing_since) = (None, None, None);
        }
        Some(true) | None => {}
    }
    Ok(())
}

/// The secrets after a rotation: the new one first, former ones for `overlap` at most.
fn rotated(
    mut secrets: Vec<SealedSecret>,
    fresh: SealedSecret,
    now: Timestamp,
    overlap: Duration,
) -> Vec<SealedSecret> {
    let end = now + overlap;
    for old in &mut secrets {
        old.expires_at = Some(old.expires_at.map_or(end, |at| at.min(end)));
    }
    secrets.retain(|old| old.expires_at.is_none_or(|at| now < at));
    secrets.insert(0, fresh);
    secrets.truncate(SECRETS_AT_ONCE);
    secrets
}

/// Makes pending deliveries due again.
async fn wake(tx: &mut Tx, webhook: &Webhook, now: Timestamp) -> Stored<()> {
    if webhook.disabled_at.is_none() { tx.webhook_is_due(webhook.id, now).await } else { Ok(()) }
}

fn check_description(text: &str) -> Result<String, WebhookFault> {
    let why = "must hold at most 200 characters and no control characters";
    check_line(text, LONGEST_DESCRIPTION).map_err(|_| WebhookFault { field: "description", why })
}

fn check_filters(events: &[String]) -> Result<Vec<Filter>, WebhookFault> {
    let fault = |why| WebhookFault { field: "events", why };
    if events.is_empty() || events.len() > MOST_FILTERS {
        return Err(fault("must hold 1 to 50 filters"));
    }
    let filters: Result<Vec<Filter>, _> = events.iter().map(|text| text.parse()).collect();
    filters.map_err(|_| fault("names no event that webhooks deliver: write session.created, session.* or *"))
}

fn faults(found: impl IntoIterator<Item = Option<WebhookFault>>) -> FlowError {
    Rejected::Webhook(found.into_iter().flatten().collect()).into()
}

fn unknown() -> FlowError {
    Rejected::NotFound("webhook").into()
}

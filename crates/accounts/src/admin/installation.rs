//! The state of the whole installation, for administrators: what is set up, what fails, what waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::admin::branding::EmailContext;
use crate::admin::statistics::COUNTS_KEPT;
use crate::core::Core;
use crate::emails::{EmailQueue, recipient};
use crate::error::{FlowError, Internal, Rejected};
use crate::upstream::providers::Providers;
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::event::actor::EventActor;
use usher_domain::event::webhook::Webhook;
use usher_domain::health::{Finding, HealthReport, JobRun, OutgoingQueue};
use usher_domain::id::{ClientId, ProjectId, SavedFilterId, UserId};
use usher_domain::text::check_name;
use usher_domain::time::Timestamp;
use usher_domain::user::saved_filter::SavedFilter;
use usher_domain::user::{Sub, User};
use usher_mail::emails;
use usher_storage::events::counters::Recount;
use usher_storage::events::log::{AuditEvent, Search, Who};

/// The name under which it is stored that the master key was backed up.
const BACKED_UP: &str = "master-key-backed-up";
/// The longest name of a saved filter, in characters.
const FILTER_NAME: u32 = 60;

/// How long a test email is tried.
const TEST_EMAIL_KEPT: Duration = Duration::from_hours(1);

/// The installation, for administrators.
pub struct Installation {
    pub core: Arc<Core>,
    pub email_queue: Arc<EmailQueue>,
    pub providers: Arc<Providers>,
}

/// What is set up, and what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupState {
    /// Is a mail server set?
    pub has_mail: bool,
    /// Does an administrator say that the master key was backed up?
    pub key_is_backed_up: bool,
    /// Is the issuer an https URL?
    pub is_https: bool,
    /// The names of the enabled providers.
    pub providers: Vec<String>,
    /// The active administrators.
    pub administrators: Vec<User>,
    /// Those of them without a second factor.
    pub without_second_factor: Vec<UserId>,
}

/// A webhook whose deliveries all fail.
#[derive(Debug, Clone, PartialEq)]
pub struct FailingWebhook {
    pub webhook: Webhook,
    /// The name of its project.
    pub project: String,
    /// How many messages wait, counted up to a limit.
    pub waiting: i64,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutgoingQueues {
    pub emails: OutgoingQueue,
    pub webhooks: OutgoingQueue,
    pub logout_notices: OutgoingQueue,
}

/// The names of what events mention; what was deleted has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventNames {
    /// Name, or email address, or `sub`.
    pub users: BTreeMap<UserId, String>,
    pub clients: BTreeMap<String, String>,
    pub projects: BTreeMap<ProjectId, String>,
}

impl Installation {
    /// What is set up.
    pub async fn setup_state(&self) -> Result<SetupState, FlowError> {
        let (store, config) = (&self.core.store, &self.core.config);
        let administrators = store.list_administrators().await?;
        let mut without_second_factor = Vec::new();
        for user in &administrators {
            let factors = store.find_factors(user.id).await?;
            if !factors.totp && factors.passkeys == 0 {
                without_second_factor.push(user.id);
            }
        }
        let providers = self.providers.offered_providers().await?;
        Ok(SetupState {
            has_mail: config.mail.smtp_url.is_some(),
            key_is_backed_up: store.find_value(BACKED_UP).await?.is_some(),
            is_https: config.server.issuer.is_https(),
            providers: providers.into_iter().map(|provider| provider.name).collect(),
            administrators,
            without_second_factor,
        })
    }

    /// Records that an administrator has backed up the master key.
    pub async fn confirm_key_backup(&self) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        tx.set_value_once(BACKED_UP, self.core.now().to_string().as_bytes()).await?;
        Ok(tx.commit().await?)
    }

    /// The webhooks whose deliveries all fail, the longest failing first.
    pub async fn failing_webhooks(&self) -> Result<Vec<FailingWebhook>, FlowError> {
        let store = &self.core.store;
        let mut failing = Vec::new();
        for webhook in store.list_failing_webhooks().await? {
            let project = store.find_project(webhook.project_id).await?.map(|project| project.name).unwrap_or_default();
            let waiting = store.count_waiting_deliveries(webhook.id).await?;
            failing.push(FailingWebhook { webhook, project, waiting });
        }
        Ok(failing)
    }

    /// How each background job ran last.
    pub async fn job_runs(&self) -> Result<Vec<JobRun>, FlowError> {
        Ok(self.core.store.list_job_runs().await?)
    }

    /// Records how a run of a background job ended.
    pub async fn record_job_run(&self, run: &JobRun) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        tx.put_job_run(run).await?;
        Ok(tx.commit().await?)
    }

    /// What waits to be sent.
    pub async fn queues(&self) -> Result<OutgoingQueues, FlowError> {
        let store = &self.core.store;
        Ok(OutgoingQueues {
            emails: store.queued_emails().await?,
            webhooks: store.queued_deliveries().await?,
            logout_notices: store.queued_logout_notices().await?,
        })
    }

    /// The newest findings of the doctor.
    pub async fn health_report(&self) -> Result<Option<HealthReport>, FlowError> {
        Ok(self.core.store.find_health_report().await?)
    }

    /// Stores findings of the doctor, which replace earlier ones.
    pub async fn record_findings(&self, findings: Vec<Finding>) -> Result<(), FlowError> {
        let report = HealthReport { at: self.core.now(), findings };
        let mut tx = self.core.store.begin_single().await?;
        tx.put_health_report(&report).await?;
        Ok(tx.commit().await?)
    }

    /// Part of an export of the event log, newest first, and the search for the next part.
    pub async fn export_log(&self, search: &Search) -> Result<(Vec<AuditEvent>, Option<Search>), FlowError> {
        let page = self.core.store.export_log(search).await?;
        let next = page.next.map(|cursor| Search { before: Some(cursor), ..search.clone() });
        Ok((page.items, next))
    }

    /// One event.
    pub async fn find_event(&self, id: &str) -> Result<AuditEvent, FlowError> {
        let id = id.parse().map_err(|_| Rejected::NotFound("event"))?;
        self.core.store.find_event(id).await?.ok_or_else(|| Rejected::NotFound("event").into())
    }

    /// The names of the users, clients and projects that these events mention.
    pub async fn names_in<'e>(&self, events: impl Iterator<Item = &'e AuditEvent>) -> Result<EventNames, FlowError> {
        let (mut users, mut clients, mut projects) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for event in events {
            users.extend(event.user_id);
            clients.extend(event.client_id.clone());
            projects.extend(event.project_id);
            match &event.actor {
                Some(EventActor::User(id)) => drop(users.insert(*id)),
                Some(EventActor::Client(id)) => drop(clients.insert(id.clone())),
                Some(EventActor::ProjectToken(id)) => drop(projects.insert(*id)),
                Some(EventActor::CommandLine) | None => {}
            }
        }
        self.names_of(users, clients, projects).await
    }

    /// The names of these users, clients and projects.
    pub async fn names_of(
        &self,
        users: BTreeSet<UserId>,
        clients: BTreeSet<ClientId>,
        projects: BTreeSet<ProjectId>,
    ) -> Result<EventNames, FlowError> {
        let (store, mut names) = (&self.core.store, EventNames::default());
        for id in users {
            if let Some(user) = store.find_user(id).await? {
                names.users.insert(id, user.label());
            }
        }
        for id in clients {
            if let Some(client) = store.find_client(&id).await? {
                names.clients.insert(id.0, client.metadata.client_name);
            }
        }
        for id in projects {
            if let Some(project) = store.find_project(id).await? {
                names.projects.insert(id, project.name);
            }
        }
        Ok(names)
    }

    /// Whom a text names: a user by email address or `sub`, or the command line.
    pub async fn find_person(&self, text: &str) -> Result<Option<Who>, FlowError> {
        if text.parse() == Ok(EventActor::CommandLine) {
            return Ok(Some(Who::Other(EventActor::CommandLine)));
        }
        let by_email = match Email::parse(text) {
            Ok(email) => self.core.store.find_user_by_email(&email).await?,
            Err(_) => None,
        };
        let user = match by_email {
            Some(user) => Some(user),
            None => self.core.store.find_user_by_sub(&Sub(text.to_owned())).await?,
        };
        Ok(user.map(|user| Who::User(user.id)))
    }

    /// The `sub` of a user.
    pub async fn sub_of(&self, user: UserId) -> Result<Option<String>, FlowError> {
        Ok(self.core.store.find_user(user).await?.map(|user| user.sub.0))
    }

    /// Whether an application has ever received tokens.
    pub async fn has_grants(&self) -> Result<bool, FlowError> {
        let search = Search { kinds: vec![EventKind::GRANT_CREATED.as_str().to_owned()], ..Search::default() };
        Ok(!self.core.store.search_log(&search, 1).await?.items.is_empty())
    }

    /// Counts every day again that the counters keep, from the event log, in the background.
    pub async fn count_again(&self) -> Result<(), FlowError> {
        let today = self.core.now().day();
        let mut tx = self.core.store.begin_single().await?;
        tx.begin_recount(Recount { next_day: today - COUNTS_KEPT, last_day: today }).await?;
        Ok(tx.commit().await?)
    }

    /// The day that is being counted again.
    pub async fn day_being_counted(&self) -> Result<Option<Timestamp>, FlowError> {
        Ok(self.core.store.find_recount().await?.map(|recount| Timestamp::of_day(recount.next_day)))
    }

    /// Sends an email to an administrator, to see whether it arrives.
    ///
    /// # Errors
    /// [`Rejected::Missing`] if the administrator has no address.
    pub async fn send_test_email(&self, user: &User) -> Result<(), FlowError> {
        let name = user.profile.display_name();
        let to = recipient(user, name.as_deref()).ok_or(Rejected::Missing("email"))?;
        let now = self.core.now();
        let brand = self.email_queue.brand(EmailContext::Account).await?;
        let message = emails::test_email().write(to, now, &brand).map_err(Internal::from)?;
        let queued = self.email_queue.seal_email(&message, now + TEST_EMAIL_KEPT)?;
        let mut tx = self.core.store.begin_single().await?;
        tx.insert_email(&queued, now).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// The filters of the audit log that an administrator saved.
    pub async fn saved_filters(&self, user: UserId) -> Result<Vec<SavedFilter>, FlowError> {
        Ok(self.core.store.list_saved_filters(user).await?)
    }

    /// Saves a filter by name; one of the same name is replaced.
    ///
    /// # Errors
    /// [`Rejected::Text`] for a name that is empty, too long or not one line.
    pub async fn save_filter(&self, user: UserId, name: &str, query: &str) -> Result<(), FlowError> {
        let name = check_name(name, FILTER_NAME).map_err(|rule| Rejected::Text(rule.broken_by("name")))?;
        let id = SavedFilterId::new(self.core.now(), &*self.core.random);
        let mut tx = self.core.store.begin_single().await?;
        tx.put_saved_filter(user, &SavedFilter { id, name, query: query.to_owned() }).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a saved filter, if there still is one.
    pub async fn delete_filter(&self, user: UserId, id: SavedFilterId) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        tx.delete_saved_filter(user, id).await?;
        Ok(tx.commit().await?)
    }
}

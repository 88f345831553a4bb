//! Whether the installation works.

use askama::Template;

use usher_page_kit::views::{Form, Layout, Moment};

/// Checks, jobs, queues.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/health.html")]
pub struct HealthPage {
    pub page: Layout,
    /// The form of the actions.
    pub form: Form,
    pub notice: Option<String>,
    /// When the checks ran.
    pub checked: Option<Moment>,
    /// What is wrong or doubtful, the worst first.
    pub problems: Vec<FindingItem>,
    /// What is good.
    pub good: Vec<FindingItem>,
    pub jobs: Vec<JobItem>,
    pub queues: Vec<QueueItem>,
    /// The address of the reader, for a test email.
    pub email: Option<String>,
    /// The emails of development mode.
    pub caught_url: Option<String>,
    /// The day that is being counted again.
    pub counting: Option<String>,
}

/// The result of a check, in English as `usher doctor` prints it.
#[derive(Clone, Debug, Default)]
pub struct FindingItem {
    pub subject: String,
    pub found: String,
    pub tried: String,
    pub remedy: Option<String>,
    pub is_bad: bool,
}

/// A background job.
#[derive(Clone, Debug, Default)]
pub struct JobItem {
    pub name: String,
    pub ran: Moment,
    pub milliseconds: i64,
    pub failing_since: Option<Moment>,
    pub error: Option<String>,
}

/// A queue of messages.
#[derive(Clone, Debug, Default)]
pub struct QueueItem {
    pub name_key: &'static str,
    pub waiting: i64,
    /// The number as text; `+` stands behind a limit.
    pub number: String,
    pub next: Option<Moment>,
}

impl HealthPage {
    pub fn good_count(&self) -> u32 {
        u32::try_from(self.good.len()).unwrap_or(u32::MAX)
    }
}

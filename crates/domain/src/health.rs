//! Whether an installation works: what `usher doctor` finds, how jobs ran, and what waits to be sent.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingLevel {
    /// No problem.
    Good,
    /// It works, with a risk or an omission.
    Doubtful,
    /// It does not work.
    Bad,
}

/// The result of one check, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The subject.
    pub subject: Cow<'static, str>,
    /// The result.
    pub verdict: FindingLevel,
    /// What was checked.
    pub tried: String,
    /// What was found.
    pub found: String,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// No problem.
    pub fn good(subject: &'static str, tried: impl Into<String>, found: impl Into<String>) -> Self {
        let (tried, found) = (tried.into(), found.into());
        Self { subject: Cow::Borrowed(subject), verdict: FindingLevel::Good, tried, found, remedy: None }
    }

    /// It works, with a risk or an omission.
    pub fn doubtful(
        subject: &'static str,
        tried: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { verdict: FindingLevel::Doubtful, remedy: Some(remedy.into()), ..Self::good(subject, tried, found) }
    }

    /// It does not work.
    pub fn bad(
        subject: &'static str,
        tried: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { verdict: FindingLevel::Bad, remedy: Some(remedy.into()), ..Self::good(subject, tried, found) }
    }
}

/// All findings of one examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    /// When it ended.
    pub at: Timestamp,
    /// In the order of the checks.
    pub findings: Vec<Finding>,
}

/// How the last run of a background job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// The name of the job.
    pub name: String,
    /// When the run ended.
    pub ended_at: Timestamp,
    /// How long it took.
    pub milliseconds: i64,
    /// Since when every run has failed.
    pub failing_since: Option<Timestamp>,
    /// Why the last run failed.
    pub error: Option<String>,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutgoingQueue {
    /// How many messages wait, counted up to a limit.
    pub waiting: i64,
    /// When the next one is due.
    pub next_at: Option<Timestamp>,
}

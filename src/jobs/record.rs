//! How the runs of a job end: in the log when that changes, and in the database for administrators.

use std::time::Duration;

use super::Job;
use usher_domain::health::JobRun;
use usher_domain::time::Timestamp;
use usher_flows::Usher;

/// An unchanged outcome is written at most this often.
const WRITTEN_EVERY: u64 = 60;
/// The longest stored error, in characters.
const MAX_ERROR: usize = 300;

/// What was recorded of a job.
#[derive(Debug, Default)]
pub struct JobRecord {
    failing_since: Option<Timestamp>,
    written_at: Option<Timestamp>,
}

impl JobRecord {
    /// Records how a run ended. A failure is logged when it begins and when it is over, not at every run in between.
    pub async fn note(&mut self, job: &dyn Job, usher: &Usher, took: Duration, error: Option<String>) {
        let (name, now) = (job.name(), usher.core.now());
        let is_changed = error.is_some() != self.failing_since.is_some();
        match &error {
            None if is_changed => tracing::info!(job.name = name, "jobs: works again"),
            None => {}
            Some(why) if is_changed => {
                tracing::warn!(job.name = name, "jobs: failed, and will be tried again: {why}");
            }
            Some(why) => tracing::debug!(job.name = name, "jobs: still failing: {why}"),
        }
        self.failing_since = error.as_ref().map(|_| self.failing_since.unwrap_or(now));
        let is_recent = |at: Timestamp| at.0.abs_diff(now.0) < WRITTEN_EVERY;
        if !is_changed && self.written_at.is_some_and(is_recent) {
            return;
        }
        let run = JobRun {
            name: name.to_owned(),
            ended_at: now,
            milliseconds: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
            failing_since: self.failing_since,
            error: error.map(|why| why.chars().take(MAX_ERROR).collect()),
        };
        match usher.installation.record_job_run(&run).await {
            Ok(()) => self.written_at = Some(now),
            Err(why) => tracing::debug!(job.name = name, "jobs: the outcome was not recorded: {why}"),
        }
    }
}

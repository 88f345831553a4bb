//! Examines the installation every hour, as `usher doctor` does, so that the console shows what is wrong.

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::Job;
use crate::app;
use usher_accounts::FlowError;
use usher_domain::time::Timestamp;
use usher_flows::Usher;

/// How old findings may be.
const FRESH: u64 = 3600;

/// The job, and when it was first due: just after the start the server does not answer yet.
#[derive(Default)]
pub struct ExamineHealth {
    first: OnceLock<Timestamp>,
}

impl Job for ExamineHealth {
    fn name(&self) -> &'static str {
        "examine_health"
    }

    fn every(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn run<'a>(&'a self, usher: &'a Usher, _: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>> {
        async move {
            let now = usher.core.now();
            let is_first = self.first.set(now).is_ok();
            let report = usher.installation.health_report().await?;
            if is_first || report.is_some_and(|report| report.at.0.abs_diff(now.0) < FRESH) {
                return Ok(());
            }
            usher.installation.record_findings(app::of_server(usher).await).await
        }
        .boxed()
    }
}

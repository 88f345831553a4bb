//! Background jobs: emails, webhooks, back-channel logout, calls about CIBA, clean-up, erasure, keys.
//!
//! A [`Job`] says what to do and how often; [`keep_at`] runs it until the server stops, one run at a time. Jobs that
//! must not run on two instances at once take a lease in the database first.

mod clean_up;
mod count_days;
mod deliver_emails;
mod deliver_webhooks;
mod dispatch_events;
mod erase_events;
mod examine_health;
mod import_users;
mod learn_keys;
mod record;
mod record_attempts;
mod record_key_uses;
mod send_ciba_pings;
mod send_logouts;
mod tend_keys;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt as _, pending};
use tokio_util::sync::CancellationToken;

use self::clean_up::CleanUp;
use self::count_days::CountDays;
use self::deliver_emails::DeliverEmails;
use self::deliver_webhooks::DeliverWebhooks;
use self::dispatch_events::DispatchEvents;
use self::erase_events::EraseEvents;
use self::examine_health::ExamineHealth;
use self::import_users::ImportUsers;
use self::learn_keys::LearnKeys;
use self::record::JobRecord;
use self::record_attempts::RecordAttempts;
use self::record_key_uses::RecordKeyUses;
use self::send_ciba_pings::SendCibaPings;
use self::send_logouts::SendLogouts;
use self::tend_keys::TendKeys;
use usher_accounts::FlowError;
use usher_domain::random::Random;
use usher_flows::Usher;
use usher_mail::Mailer;

/// The longest run; after that it is cancelled and restarted later.
const LONGEST_RUN: Duration = Duration::from_mins(4);
/// A lease lasts longer than the run that it was taken for.
const LEASE: Duration = Duration::from_mins(5);

/// A background job.
pub trait Job: Send + Sync + 'static {
    /// Its name, also that of its lease.
    fn name(&self) -> &'static str;

    /// The pause between two runs; the runner adds some randomness.
    fn every(&self) -> Duration;

    /// Must it run on one instance at a time only?
    fn is_leased(&self) -> bool {
        true
    }

    /// Resolves when the pause should end early.
    fn woken<'a>(&'a self, _: &'a Usher) -> BoxFuture<'a, ()> {
        pending().boxed()
    }

    /// Does the work. `stop` is cancelled when the server stops: the rest is left for later then.
    fn run<'a>(&'a self, usher: &'a Usher, stop: &'a CancellationToken) -> BoxFuture<'a, Result<(), FlowError>>;
}

/// Every job; without a mailer emails stay queued.
pub fn all(mailer: Option<Arc<dyn Mailer>>) -> Vec<Box<dyn Job>> {
    let emails = mailer.map(|mailer| Box::new(DeliverEmails::new(mailer)) as Box<dyn Job>);
    let others: [Box<dyn Job>; 13] = [
        Box::new(DispatchEvents),
        Box::new(DeliverWebhooks),
        Box::new(SendLogouts),
        Box::new(SendCibaPings),
        Box::new(CleanUp::default()),
        Box::new(CountDays),
        Box::new(EraseEvents),
        Box::new(ExamineHealth::default()),
        Box::new(ImportUsers),
        Box::new(TendKeys),
        Box::new(LearnKeys::default()),
        Box::new(RecordAttempts),
        Box::new(RecordKeyUses),
    ];
    emails.into_iter().chain(others).collect()
}

/// Runs `job` repeatedly until `stop` is cancelled. `holder` identifies this instance in leases.
pub async fn keep_at(job: Box<dyn Job>, usher: Usher, holder: String, stop: CancellationToken) {
    let mut record = JobRecord::default();
    while !stop.is_cancelled() {
        let started = Instant::now();
        match run_once(&*job, &usher, &holder, &stop).await {
            Ok(false) => {}
            Ok(true) => record.note(&*job, &usher, started.elapsed(), None).await,
            Err(why) => record.note(&*job, &usher, started.elapsed(), Some(why)).await,
        }
        tokio::select! {
            () = tokio::time::sleep(rest(job.every(), &*usher.core.random)) => {}
            () = job.woken(&usher) => {}
            () = stop.cancelled() => break,
        }
    }
}

/// Runs a job once. `false` if another instance holds its lease.
async fn run_once(job: &dyn Job, usher: &Usher, holder: &str, stop: &CancellationToken) -> Result<bool, String> {
    if job.is_leased() {
        let now = usher.core.now();
        let ours = usher.core.store.take_lease(job.name(), holder, now, now + LEASE).await;
        if !ours.map_err(|error| error.to_string())? {
            return Ok(false);
        }
    }
    match tokio::time::timeout(LONGEST_RUN, job.run(usher, stop)).await {
        Ok(done) => done.map(|()| true).map_err(|error| error.to_string()),
        Err(_) => Err("it took too long".to_owned()),
    }
}

/// Between nine and eleven tenths of `every`, so that instances that started together diverge.
fn rest(every: Duration, random: &dyn Random) -> Duration {
    let [chance] = random.bytes::<1>();
    every.mul_f64(0.9 + 0.2 * f64::from(chance) / 255.0)
}

#[cfg(test)]
mod tests;

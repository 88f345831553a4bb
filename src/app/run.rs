//! What every way of starting shares: the process made ready, and the orderly end.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::task::JoinSet;

use super::open_files;
use super::shutdown::Shutdown;
use crate::{jobs, telemetry};
use usher_config::{Config, LogFormat};
use usher_flows::Usher;
use usher_http_server::layers::panic::log_panics;
use usher_mail::Mailer;

/// Requests in flight have so long to finish.
pub const DRAIN: Duration = Duration::from_secs(25);
/// The whole house is down after so long: orchestrators kill at 30 s.
const LONGEST_END: Duration = Duration::from_secs(29);

/// Names the one TLS library of the house: a second one in the tree would make the choice ambiguous. First of all.
pub fn prepare_tls() {
    // An error means that it was named before, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Makes the process of a single command ready: what goes wrong beside the answer is told on standard error.
///
/// # Errors
/// If this process logs already.
pub fn prepare_command() -> anyhow::Result<()> {
    Ok(telemetry::init("warn", LogFormat::Text)?)
}

/// Makes the process of a server ready: its log, what becomes of panics, and room for its connections.
///
/// # Errors
/// If the log cannot be set up as configured.
pub fn prepare_process(config: &Config) -> anyhow::Result<()> {
    telemetry::init(&config.telemetry.log, config.telemetry.log_format)?;
    log_panics();
    open_files::make_room(config.limits.connections);
    Ok(())
}

/// Starts every chore of the house as one of `tasks`.
pub fn start_jobs(
    usher: &Usher,
    mailer: Option<Arc<dyn Mailer>>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    shutdown: &Shutdown,
) {
    let holder = usher.random.handle();
    for job in jobs::all(mailer) {
        let work = jobs::keep_at(job, usher.clone(), holder.clone(), shutdown.flag());
        tasks.spawn(async move {
            work.await;
            Ok(())
        });
    }
}

/// Waits until somebody asks to stop or a part of the house fails, then until everything has come to its end.
///
/// # Errors
/// What failed first.
pub async fn until_stopped(mut tasks: JoinSet<anyhow::Result<()>>, shutdown: &Shutdown) -> anyhow::Result<()> {
    tokio::select! {
        () = shutdown.asked() => {}
        ended = tasks.join_next() => {
            if let Some(ended) = ended {
                ended.context("a part of the house ended")??;
            }
            // A part that was told to stop may come to its end before we hear of it.
            if !*shutdown.flag().borrow() {
                bail!("a part of the house ended by itself");
            }
        }
    }
    tracing::info!("stopping");
    let everything = async { while tasks.join_next().await.is_some() {} };
    tokio::select! {
        () = everything => {}
        () = tokio::time::sleep(LONGEST_END) => tracing::warn!("stopped with work unfinished"),
        () = shutdown.insisted() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_fails_ends_the_house_with_its_words() {
        let shutdown = Shutdown::on_signals().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async { std::future::pending().await });
        tasks.spawn(async { Err(anyhow::anyhow!("the roof is gone")) });
        assert_eq!(until_stopped(tasks, &shutdown).await.unwrap_err().to_string(), "the roof is gone");
    }

    #[tokio::test]
    async fn a_part_that_ends_unasked_is_a_failure_too() {
        let shutdown = Shutdown::on_signals().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async { std::future::pending().await });
        tasks.spawn(async { Ok(()) });
        let error = until_stopped(tasks, &shutdown).await.unwrap_err();
        assert!(error.to_string().contains("ended by itself"), "{error}");
    }
}

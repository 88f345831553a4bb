//! What all commands that serve have in common: process set-up and orderly shutdown.

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

/// How long requests in flight may take to finish.
pub const DRAIN: Duration = Duration::from_secs(25);
/// How long shutdown may take: orchestrators kill the process after 30 s.
const LONGEST_END: Duration = Duration::from_secs(29);

/// Selects the TLS library: a second one in the dependency tree would make the default ambiguous. Call this first.
pub fn prepare_tls() {
    // An error means that it was selected before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Sets up the process of a command: warnings go to standard error.
///
/// # Errors
/// If this process logs already.
pub fn prepare_command() -> anyhow::Result<()> {
    Ok(telemetry::init("warn", LogFormat::Text)?)
}

/// Sets up the process of a server: its log, its panic hook, and its limit of open files.
///
/// # Errors
/// If the log cannot be set up as configured.
pub fn prepare_process(config: &Config) -> anyhow::Result<()> {
    telemetry::init_server(&config.telemetry.log, config.telemetry.log_format)?;
    log_panics();
    open_files::make_room(config.limits.connections);
    Ok(())
}

/// Starts every job as one of `tasks`.
pub fn start_jobs(
    usher: &Usher,
    mailer: Option<Arc<dyn Mailer>>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    shutdown: &Shutdown,
) {
    let holder = usher.core.random.handle();
    for job in jobs::all(mailer) {
        let work = jobs::keep_at(job, usher.clone(), holder.clone(), shutdown.requested.clone());
        tasks.spawn(async move {
            work.await;
            Ok(())
        });
    }
}

/// Waits for a shutdown request or a failed task, then until all tasks have ended.
///
/// # Errors
/// The first failure.
pub async fn until_stopped(mut tasks: JoinSet<anyhow::Result<()>>, shutdown: &Shutdown) -> anyhow::Result<()> {
    tokio::select! {
        () = shutdown.requested.cancelled() => {}
        ended = tasks.join_next() => {
            if let Some(ended) = ended {
                ended.context("a task of the server ended")??;
            }
            // A stopping task may end before the request is seen here.
            if !shutdown.requested.is_cancelled() {
                bail!("a task of the server ended by itself");
            }
        }
    }
    tracing::info!("stopping");
    let everything = async { while tasks.join_next().await.is_some() {} };
    tokio::select! {
        () = everything => {}
        () = tokio::time::sleep(LONGEST_END) => tracing::warn!("stopped with work unfinished"),
        () = shutdown.requested_twice.cancelled() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_fails_ends_the_server_with_its_error() {
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

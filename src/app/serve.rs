//! `usher serve`: the server in production.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::task::JoinSet;

use super::bootstrap::{bootstrap, open_store};
use super::data::pending_migrations;
use super::router;
use super::shutdown::Shutdown;
use super::source::{OsRandom, SystemClock};
use super::startup_gate::BoundServer;
use super::{configured, database_owner, instance_lock, mailer, run};
use usher_config::{Config, RunMode};
use usher_domain::random::Random;
use usher_flows::Usher;
use usher_mail::Mailer;

/// The data folder of `usher dev`.
const DEV_FOLDER: &str = ".usher";

/// Serves until shutdown. With `migrate` the schema is migrated first; without, migrations must not be pending.
///
/// # Errors
/// A message for the operator.
pub async fn serve(config: Config, migrate: bool) -> anyhow::Result<()> {
    refuse_dev_key(&config)?;
    let bound = BoundServer::bind(&config).await?;
    let shutdown = Shutdown::on_signals().context("signals")?;
    let mut tasks = JoinSet::new();
    let starting = bound.serve(&mut tasks, &shutdown);

    let _lock = instance_lock::take(&config)?;
    let usher = open(config, migrate).await?;
    configured::apply(&usher).await?;
    let smtp = mailer::smtp(&usher.core.config.mail, usher.core.random.clone())?;
    if smtp.is_none() {
        tracing::warn!("mail.smtp_url is not set: emails wait in the queue until it is");
    }
    let mailer = smtp.map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    let gate = starting.gate.clone();
    starting.open(router::build(usher.clone(), None, gate));
    run::start_jobs(&usher, mailer, &mut tasks, &shutdown);
    tracing::info!(
        issuer = usher.core.issuer(),
        listen = %usher.core.config.server.listen,
        database = usher.core.store.kind(),
        version = env!("CARGO_PKG_VERSION"),
        "ready"
    );
    run::until_stopped(tasks, &shutdown).await
}

async fn open(config: Config, migrate: bool) -> anyhow::Result<Usher> {
    let store = open_store(&config).await?;
    database_owner::check_owner(&store, RunMode::Serve).await??;
    if !migrate {
        let pending = pending_migrations(&store).await?;
        if pending > 0 {
            bail!("database: {pending} migrations are pending: run `usher migrate` first");
        }
    }
    let random: Arc<dyn Random> = Arc::new(OsRandom::default());
    let (usher, schema) = bootstrap(config, store, Arc::new(SystemClock), random).await?;
    database_owner::claim(&usher.core.store, RunMode::Serve).await??;
    tracing::info!(migrations = schema.applied, "the schema is up to date");
    Ok(usher)
}

/// Rejects a key that `usher dev` created, because it is not protected.
fn refuse_dev_key(config: &Config) -> anyhow::Result<()> {
    let file = config.keys.master_key_file();
    if config.keys.master_key.is_none() && is_of_dev(&file) {
        bail!(
            "master key: {} is a key of `usher dev`: set USHER_KEYS__DIR to another folder, or USHER_MASTER_KEY",
            file.display()
        );
    }
    Ok(())
}

fn is_of_dev(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == DEV_FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_config::SettingSources;

    fn config(flags: &[(&str, &str)]) -> Config {
        let flags = [("issuer", "https://id.example.org")].iter().chain(flags).copied();
        Config::load(RunMode::Serve, SettingSources::of_flags(flags)).unwrap()
    }

    #[test]
    fn a_key_of_development_is_refused_wherever_it_lies() {
        for dir in [".usher", "/srv/play/.usher", "../.usher/keys"] {
            let error = refuse_dev_key(&config(&[("keys.dir", dir)])).unwrap_err();
            assert!(error.to_string().contains("USHER_KEYS__DIR"), "{error}");
        }
        assert!(refuse_dev_key(&config(&[])).is_ok());
        assert!(refuse_dev_key(&config(&[("keys.dir", "/etc/usher")])).is_ok());
        let given = ("master_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert!(refuse_dev_key(&config(&[("keys.dir", ".usher"), given])).is_ok());
    }
}

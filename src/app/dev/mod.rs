//! `usher dev`: a complete development environment on this machine, without configuration.

mod banner;
#[cfg(feature = "demo")]
mod demos;
#[cfg(not(feature = "demo"))]
#[path = "no_demos.rs"]
mod demos;
mod sample;
mod seed;
#[cfg(feature = "sim")]
pub(super) mod simulated;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::task::JoinSet;

use crate::app::bootstrap::{bootstrap, open_store};
use crate::app::router;
use crate::app::shutdown::Shutdown;
use crate::app::source::{OsRandom, SystemClock};
use crate::app::startup_gate::BoundServer;
use crate::app::{configured, database_owner, features, instance_lock, run};
use banner::Banner;
use demos::Demos;
use usher_accounts::FlowError;
use usher_config::{Config, DatabaseUrl, RunMode};
use usher_domain::key::SigningAlg;
use usher_domain::random::Random;
use usher_flows::Usher;
use usher_mail::caught::CaughtMail;

/// Signature algorithms of the two demos, so that both are used.
const DEMO_ALGS: [&str; 2] = ["RS256", "ES256"];

/// The lease under which one instance creates the development data.
const FILLING: &str = "development_data";
/// An instance that takes longer has died: the next one creates what is missing.
const LONGEST_FILLING: Duration = Duration::from_secs(30);

/// Serves for development until shutdown. `ready` gets the banner once everything responds.
///
/// # Errors
/// A message for the operator.
pub async fn dev(config: Config, ready: impl FnOnce(String)) -> anyhow::Result<()> {
    let began = Instant::now();
    ensure!(
        config.server.issuer.is_loopback(),
        "`usher dev` serves this machine alone: start `usher serve` for others"
    );
    let bound = BoundServer::bind(&config).await?;
    let demos = Demos::bind(&config.demo).await?;
    let shutdown = Shutdown::on_signals().context("signals")?;
    let mut tasks = JoinSet::new();
    let starting = bound.serve(&mut tasks, &shutdown);

    let _lock = instance_lock::take(&config)?;
    let (usher, created, migrations) = open(config).await?;
    let secrets = fill(&usher, demos.as_ref()).await.context("the data of development")?;
    let setup = usher.setup_links.create_setup_link().await?;
    configured::apply(&usher).await?;
    #[cfg(feature = "sim")]
    let simulator = Some(Box::pin(simulated::start(&usher, &mut tasks, &shutdown)).await?);
    #[cfg(not(feature = "sim"))]
    let simulator = None;

    let caught = Arc::new(CaughtMail::new(usher.core.clock.clone()));
    let gate = starting.gate.clone();
    starting.open(router::build(usher.clone(), Some(caught.clone()), gate));
    run::start_jobs(&usher, Some(caught), &mut tasks, &shutdown);
    let urls = demos.as_ref().map(|demos| demos.urls().clone());
    if let Some((demos, secrets)) = demos.zip(secrets) {
        demos.start(usher.core.issuer(), secrets, &mut tasks, &shutdown);
    }
    let banner = Banner {
        issuer: usher.core.issuer().to_owned(),
        data: where_data_is(&usher.core.config),
        database: database_in_words(&usher.core.config),
        created,
        migrations,
        took: began.elapsed(),
        algs: SigningAlg::ALL.map(SigningAlg::as_str).join(", "),
        sealed_with: match usher.core.config.keys.master_key {
            Some(_) => "USHER_MASTER_KEY".to_owned(),
            None => usher.core.config.keys.master_key_file().display().to_string(),
        },
        demos: urls,
        simulator,
        missing: features::missing(),
        setup,
    };
    ready(banner.to_string());
    run::until_stopped(tasks, &shutdown).await
}

/// The bootstrapped application, whether the database is new, and the number of its migrations.
async fn open(config: Config) -> anyhow::Result<(Usher, bool, usize)> {
    let store = open_store(&config).await?;
    database_owner::check_owner(&store, RunMode::Dev).await??;
    let created = store.schema().await?.applied == 0;
    let random: Arc<dyn Random> = Arc::new(OsRandom::default());
    let (usher, schema) = bootstrap(config, store, Arc::new(SystemClock), random).await?;
    database_owner::claim(&usher.core.store, RunMode::Dev).await??;
    Ok((usher, created, schema.applied))
}

/// Creates the development data; returns the secrets of the demos, if they run. One instance at a time: the others
/// wait, and find the data.
async fn fill(usher: &Usher, demos: Option<&Demos>) -> Result<Option<[String; 2]>, FlowError> {
    let holder = usher.core.random.handle();
    while !usher.core.store.take_lease(FILLING, &holder, usher.core.now(), usher.core.now() + LONGEST_FILLING).await? {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let filled = Box::pin(fill_alone(usher, demos)).await;
    usher.core.store.release_lease(FILLING, &holder).await?;
    filled
}

async fn fill_alone(usher: &Usher, demos: Option<&Demos>) -> Result<Option<[String; 2]>, FlowError> {
    seed::person(usher).await?;
    let project = seed::project(usher).await?;
    seed::own_client(usher, project).await?;
    sample::rules(usher, project).await?;
    sample::history(usher, project).await?;
    let Some(demos) = demos else { return Ok(None) };
    let [a, b] = demos.clients();
    let [url_a, url_b] = demos.urls();
    let [alg_a, alg_b] = DEMO_ALGS;
    let first = Box::pin(seed::demo_client(usher, project, a, url_a, alg_a)).await?;
    let second = Box::pin(seed::demo_client(usher, project, b, url_b, alg_b)).await?;
    Ok(Some([first, second]))
}

fn where_data_is(config: &Config) -> String {
    let Some(file) = config.database.url.file() else {
        return format!("data in {}", database_in_words(config));
    };
    match file.parent().filter(|folder| *folder != Path::new("")) {
        Some(folder) if folder == Path::new(".usher") => "data in ./.usher (delete it to start over)".to_owned(),
        Some(folder) => format!("data in {}", folder.display()),
        None => "data in this folder".to_owned(),
    }
}

/// The database without its credentials.
fn database_in_words(config: &Config) -> String {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite {path}"),
        DatabaseUrl::Postgres(url) => {
            let url = url::Url::parse(url.expose()).ok();
            let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("over a socket");
            let name = url.as_ref().map_or("", url::Url::path);
            format!("postgres {host}{name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_config::SettingSources;

    fn config(url: &str) -> Config {
        Config::load(RunMode::Dev, SettingSources::of_flags([("database_url", url)])).unwrap()
    }

    #[test]
    fn the_database_is_named_without_its_password() {
        assert_eq!(database_in_words(&config("postgres://usher:hunter2@db:5433/usher?x=hunter3")), "postgres db/usher");
        assert_eq!(database_in_words(&config("sqlite://.usher/usher.db")), "sqlite .usher/usher.db");
    }

    #[test]
    fn only_the_folder_of_development_is_offered_for_deletion() {
        assert!(where_data_is(&config("sqlite://.usher/usher.db")).contains("delete it"));
        for other in ["sqlite://usher.db", "sqlite:///var/lib/usher/usher.db", "postgres://db/usher"] {
            assert!(!where_data_is(&config(other)).contains("delete it"), "{other}");
        }
    }
}

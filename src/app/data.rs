//! The house as commands need it: open beside a running server, on the same database.

use std::sync::Arc;

use anyhow::bail;

use super::bootstrap::{assemble, bootstrap, open_store};
use super::run::prepare_command;
use super::source::{OsRandom, SystemClock};
use usher_config::Config;
use usher_flows::Usher;
use usher_storage::{SchemaState, StorageError, Store};

/// How many migrations this program knows and the database lacks.
///
/// # Errors
/// If the database is newer than this program.
pub async fn pending_migrations(store: &Store) -> Result<usize, StorageError> {
    let SchemaState { known, applied } = store.schema().await?;
    Ok(known.saturating_sub(applied))
}

/// Opens the house for a command that reads or changes data. A house that was never bootstrapped is bootstrapped;
/// one whose schema is behind is left alone, because a running server may depend on it.
///
/// # Errors
/// In words for whoever gave the command.
pub async fn open_for_commands(config: Config) -> anyhow::Result<Usher> {
    let store = open_store(&config).await?;
    let schema = store.schema().await?;
    if schema.applied > 0 && schema.applied < schema.known {
        let pending = schema.known - schema.applied;
        bail!("database: {pending} migrations are pending: run `usher migrate` first");
    }
    prepare_command()?;
    let random = Arc::new(OsRandom::default());
    let (usher, _) = if schema.applied == 0 {
        bootstrap(config, store, Arc::new(SystemClock), random).await?
    } else {
        assemble(config, store, Arc::new(SystemClock), random).await?
    };
    Ok(usher)
}

/// Brings the schema up to date, or with `check` only says how far it is.
///
/// # Errors
/// In words for whoever gave the command.
pub async fn migrate(config: &Config, check: bool) -> anyhow::Result<SchemaState> {
    let store = open_store(config).await?;
    Ok(if check { store.schema().await? } else { store.migrate().await? })
}

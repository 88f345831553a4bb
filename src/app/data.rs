//! The application for commands that run next to a server, on the same database.

use std::sync::Arc;

use anyhow::bail;

use super::bootstrap::{assemble, bootstrap, open_store};
use super::run::prepare_command;
use super::source::{OsRandom, SystemClock};
use usher_accounts::apis::{AudienceConflict, audience_conflicts};
use usher_config::Config;
use usher_flows::Usher;
use usher_storage::{SchemaState, StorageError, Store};

/// The number of migrations that the database lacks.
///
/// # Errors
/// If the database is newer than this program.
pub async fn pending_migrations(store: &Store) -> Result<usize, StorageError> {
    let SchemaState { known, applied } = store.schema().await?;
    Ok(known.saturating_sub(applied))
}

/// Opens the application for a command that reads or changes data. A new database is bootstrapped; one with pending
/// migrations is not changed, because a running server may depend on it.
///
/// # Errors
/// A message for the user of the command.
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

/// The state of the data after, or with `check` before, a migration.
#[derive(Debug)]
pub struct Migrated {
    pub schema: SchemaState,
    /// Audiences that no token has, because clients of several projects name them.
    pub conflicts: Vec<AudienceConflict>,
}

/// Migrates the schema, or with `check` only reports the state.
///
/// # Errors
/// A message for the user of the command.
pub async fn migrate(config: &Config, check: bool) -> anyhow::Result<Migrated> {
    let store = open_store(config).await?;
    let schema = if check { store.schema().await? } else { store.migrate().await? };
    let conflicts = match schema.applied {
        0 => Vec::new(),
        _ => audience_conflicts(&store, config.server.issuer.as_str()).await?,
    };
    Ok(Migrated { schema, conflicts })
}

//! Opening a database and bringing its schema up to date.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, PgPool};

use super::db::Db;
use super::migrations;
use super::wakeups::Wakeups;
use super::writer::Writer;
use super::{Result, StorageError, Store};

type ConnectResult = std::result::Result<(), sqlx::Error>;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the readiness check waits for a lock: less than the probe waits for its response.
const READY_LOCK_TIMEOUT: &str = "set local lock_timeout = '1s'";
/// Tables that only jobs, administrators, owners of projects and local modules wait for.
pub const TABLES_OF_JOBS: &[&str] = &[
    "active_user",
    "api_host",
    "attempt",
    "attempt_loss",
    "daily_count",
    "erasure",
    "feed_audience",
    "feed_entry",
    "feed_ticket",
    "health_report",
    "heard_notice",
    "history",
    "house",
    "initial_token",
    "job_run",
    "key_use",
    "lease",
    "logout_notice",
    "merge",
    "object_term",
    "policy_draft",
    "project_key",
    "project_member",
    "recount",
    "repeatable",
    "saved_filter",
    "signing_key",
    "suggested_email",
    "unlinked",
    "user_import",
    "user_import_part",
    "user_import_row",
    "webhook",
    "webhook_delivery",
];

/// The tables that users and clients need to register, sign in and get tokens: readiness fails while one of them is
/// locked.
pub fn request_tables() -> impl Iterator<Item = &'static str> {
    migrations::tables().into_iter().filter(|table| !TABLES_OF_JOBS.contains(table))
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections that read, on SQLite.
    pub readers: u32,
    /// Connections, on PostgreSQL.
    pub connections: u32,
    /// How long a statement waits for a lock of another transaction; on PostgreSQL also how long it may run.
    pub busy_timeout: Duration,
}

impl OpenOptions {
    /// The database at `url` with the default number of connections and a busy timeout of five seconds.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 4, connections: 16, busy_timeout: Duration::from_secs(5) }
    }
}

impl Store {
    /// Opens the database. On SQLite, creates the file if it does not exist. Does not migrate.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if it cannot be reached, [`StorageError::Driver`] if the address is invalid.
    pub async fn open(options: &OpenOptions) -> Result<Self> {
        let db = if options.url.starts_with("sqlite:") {
            open_sqlite(options).await?
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            Db::Postgres(open_postgres(options).await?)
        } else {
            // The address is not repeated: it may hold a password in an unexpected place.
            let why = "the address of the database starts with neither sqlite:// nor postgres://";
            return Err(StorageError::Driver(sqlx::Error::Configuration(why.into())));
        };
        Ok(Self { db, wakeups: Arc::new(Wakeups::new()) })
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if it does not.
    pub async fn ping(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { readers, .. } => readers.execute("select 1").await.map(drop)?,
            Db::Postgres(pool) => pool.execute("select 1").await.map(drop)?,
        }
        Ok(())
    }

    /// Checks that a request could be served now: the tables exist, and no lock blocks writers.
    ///
    /// Nothing is written. On SQLite the one writer takes the lock that every write needs; on PostgreSQL
    /// the [`request_tables`] are locked as a write would lock them, and released.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if a lock is held for too long; another error if the tables do not exist.
    pub async fn check_ready(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { readers, writer, .. } => {
                readers.execute("select id from session limit 1").await?;
                writer.begin(false).await?.commit().await
            }
            Db::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                transaction.execute(READY_LOCK_TIMEOUT).await?;
                let lock =
                    format!("lock table {} in row exclusive mode", request_tables().collect::<Vec<_>>().join(", "));
                transaction.execute(AssertSqlSafe(lock)).await?;
                Ok(transaction.rollback().await?)
            }
        }
    }
}

async fn open_sqlite(options: &OpenOptions) -> Result<Db> {
    let base = SqliteConnectOptions::from_str(&options.url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.busy_timeout)
        .disable_statement_logging();
    if let Some(folder) = base.get_filename().parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder)
            .map_err(|error| StorageError::Unavailable(format!("{}: {error}", folder.display())))?;
    }
    let writer = Writer::start(base.connect().await?);
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(base.pragma("query_only", "on"))
        .await?;
    Ok(Db::Sqlite { readers, writer })
}

async fn open_postgres(options: &OpenOptions) -> Result<PgPool> {
    let base = PgConnectOptions::from_str(&options.url)?.application_name("usher").disable_statement_logging();
    let pool = PgPoolOptions::new()
        .after_connect(limit_statements(options.busy_timeout))
        .max_connections(options.connections.max(2))
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(base)
        .await?;
    Ok(pool)
}

/// Sets on a new connection how long a statement waits for a lock, and how long it may run.
fn limit_statements(
    timeout: Duration,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> BoxFuture<'_, ConnectResult> + Clone {
    let milliseconds = timeout.as_millis().max(1);
    let limits = format!("set lock_timeout = {milliseconds}; set statement_timeout = {milliseconds}");
    move |connection, _| {
        let limits = AssertSqlSafe(limits.clone());
        Box::pin(async move { connection.execute(limits).await.map(drop) })
    }
}

//! Opening a database and bringing its schema up to date.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, PgPool, SqlitePool};

use super::db::Db;
use super::wakeups::Wakeups;
use super::writer::Writer;
use super::{Result, StorageError, Store};

type ConnectResult = std::result::Result<(), sqlx::Error>;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the readiness check waits for a lock: less than the probe waits for its response.
const READY_LOCK_TIMEOUT: &str = "set local lock_timeout = '1s'";
/// The tables that users and clients need to register, sign in and get tokens: readiness fails while one of them is
/// locked.
pub const REQUEST_TABLES: [&str; 29] = [
    "access",
    "assignment",
    "client",
    "consent",
    "device_code",
    "event",
    "grants",
    "handover",
    "identity",
    "journey",
    "known_browser",
    "letter",
    "passkey",
    "password",
    "policy_revision",
    "project",
    "proof",
    "provider",
    "recovery_code",
    "remembered_browser",
    "revoked_token",
    "second_step",
    "session",
    "session_identity",
    "spent_ceremony",
    "throttle",
    "tombstone",
    "totp",
    "users",
];
/// How often to retry migrating while another instance is migrating.
const MIGRATION_TRIES: u32 = 20;

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

/// The state of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that this program has.
    pub known: usize,
    /// Migrations that the database has.
    pub applied: usize,
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

    /// Brings the schema up to date. Can be run repeatedly, and by two instances at once.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program, or an applied migration was changed.
    pub async fn migrate(&self) -> Result<SchemaState> {
        match &self.db {
            Db::Sqlite { migrator, .. } => migrate_sqlite(migrator.clone()).await,
            Db::Postgres(pool) => migrate_postgres(pool.clone()).await,
        }
        .map_err(explain)?;
        self.schema().await
    }

    /// The state of the schema; changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Migration`] if the schema is newer than this program, [`StorageError::Unavailable`] if the
    /// database does not respond.
    pub async fn schema(&self) -> Result<SchemaState> {
        let migrator = match &self.db {
            Db::Sqlite { .. } => &SQLITE,
            Db::Postgres(_) => &POSTGRES,
        };
        let known: Vec<i64> = migrator.iter().map(|migration| migration.version).collect();
        let applied = self.applied_migrations().await?;
        match applied.iter().find(|version| !known.contains(version)) {
            Some(version) => Err(explain(MigrateError::VersionMissing(*version))),
            None => Ok(SchemaState { known: known.len(), applied: applied.len() }),
        }
    }

    /// The versions recorded in the database; none if the table does not exist yet.
    async fn applied_migrations(&self) -> Result<Vec<i64>> {
        const APPLIED: &str = "select version from _sqlx_migrations where success order by version";
        let rows = match &self.db {
            Db::Sqlite { readers, .. } => sqlx::query_scalar(APPLIED).fetch_all(readers).await,
            Db::Postgres(pool) => sqlx::query_scalar(APPLIED).fetch_all(pool).await,
        };
        match rows {
            Err(error) if is_missing_table(&error) => Ok(Vec::new()),
            rows => Ok(rows?),
        }
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
    /// [`REQUEST_TABLES`] are locked as a write would lock them, and released.
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
                let lock = format!("lock table {} in row exclusive mode", REQUEST_TABLES.join(", "));
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
    // One connection for the writer and one more that only migrations use.
    let writing = SqlitePoolOptions::new().max_connections(2).acquire_timeout(PATIENCE);
    let migrator = writing.idle_timeout(None).max_lifetime(None).connect_with(base.clone()).await?;
    let writer = Writer::start(migrator.acquire().await?);
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(base.pragma("query_only", "on"))
        .await?;
    Ok(Db::Sqlite { readers, writer, migrator })
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

/// Sets on a new connection how long a statement waits for a lock, and how long it may run. Migrations use connections
/// of their own, without these limits.
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

/// SQLite has no lock to take beforehand: the loser of a race fails, retries, and finds the migrations applied.
async fn migrate_sqlite(migrator: SqlitePool) -> std::result::Result<(), MigrateError> {
    let mut tries = 0;
    loop {
        match SQLITE.run(&migrator).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tries < MIGRATION_TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(10 * u64::from(tries))).await;
            }
            ran => return ran,
        }
    }
}

/// PostgreSQL's lock on migrating belongs to the connection, and a connection whose migration failed still holds it. A
/// connection of its own is closed and releases the lock; one of the pool would keep every other instance waiting.
async fn migrate_postgres(pool: PgPool) -> std::result::Result<(), MigrateError> {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options).await?;
    let ran = POSTGRES.run(&own).await;
    own.close().await;
    ran
}

/// PostgreSQL's `undefined_table`; SQLite has no code for it, only a message.
pub(super) fn is_missing_table(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

fn explain(error: MigrateError) -> StorageError {
    StorageError::Migration(match error {
        MigrateError::VersionMissing(version) => {
            format!(
                "this database is newer than this program (it has migration {version}): start the newer version of usher"
            )
        }
        MigrateError::VersionMismatch(version) => {
            format!(
                "migration {version} was applied in another form than this program knows: the database belongs to another build"
            )
        }
        MigrateError::Execute(error) => match StorageError::from(error) {
            unavailable @ StorageError::Unavailable(_) => return unavailable,
            other => format!("the database cannot be migrated: {other}"),
        },
        other => format!("the database cannot be migrated: {other}"),
    })
}
